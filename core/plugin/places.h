/* SPDX-License-Identifier: MIT */
/**
 * @file places.h
 * Where nodes' work runs: the cpu pool with a thread a core, and an io pool of one thread for each file system that a
 * node writes to, so that a hung mount stops only what lives on it.
 */
#ifndef CAM_PLUGIN_PLACES_H
#define CAM_PLUGIN_PLACES_H
#include "core/base/strand.h"

struct places;

/** [loop] @param cpu_threads 0: one a core that this process may use @return 0 and *ret, or -errno */
int places_new(unsigned cpu_threads, struct places **ret);
/** [loop] Runs what is queued, until this time of CLOCK_MONOTONIC at most. @return false: a thread hangs, as on a disk */
bool places_end(struct places *, int64_t until_ns);
/** [loop] Runs what is queued, joins all threads. NULL is allowed. */
void places_free(struct places *);
struct pool *places_cpu(struct places *);
/**
 * [loop] The pool of the file system that a path is, or would be, on. Nothing on that file system is touched: the
 * mount table tells. @param path absolute or relative; NULL: the root's @return 0 and *ret, or -errno
 */
int places_io(struct places *, const char *path, struct pool **ret);
#endif
