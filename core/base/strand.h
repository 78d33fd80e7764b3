/* SPDX-License-Identifier: MIT */
/**
 * @file strand.h
 * Pools of threads, and strands on them. A strand is an executor without a thread of its own: its tasks run on
 * whichever thread of its pool is free, one at a time and in order.
 */
#ifndef CAM_BASE_STRAND_H
#define CAM_BASE_STRAND_H
#include "core/base/executor.h"

struct pool;
struct strand;

/**
 * [any] Start a pool. @param name of its threads, at most 15 characters @param threads 1 to 256
 * @return 0 and *ret, or -ENOMEM, -EAGAIN
 */
int pool_new(const char *name, unsigned threads, struct pool **ret);

/**
 * [any, not a thread of the pool] No timer is set any more. Run what is queued and end the threads, until this time of
 * CLOCK_MONOTONIC at most. @return whether all have ended: pool_free() does not wait then
 */
bool pool_end(struct pool *pool, int64_t until_ns);

/** [any, not a thread of the pool] No timer is set any more. Run what is queued, then end and join the threads. NULL is allowed. */
void pool_free(struct pool *pool);

/** [any] @return how many it has */
unsigned pool_threads(const struct pool *pool);

/** [any] @return a strand, NULL without memory. The pool must outlive it. */
struct strand *strand_new(struct pool *pool);

/**
 * [any, also from its own tasks] Drop the owner's reference. It goes once nobody holds another (executor_ref()) and the
 * tasks posted have run; none of its timers is set then. NULL is allowed.
 */
void strand_free(struct strand *strand);

/** [any] @return the strand as an executor; lives as long as the strand */
struct executor *strand_executor(struct strand *strand);
#endif
