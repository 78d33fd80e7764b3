/* SPDX-License-Identifier: MIT */
/** @file clock.h The clock that the ABI's times are of. [any] */
#ifndef CAM_LIB_CLOCK_H
#define CAM_LIB_CLOCK_H
#include <cam/plugin.h>
#include <time.h>

/** @return CLOCK_MONOTONIC, ns */
static inline int64_t monotonic_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * CAM_SECOND + t.tv_nsec;
}
#endif
