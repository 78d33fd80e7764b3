/* SPDX-License-Identifier: MIT */
/**
 * @file timers.h
 * The timers of an executor, soonest first: what strands and the loop share. Not locked; `at` decides, and among
 * equals the one set first comes first.
 */
#ifndef CAM_BASE_TIMERS_H
#define CAM_BASE_TIMERS_H
#include "core/base/executor.h"

/** Zero-initialise. A list is short: a few timers a camera. */
struct timers {
	struct timer *first;
};

/** @return whether this timer is the soonest now, so that whoever waits must wait less */
bool timers_set(struct timers *, struct executor *on, struct timer *t, int64_t at_ns);
/** See executor.cancel. */
bool timers_cancel(struct timers *, struct timer *t);
/** Take the first timer that is due, or NULL. Its task is to be posted next. */
struct timer *timers_take(struct timers *, int64_t now_ns);
/** The timer's task has its turn. @return whether to call t->fn; if not, it may have been set again */
bool timers_begin(struct timers *, struct timer *t);
#endif
