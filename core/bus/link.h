/* SPDX-License-Identifier: MIT */
/**
 * @file link.h
 * A link: a bounded queue from one producer to one consumer. Pushing never blocks; what does not fit is dropped by
 * the link's policy and counted. The consumer is called on its executor, one item at a time and in order. A link
 * holds a reference to that executor, so that pushing is safe however the consumer ends.
 *
 * A link that starts in the past pulls: as long as it is behind, it fetches a little history at a time, when its
 * consumer has taken what there was, and nothing is pushed to it.
 */
#ifndef CAM_BUS_LINK_H
#define CAM_BUS_LINK_H
#include <cam/plugin.h>

#include "core/base/executor.h"
#include "core/bus/flow.h"

struct link;

/** The consumer. */
struct link_end {
	struct executor *on;
	/** Takes one item, lent. @return 0, CAM_LATER, or -errno: not taken, which is the taker's own to handle */
	int (*take)(void *arg, const struct cam_buf *buf);
	void *arg;
	struct link_flow *flow;
	/** See struct cam_plugin, refused() and gone(). NULL: not told. */
	void (*refused)(void *arg, int err, const char *why);
	void (*gone)(void *arg);
	struct link_account *account; /**< NULL: none */
	unsigned turn; /**< items taken before others on the executor get their turn; 0: 64 */
	int64_t turn_ns; /**< and no further one after so long; 0: however long they take */
};

/** @return a link by the wish's form, media, drop, queue and until_ns members, one reference; NULL without memory */
struct link *link_new(const struct cam_want *want, const struct link_end *end);
/** [consumer] It has been hung on a port: the end by until_ns is told from here on, also when nothing comes. */
void link_begin(struct link *);
struct link *link_ref(struct link *);
/** NULL is allowed. */
void link_unref(struct link *);

/** [any] Queue an item, or drop by policy. @return how many items this dropped */
unsigned link_push(struct link *, const struct cam_buf *buf);
/** [any] Packets: queue the mark that a session has ended; never dropped, as long as the link has memory. */
void link_end_session(struct link *);
/** @return whether this item is that mark, not data */
bool link_is_end(const struct cam_buf *buf);
/**
 * [any] Tell the consumer what it does not get, ahead of what waits; what is told later replaces what has not been
 * told yet, and the same again is not told. @param err, why as refused() has them; why is static
 */
void link_refuse(struct link *, int err, const char *why);
/** [any] Tell the consumer that the camera is gone; it gets nothing after that, and what waits counts as dropped. */
void link_gone(struct link *);

/**
 * [any, before the first push] The link is behind: pull, called on the consumer's executor when nothing waits, is to
 * bring more by link_history(), or to end this by link_caught_up(). Nothing is pushed meanwhile.
 */
void link_pull(struct link *, void (*pull)(void *arg, struct link *), void *arg);
/** [pull] Queue an item of history: in order, beyond the limits. */
void link_history(struct link *, const struct cam_buf *buf);
/** [pull] So many items, from here on to the next keyframe, are not to be had any more. */
void link_missed(struct link *, unsigned long long items);
/** [pull] From here on items are pushed. */
void link_caught_up(struct link *);

/** [consumer] Hand an item over at once, past the queue. */
void link_deliver(struct link *, const struct cam_buf *buf);
/** [consumer] Take delivery up again after CAM_LATER. */
void link_resume(struct link *);
/**
 * [consumer] Deliver everything that waits or, to a link that is behind, has arrived by now; unless the consumer answers
 * CAM_LATER: what is left then counts as dropped. A packet that comes meanwhile is the end of the session.
 */
void link_drain(struct link *);
/** [consumer] Nothing is delivered any more; what waits is dropped silently. */
void link_close(struct link *);
/** [any] */
bool link_is_closed(struct link *);
/** [any] @return bytes that wait */
uint64_t link_waiting_bytes(struct link *);
/** [any] Packets: drop the oldest group of pictures that waits. @return how many items that were, 0: none waits */
unsigned link_shed(struct link *);
#endif
