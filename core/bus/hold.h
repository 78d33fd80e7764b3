/* SPDX-License-Identifier: MIT */
/**
 * @file hold.h
 * The first half second of a session waits here, so that the time line can look at it before it is stamped: what a
 * camera sends at once from its memory, and a first picture that was long under way, are then told from the present.
 * Afterwards it costs one look at a flag. Packets leave in the order they came in, all of them.
 */
#ifndef CAM_BUS_HOLD_H
#define CAM_BUS_HOLD_H
#include <cam/plugin.h>
#include <pthread.h>
#include <stdatomic.h>

/** The longest that a packet waits. */
#define HOLD_NS INT64_C(500000000)
/** What ends the wait sooner: a few seconds of a large camera. */
enum { HOLD_BYTES = 16 << 20, HOLD_PACKETS = 2048 };

/** Zero-initialise, then hold_init(). */
struct hold {
	pthread_mutex_t lock; /**< taken before the port's */
	atomic_bool on; /**< set by the source's place, cleared under the lock */
	struct cam_buf **bufs; /**< references */
	size_t n, room;
	uint64_t bytes;
	int64_t until_ns; /**< CLOCK_MONOTONIC; with n > 0 */
};

void hold_init(struct hold *);
/** Nothing is held. */
void hold_destroy(struct hold *);
/** [source] A session begins: what comes next waits. Nothing is held. */
void hold_begin(struct hold *);
/** [any] With the lock held. Keep a packet of so many bytes. @return whether it waits; if not, what waits is to be let go first, then this */
bool hold_put(struct hold *, struct cam_buf *buf, size_t bytes);
/** [any] With the lock held. Nothing waits any more; what did was let go. */
void hold_end(struct hold *);

/** [source] @return whether a packet may have to wait */
static inline bool hold_is_on(const struct hold *h)
{
	return atomic_load_explicit(&h->on, memory_order_acquire);
}
#endif
