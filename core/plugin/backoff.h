/* SPDX-License-Identifier: MIT */
/** @file backoff.h The pause before the next try: doubles from 0.5 s, with jitter, written once for all. */
#ifndef CAM_PLUGIN_BACKOFF_H
#define CAM_PLUGIN_BACKOFF_H
#include <stdint.h>

/** Zero-initialise. */
struct backoff {
	unsigned failures;
};

/** A camera that is off is asked again this often at last; what runs on this machine comes back sooner. */
#define BACKOFF_CAMERA_NS INT64_C(30000000000)
#define BACKOFF_LOCAL_NS INT64_C(4000000000)

/**
 * The pause after one more failure.
 * @param lived_ns how long it worked; half a minute of it forgets earlier failures
 * @param most_ns the longest pause, before jitter of a quarter
 * @return ns
 */
int64_t backoff_next(struct backoff *, int64_t lived_ns, int64_t most_ns);
#endif
