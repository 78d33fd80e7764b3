/* SPDX-License-Identifier: MIT */
#include "core/plugin/node_end.h"

#include "lib/clock.h"

#include <errno.h>

/* Have the thread notice that its session, or the node, is to end. */
static void wake(struct cam_node *n)
{
	pthread_mutex_lock(&n->lock);
	pthread_cond_broadcast(&n->wake);
	pthread_mutex_unlock(&n->lock);
	if (n->spec.plugin->wake && atomic_load(&n->in_session))
		n->spec.plugin->wake(n->self);
}

void node_fail(struct cam_node *n, int err)
{
	int none = 0;

	if (!atomic_compare_exchange_strong(&n->fail_err, &none, err ? err : -EIO))
		return;
	atomic_store(&n->failed, true);
	if (!n->on) {
		if (!atomic_load(&n->stopping)) /* else it has been woken */
			wake(n);
		return;
	}
	node_ref(n);
	node_on_loop(n, &n->failing);
}

void node_begin_stop(struct cam_node *n)
{
	n->life = NODE_STOPPING;
	atomic_store(&n->stopping, true);
	if (n->spec.plugin->kind == CAM_BUFFER)
		port_set_history(n->spec.out, NULL);
	if (n->on)
		executor_post(n->on, &n->stop);
	else
		wake(n);
}

/* A camera that was live so long has worked. */
#define WORKED (2 * CLOCK_SECOND)
enum { SLOWEST = 100 };

int64_t node_pause_ns(struct cam_node *n, int err, int64_t lived_ns)
{
	bool source = n->spec.plugin->kind == CAM_SOURCE;
	int64_t least = atomic_exchange(&n->retry_after_ns, 0), pause;

	if (source && err == -EACCES) /* a login refused: asking often locks accounts */
		n->backoff.failures = SLOWEST;
	else if (source && atomic_load(&n->state) == CAM_LIVE && lived_ns > WORKED)
		n->backoff.failures = 0; /* a camera that reboots is wanted back soon */
	pause = backoff_next(&n->backoff, lived_ns, source ? BACKOFF_CAMERA_NS : BACKOFF_LOCAL_NS);
	return pause > least ? pause : least;
}
