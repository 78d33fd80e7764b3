/* SPDX-License-Identifier: MIT */
/** @file cam_node.h The inside of a node, for the files of this folder only: struct cam_node, which plugins have a pointer to. */
#ifndef CAM_PLUGIN_CAM_NODE_H
#define CAM_PLUGIN_CAM_NODE_H
#include <assert.h>
#include <pthread.h>
#include <stdlib.h>

#include "core/bus/budget.h"
#include "core/bus/event_link.h"
#include "core/bus/events.h"
#include "core/plugin/backoff.h"
#include "core/plugin/flap.h"
#include "core/plugin/node_world.h"

struct cam_sub {
	struct cam_node *node;
	struct cam_sub *next, **at; /* what points to it */
	struct camera *camera; /* a reference */
	void *user; /* the plugin's */
	struct link *link;
	struct port *port; /* packets: where the link hangs */
	struct demand_sub *demand; /* pictures, JPEGs */
	uint8_t *(*into)(void *self, struct cam_sub *sub, size_t bytes);
	bool drained; /* by subscription_drain_all() */
};

struct cam_node {
	const struct node_world *world;
	struct node_spec spec;
	char *name, *folder; /* the spec's: they outlive the configuration they come from */
	const char **on_events; /* so does its `on` */
	struct executor *on; /* its place; NULL with a thread of its own */
	struct strand *strand; /* CAM_ON_CPU, CAM_ON_IO: owned */
	void *self; /* of the plugin; NULL unless created */

	/* [loop] */
	enum node_life life;
	bool want_up; /* between node_start() and node_stop() */
	uv_timer_t retry;
	struct backoff backoff;
	int64_t up_since_ns; /* 0: not up */
	int64_t lived_ns; /* how long it was up when it failed last */
	const void *next_config; /* that it is to take; NULL: it has. Its place reads it to hand it over */
	int start_err, reload_err;
	struct task *behind_fence; /* goes to the loop after the fence */
	struct task start, started, stop, stopped, fence, fenced, failing, changed, reload, reloaded;

	/* [node] */
	bool active; /* start() has begun, the fence has not passed */
	bool tick_wanted;
	atomic_uint turn; /* how often it was created: a queued call of an earlier self is void */
	struct cam_sub *subs;
	struct timer tick;
	struct event_link *heard; /* NULL while it hears nothing */
	struct event_listener hearing;

	/* [any] */
	atomic_bool stopping, failed, stop_said, changed_queued;
	atomic_int fail_err; /* 0 until it fails */
	atomic_llong retry_after_ns; /* what the plugin asked for; 0: nothing */
	atomic_uint refs; /* the owner's, and one for each queued call */
	atomic_uint state, restarts, n_handlings;
	struct link_flow flow;
	struct event_flow event_flow;
	atomic_llong *stats;
	pthread_mutex_t lock; /* of what follows */
	struct handling *handlings; /* requests that it has not answered, or not all of them */
	char error[256], option[64];
	char fault[256]; /* why it failed last, until it has worked since; "": it works */
	char failure[256]; /* the last one that was told or counted, and when one was told */
	int64_t failure_told_ns;
	struct flap flap; /* with lock */

	/* CAM_ON_THREAD */
	pthread_t thread;
	pthread_cond_t wake; /* with lock */
	atomic_bool in_session; /* the plugin's wake() is of use */
	struct task thread_ended;
};

static inline struct cam_node *node_ref(struct cam_node *n)
{
	atomic_fetch_add_explicit(&n->refs, 1, memory_order_relaxed);
	return n;
}

static inline void node_unref(struct cam_node *n)
{
	if (atomic_fetch_sub_explicit(&n->refs, 1, memory_order_acq_rel) != 1)
		return;
	pthread_cond_destroy(&n->wake);
	pthread_mutex_destroy(&n->lock);
	free(n->stats);
	free(n->name);
	free(n->folder);
	free(n->on_events);
	free(n);
}

/** [any] A task of the node's, on the loop. */
static inline void node_on_loop(struct cam_node *n, struct task *t)
{
	executor_post(&n->world->loop->executor, t);
}

/** Debug builds: a call of the ABI is made where its comment says. */
static inline void node_assert_here(const struct cam_node *n)
{
#ifdef CAM_ASSERTS
	assert(n->on ? n->on->is_here(n->on) : pthread_equal(n->thread, pthread_self()));
#else
	(void)n;
#endif
}
#endif
