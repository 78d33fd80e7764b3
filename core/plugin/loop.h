/* SPDX-License-Identifier: MIT */
/** @file loop.h The libuv loop as an executor. */
#ifndef CAM_PLUGIN_LOOP_H
#define CAM_PLUGIN_LOOP_H
#include <pthread.h>
#include <uv.h>

#include "core/base/timers.h"

enum { LOOP_TURN_STEPS = 8 };

/** How long the loop's turns were, without the time it waited. */
struct loop_turns {
	uint64_t count[LOOP_TURN_STEPS +
		       1]; /**< up to each of loop_turn_steps_ns, then the rest; since the start */
	int64_t total_ns; /**< since the start */
	int64_t longest_ns; /**< since it was taken last */
};
extern const int64_t loop_turn_steps_ns[LOOP_TURN_STEPS];

struct loop {
	struct executor executor;
	uv_loop_t uv;
	uv_async_t async;
	pthread_t thread; /* that called loop_init(): the one that runs it */
	pthread_mutex_t lock;
	struct task_list tasks;
	struct timers timers; /* under lock */
	uv_timer_t timer; /* for the soonest of them */
	uv_prepare_t prepare; /* the end of each turn */
	struct loop_turns turns; /* [loop] */
	int64_t turn_ended_ns;
	uint64_t idle_ns; /* at that time */
};

/** @return 0 or -errno. The caller's thread is the loop's from here on. */
int loop_init(struct loop *);
/** [loop] Close what is the loop's own; uv_run() then ends once all other handles are closed. */
void loop_close(struct loop *);
/** [loop] Read them; the longest begins anew. */
void loop_take_turns(struct loop *, struct loop_turns *ret);
/** [loop] After uv_run() has returned. @return 0, or -EBUSY: a handle was left open */
int loop_destroy(struct loop *);
#endif
