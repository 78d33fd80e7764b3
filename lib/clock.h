/* SPDX-License-Identifier: MIT */
/** @file clock.h The two clocks, in nanoseconds. [any] */
#ifndef CAM_LIB_CLOCK_H
#define CAM_LIB_CLOCK_H
#include <stdint.h>
#include <time.h>

#define CLOCK_SECOND INT64_C(1000000000)
#define CLOCK_MS INT64_C(1000000)

static inline int64_t clock_ns(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return (int64_t)t.tv_sec * CLOCK_SECOND + t.tv_nsec;
}

/** @return CLOCK_MONOTONIC: for durations, deadlines and order */
static inline int64_t clock_mono_ns(void)
{
	return clock_ns(CLOCK_MONOTONIC);
}

/** @return CLOCK_REALTIME: for names that people read; it may step */
static inline int64_t clock_wall_ns(void)
{
	return clock_ns(CLOCK_REALTIME);
}
#endif
