/* SPDX-License-Identifier: MIT */
/** @file loop.h The libuv loop as an executor. */
#ifndef CAM_PLUGIN_LOOP_H
#define CAM_PLUGIN_LOOP_H
#include <pthread.h>
#include <uv.h>

#include "core/base/timers.h"

struct loop {
	struct executor executor;
	uv_loop_t uv;
	uv_async_t async;
	pthread_t thread; /* that called loop_init(): the one that runs it */
	pthread_mutex_t lock;
	struct task_list tasks;
	struct timers timers; /* under lock */
	uv_timer_t timer; /* for the soonest of them */
};

/** @return 0 or -errno. The caller's thread is the loop's from here on. */
int loop_init(struct loop *);
/** [loop] Close what is the loop's own; uv_run() then ends once all other handles are closed. */
void loop_close(struct loop *);
/** [loop] After uv_run() has returned. @return 0, or -EBUSY: a handle was left open */
int loop_destroy(struct loop *);
#endif
