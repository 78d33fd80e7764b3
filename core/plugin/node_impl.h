/* SPDX-License-Identifier: MIT */
/** @file node_impl.h The inside of a node, for the files of this folder only. */
#ifndef CAM_PLUGIN_NODE_IMPL_H
#define CAM_PLUGIN_NODE_IMPL_H
#include <assert.h>
#include <pthread.h>

#include "core/bus/budget.h"
#include "core/bus/event_link.h"
#include "core/bus/events.h"
#include "core/plugin/backoff.h"
#include "core/plugin/flap.h"
#include "core/plugin/host.h"
#include "core/plugin/node.h"

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
	atomic_uint refs; /* the owner's, and one for each queued call */
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
	atomic_uint turn; /* how often it was created: a queued call of an earlier self is void */
	struct cam_sub *subs;
	struct timer tick;
	bool tick_wanted;
	struct event_link *heard; /* NULL while it hears nothing */
	struct event_listener hearing;

	/* [any] */
	atomic_bool stopping, failed, stop_said, changed_queued;
	atomic_int fail_err; /* 0 until it fails */
	atomic_llong retry_after_ns; /* what the plugin asked for; 0: nothing */
	atomic_uint state, restarts;
	atomic_uint n_handlings;
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

struct cam_node *node_ref(struct cam_node *);
void node_unref(struct cam_node *);
/** [any] See cam_host. */
void node_fail(struct cam_node *, int err);
void node_set_state(struct cam_node *, enum cam_state);
/** [loop] Log what failed while the node was to end: nobody else would tell. */
void node_log_loss(struct cam_node *, int err);
/**
 * [any] Log why it failed, with the pause until the next try: not the same more than once a minute, and as far as flap.h
 * allows.
 */
void node_log_failure(struct cam_node *, int err, int64_t pause_ns);
/** [node, loop] The pause before the next try of a node that has failed after lived_ns. @return ns */
int64_t node_pause_ns(struct cam_node *, int err, int64_t lived_ns);
/** [loop] Its last error is what it fails of, until it has worked. */
void node_note_fault(struct cam_node *);
/** [any] */
void node_clear_error(struct cam_node *);
/** [loop] Begin to stop it, for good or not: it is running. */
void node_begin_stop(struct cam_node *);
/** [loop] Have the plugin told of `next_config`: it is running. */
void node_hand_config(struct cam_node *);
/** [loop] `next_config`, if there is one, is what it is created with, or has taken. */
void node_take_config(struct cam_node *);
void node_init_reload(struct cam_node *);
/** [loop] Nothing runs in its place any more: what it has begun ends, and its plugin's destroy() is called. */
void node_destroy_self(struct cam_node *);
/** [loop] The end of a node that was to end. @param err what failed since it was last heard of, 0: nothing */
void node_ended(struct cam_node *, int err);
/** [loop] Start the thread of a CAM_ON_THREAD node. @return 0 or -errno */
int session_start(struct cam_node *);
/** [any] Have the thread notice that its session, or the node, is to end. */
void session_wake(struct cam_node *);
/** [node] */
int subscription_open(struct cam_node *, const char *camera, const struct cam_want *, struct cam_sub **ret);
void subscription_close(struct cam_node *, struct cam_sub *);
void subscription_close_all(struct cam_node *);
/** [node] Deliver what waits on packet subscriptions, so that stopping loses nothing. */
void subscription_drain_all(struct cam_node *);
void *subscription_user(const struct cam_sub *);

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
