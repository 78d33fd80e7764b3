/* SPDX-License-Identifier: MIT */
/**
 * @file event_link.h
 * The queue of events of one who hears them. Pushing never blocks. It is bounded: what does not fit is dropped, oldest
 * points and updates first, then events of which both ends still wait, and counted. Of an event that has begun here, the
 * end comes as long as there is memory; updates that wait are merged into the newest.
 */
#ifndef CAM_BUS_EVENT_LINK_H
#define CAM_BUS_EVENT_LINK_H
#include <stdatomic.h>

#include "core/base/executor.h"
#include "core/bus/event.h"

enum {
	EVENT_LINK_ROOM = 256, /**< Events that may wait; the ends of those that have begun come on top. */
	EVENT_LINK_OPEN = 256, /**< Events that may go on at a time. */
	EVENT_LINK_PICTURES = 16 /**< Of those that wait, so many of the newest keep their picture. */
};

struct event_link;

/** Counters of who hears. They outlive the link. */
struct event_flow {
	atomic_ullong heard, dropped, merged;
	atomic_uint waiting;
};

struct event_hearer {
	struct executor *on; /**< of which a reference is taken */
	void (*hear)(void *arg, const struct cam_event *); /**< on it, lent */
	void *arg;
	const char *const *patterns; /**< see event_matches(); NULL at the end; outlive the link */
	float min_score; /**< an event begins here when it reaches this */
	struct event_flow *flow;
};

/** @return a reference, NULL without memory */
struct event_link *event_link_new(const struct event_hearer *);
/** NULL is allowed. */
void event_link_unref(struct event_link *);
/** [any] @param picture of it, of which a reference is taken; NULL: none */
void event_link_push(struct event_link *, struct event *, const struct cam_buf *picture);
/** [hearer's place] Nothing is heard any more; what waits goes. */
void event_link_close(struct event_link *);
#endif
