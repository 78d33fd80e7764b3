/* SPDX-License-Identifier: MIT */
/** @file backoff.h The pause before the next try: doubles from 0.5 s to 30 s, with jitter, written once for all. */
#ifndef CAM_PLUGIN_BACKOFF_H
#define CAM_PLUGIN_BACKOFF_H
#include <stdint.h>

/** Zero-initialise. */
struct backoff {
	unsigned failures;
};

/**
 * The pause after one more failure.
 * @param lived_ns how long it worked; half a minute of it forgets earlier failures
 * @param err why it failed: after -EACCES (a login refused) the pause is at least 30 s, so that no account is locked
 * @return ns
 */
int64_t backoff_next(struct backoff *, int64_t lived_ns, int err);
#endif
