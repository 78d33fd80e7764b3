/* SPDX-License-Identifier: MIT */
#include "core/plugin/source_thread.h"

#include "core/plugin/node_end.h"
#include "core/plugin/node_state.h"
#include "lib/clock.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

enum { STACK_BYTES = 512 * 1024 };

/* Wait out the pause, or until the node is to end. */
static void wait_pause(struct cam_node *n, int64_t pause_ns)
{
	int64_t until = clock_mono_ns() + pause_ns;
	struct timespec t = {until / CLOCK_SECOND, until % CLOCK_SECOND};

	pthread_mutex_lock(&n->lock);
	while (!atomic_load(&n->stopping))
		if (pthread_cond_timedwait(&n->wake, &n->lock, &t) == ETIMEDOUT)
			break;
	pthread_mutex_unlock(&n->lock);
}

/* One session, unless it has failed before it could begin. @return what it ended with */
static int run_session(struct cam_node *n)
{
	int err = 0;

	camera_begin_session(n->spec.camera);
	/* Who is to be woken from here on is, and what was to end it before is seen. */
	atomic_store(&n->in_session, true);
	if (!atomic_load(&n->stopping) && !atomic_load(&n->failed))
		err = n->spec.plugin->run(n->self);
	atomic_store(&n->in_session, false);
	if (atomic_load(&n->failed))
		err = atomic_load(&n->fail_err);
	camera_end_session(n->spec.camera, n->spec.out);
	return err;
}

static void *sessions(void *arg)
{
	struct cam_node *n = arg;

	pthread_setname_np(pthread_self(), "cam-source");
	while (!atomic_load(&n->stopping)) {
		int64_t began = clock_mono_ns(), pause;
		int err = run_session(n);

		if (atomic_load(&n->stopping))
			break;
		pause = node_pause_ns(n, err, clock_mono_ns() - began);
		node_set_state(n, CAM_RETRYING);
		node_log_failure(n, err, pause);
		wait_pause(n, pause);
		if (atomic_load(&n->stopping))
			break;
		atomic_fetch_add(&n->restarts, 1);
		node_clear_error(n);
		/* What fails from here on is the next session. */
		atomic_store(&n->failed, false);
		atomic_store(&n->fail_err, 0);
		node_set_state(n, CAM_CONNECTING);
	}
	node_on_loop(n, &n->thread_ended);
	return NULL;
}

int source_thread_start(struct cam_node *n)
{
	sigset_t all, old;
	pthread_attr_t attr;
	int err;

	sigfillset(&all);
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK_BYTES);
	pthread_sigmask(SIG_SETMASK, &all, &old); /* signals are the loop's */
	err = pthread_create(&n->thread, &attr, sessions, n);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	pthread_attr_destroy(&attr);
	return -err;
}

void source_thread_join(struct cam_node *n)
{
	pthread_join(n->thread, NULL);
}
