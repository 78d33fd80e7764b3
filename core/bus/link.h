/* SPDX-License-Identifier: MIT */
/**
 * @file link.h
 * A link: a bounded queue from one producer to one consumer. Pushing never blocks; what does not fit is dropped by
 * the link's policy and counted. The consumer is called on its executor, one item at a time and in order.
 */
#ifndef CAM_BUS_LINK_H
#define CAM_BUS_LINK_H
#include <cam/plugin.h>
#include <stdatomic.h>

#include "core/base/executor.h"

struct link;

/** Counters that several links of one consumer share. They outlive the links. */
struct link_flow {
	atomic_ullong passed, dropped, bytes; /**< items taken; items dropped; bytes taken */
	atomic_uint waiting; /**< items in queues now */
};

/** The consumer. */
struct link_end {
	struct executor *on;
	/** Takes one item, lent. @return 0, CAM_LATER, or -errno (which is the taker's own to handle) */
	int (*take)(void *arg, const struct cam_buf *buf);
	void *arg;
	struct link_flow *flow;
};

/** @return a link by the wish's form, media, drop and queue members, one reference; NULL without memory */
struct link *link_new(const struct cam_want *want, const struct link_end *end);
struct link *link_ref(struct link *);
/** NULL is allowed. */
void link_unref(struct link *);

/** [any] Queue an item, or drop by policy. @return how many items this dropped */
unsigned link_push(struct link *, const struct cam_buf *buf);
/** [any] Packets: queue the mark that a session has ended; never dropped, as long as the link has memory. */
void link_end_session(struct link *);
/** @return whether this item is that mark, not data */
bool link_is_end(const struct cam_buf *buf);
/** [any] Queue an item of history: in order, beyond the limits. */
void link_preload(struct link *, const struct cam_buf *buf);
/** [consumer] Hand an item over at once, past the queue. */
void link_deliver(struct link *, const struct cam_buf *buf);
/** [consumer] Take delivery up again after CAM_LATER. */
void link_resume(struct link *);
/** [consumer] Deliver everything that waits, unless the consumer answers CAM_LATER. */
void link_drain(struct link *);
/** [consumer] Nothing is delivered any more; what waits is dropped silently. */
void link_close(struct link *);
/** [any] */
bool link_is_closed(struct link *);
#endif
