/* SPDX-License-Identifier: MIT */
/**
 * @file history.h
 * Packet history: the last seconds of a camera, as references to its packets. What is kept always begins at a video
 * keyframe, because whole groups of pictures leave from the old end; tracks keep the order they came in. A buffer
 * plugin calls this from keep(), replay() and reload(), which the server makes one at a time: there is no lock in here.
 *
 * The limits hold for what can still be left out: the newest group is kept however long it lasts, unless it alone is
 * larger than `max_bytes`; then everything goes and history begins anew at the next keyframe. Bytes are those of the
 * packets' planes; a packet whose memory is part of something larger pins more. So that tiny packets are bounded as
 * well, at most max_bytes / HISTORY_MIN_PACKET + 1 of them are kept.
 */
#ifndef CAM_PLUGINS_LIB_HISTORY_H
#define CAM_PLUGINS_LIB_HISTORY_H
#include <cam/plugin.h>

#define HISTORY_MIN_PACKET 128u /**< About what a packet's bookkeeping takes. */

struct history {
	const struct cam_host *host;
	int64_t span_ns; /**< The history covers at least so much time, when the bytes allow it. */
	uint64_t max_bytes;
	const struct cam_buf **ring; /**< `room` places, a power of two; packet i lies at i & (room - 1). */
	size_t room;
	size_t first, end; /**< The packets kept are first to end - 1; both only grow. */
	size_t second_key; /**< The second video keyframe kept; valid with has_second. */
	bool has_second;
	uint64_t bytes;
};

/** [any] Takes no memory. host must outlive the history. */
void history_init(struct history *, const struct cam_host *host, int64_t span_ns, uint64_t max_bytes);
/** Other limits from here on; the oldest groups that they leave out go at once. */
void history_limit(struct history *, int64_t span_ns, uint64_t max_bytes);
/** Drops everything; may be called again, also on a zeroed struct. */
void history_finish(struct history *);
/**
 * Remember a packet (takes a reference), then let the oldest groups go. Amortised O(1). Packets before the first
 * video keyframe are ignored; without memory for one more, what was kept goes. Calls only host->buf_ref, buf_unref.
 */
void history_keep(struct history *, const struct cam_buf *);
/**
 * Emit what is kept, oldest first, from the last video keyframe that arrived at or before from_ns, or from the
 * oldest. Each packet is lent for the call. @return 0, or what emit returned if not 0
 */
int history_replay(
	const struct history *, int64_t from_ns, int (*emit)(void *arg, const struct cam_buf *), void *arg);
/** @return packets kept */
size_t history_packets(const struct history *);
/** @return the time from the oldest packet's arrival to the newest one's; 0 when empty */
int64_t history_span_ns(const struct history *);
#endif
