/* SPDX-License-Identifier: MIT */
#include "core/plugin/node.h"

#include "core/plugin/cam_node.h"
#include "core/plugin/handling.h"
#include "core/plugin/hearing.h"
#include "core/plugin/node_call.h"
#include "core/plugin/node_end.h"
#include "core/plugin/node_reload.h"
#include "core/plugin/node_state.h"
#include "core/plugin/source_thread.h"
#include "core/plugin/subscription.h"
#include "lib/clock.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A source has nothing that could be lost: its camera would have gone a moment later. */
static void has_ended(struct cam_node *n, int err)
{
	assert(!n->want_up);
	if (n->spec.plugin->kind == CAM_SOURCE)
		err = 0;
	if (err)
		node_log_loss(n, err);
	n->life = NODE_IDLE;
	n->up_since_ns = 0;
	node_set_state(n, CAM_STOPPED);
	n->world->ended(n->world->arg, n, err);
}

/* ---- failure and retry ---- */

static void on_retry(uv_timer_t *timer)
{
	struct cam_node *n = timer->data;

	atomic_fetch_add(&n->restarts, 1);
	node_start(n);
}

/* It is down and destroyed; up again later, unless it was to end anyway, or at once with what it could not take. */
static void go_down(struct cam_node *n, int err)
{
	int64_t now = clock_mono_ns(), pause;

	if (!n->want_up) {
		/* One that could not start held nothing, and has told why. */
		has_ended(n, n->up_since_ns ? err : 0);
		return;
	}
	if (!err && n->next_config) {
		n->up_since_ns = 0;
		on_retry(&n->retry);
		return;
	}
	pause = node_pause_ns(n, err, n->up_since_ns ? now - n->up_since_ns : 0);
	n->lived_ns = n->up_since_ns ? now - n->up_since_ns : 0;
	n->up_since_ns = 0;
	n->life = NODE_WAITING;
	node_set_state(n, CAM_RETRYING);
	uv_update_time(&n->world->loop->uv);
	/* Rounded up, and one more for the part of a millisecond that libuv's clock leaves out: never too soon. */
	uv_timer_start(&n->retry, on_retry, (uint64_t)((pause + CLOCK_MS - 1) / CLOCK_MS) + 1, 0);
	node_log_failure(n, err, pause);
	node_note_fault(n);
}

/* ---- down ---- */

/* A node that has failed takes nothing any more: what waits for it counts as dropped. */
static void do_stop(struct task *t)
{
	struct cam_node *n = container_of(t, struct cam_node, stop);

	hearing_end(n);
	subscription_drain_all(n);
	n->spec.plugin->stop(n->self);
}

/* The plugin is done: what was queued for it before is let pass, then it is destroyed. */
static void on_stopped(struct task *t)
{
	struct cam_node *n = container_of(t, struct cam_node, stopped);

	n->behind_fence = &n->fenced;
	executor_post(n->on, &n->fence);
}

/* The last that happens in the node's place. */
static void do_fence(struct task *t)
{
	struct cam_node *n = container_of(t, struct cam_node, fence);

	subscription_close_all(n);
	n->active = false;
	if (executor_cancel(n->on, &n->tick))
		node_on_loop(n, n->behind_fence);
	else
		executor_post(n->on, &n->fence); /* behind the tick that is queued */
}

/* Nothing runs in its place any more: what it has begun ends. */
static void destroy_self(struct cam_node *n)
{
	handling_end_all(n);
	if (n->world->events)
		events_end_owner(n->world->events, n, "stage_stopped");
	n->spec.plugin->destroy(n->self);
	n->self = NULL;
}

/* However a source came to the fence: up to there it may have published. */
static void end_session(struct cam_node *n)
{
	if (n->spec.plugin->kind == CAM_SOURCE)
		camera_end_session(n->spec.camera, n->spec.out);
}

static void on_fenced(struct task *t)
{
	struct cam_node *n = container_of(t, struct cam_node, fenced);

	end_session(n);
	destroy_self(n);
	go_down(n, atomic_load(&n->failed) ? atomic_load(&n->fail_err) : 0);
}

static void on_failing(struct task *t)
{
	struct cam_node *n = container_of(t, struct cam_node, failing);

	if (n->life == NODE_RUNNING && atomic_load(&n->failed))
		node_begin_stop(n);
	node_unref(n);
}

static void on_thread_ended(struct task *t)
{
	struct cam_node *n = container_of(t, struct cam_node, thread_ended);

	source_thread_join(n);
	destroy_self(n);
	has_ended(n, 0);
}

void node_stop(struct cam_node *n)
{
	n->want_up = false;
	if (n->life == NODE_RUNNING) {
		node_begin_stop(n);
	} else if (n->life == NODE_WAITING) {
		uv_timer_stop(&n->retry);
		has_ended(n, 0);
	} else if (n->life == NODE_IDLE) {
		has_ended(n, 0);
	}
}

/* ---- up ---- */

static void do_start(struct task *t)
{
	struct cam_node *n = container_of(t, struct cam_node, start);
	const struct cam_plugin *p = n->spec.plugin;

	n->active = true;
	if (p->kind == CAM_SOURCE)
		camera_begin_session(n->spec.camera);
	n->start_err = p->start ? p->start(n->self) : 0;
	if (!n->start_err && hearing_begin(n))
		node_fail(n, -ENOMEM);
	if (n->start_err) {
		n->behind_fence = &n->started;
		do_fence(&n->fence);
	} else {
		node_on_loop(n, &n->started);
	}
}

static void is_up(struct cam_node *n)
{
	const struct cam_plugin *p = n->spec.plugin;
	struct port_history history = {p->keep, p->replay, n->self};
	/* Who has failed meanwhile has not come up, though it has to be stopped. A thread's session is its own matter. */
	int err = n->on ? atomic_load(&n->fail_err) : 0;
	bool was_reloaded =
		n->next_config; /* while it was starting; what is given from here on is handed on at once */

	n->life = NODE_RUNNING;
	n->up_since_ns = err ? 0 : clock_mono_ns();
	if (p->kind == CAM_BUFFER)
		port_set_history(n->spec.out, &history);
	if (p->kind != CAM_SOURCE && !err)
		node_set_state(n, CAM_LIVE);
	n->world->started(n->world->arg, n, err);
	if (n->life == NODE_RUNNING && (!n->want_up || (n->on && atomic_load(&n->failed))))
		node_begin_stop(n);
	else if (n->life == NODE_RUNNING && was_reloaded)
		node_reload_hand_over(n);
}

static void is_not_up(struct cam_node *n, int err)
{
	if (n->self)
		destroy_self(n);
	n->world->started(n->world->arg, n, err);
	if (n->life == NODE_STARTING)
		go_down(n, err);
}

static void on_started(struct task *t)
{
	struct cam_node *n = container_of(t, struct cam_node, started);

	if (n->start_err) {
		end_session(n);
		is_not_up(n, n->start_err);
	} else {
		is_up(n);
	}
}

void node_start(struct cam_node *n)
{
	int err;

	n->life = NODE_STARTING;
	n->want_up = true;
	n->turn++;
	atomic_store(&n->stopping, false);
	atomic_store(&n->failed, false);
	atomic_store(&n->fail_err, 0);
	atomic_store(&n->stop_said, false);
	node_clear_error(n);
	node_set_state(n, CAM_CONNECTING);
	node_reload_take(n);
	err = n->spec.plugin->create(n, n->world->host, n->spec.config, &n->self);
	if (err)
		n->self = NULL;
	else if (n->on) /* a thread's first session has failed then, and it goes on with the next */
		err = atomic_load(&n->fail_err);
	if (err) {
		is_not_up(n, err);
		return;
	}
	if (n->on) {
		executor_post(n->on, &n->start);
		return;
	}
	err = source_thread_start(n);
	if (err)
		is_not_up(n, err);
	else
		is_up(n);
}

static void do_tick(struct timer *t)
{
	struct cam_node *n = container_of(t, struct cam_node, tick);

	if (!n->active || !n->tick_wanted || atomic_load(&n->stopping))
		return;
	n->tick_wanted = false;
	if (n->spec.plugin->tick)
		n->spec.plugin->tick(n->self);
}

/* ---- the node itself ---- */

static void on_changed(struct task *t)
{
	struct cam_node *n = container_of(t, struct cam_node, changed);

	atomic_store(&n->changed_queued, false);
	n->world->changed(n->world->arg, n);
	node_unref(n);
}

/* Its place as an executor. @return 0 or -errno */
static int find_place(struct cam_node *n)
{
	struct pool *pool = places_cpu(n->world->places);
	int err = 0;

	switch (n->spec.plugin->place) {
	case CAM_ON_LOOP:
		n->on = &n->world->loop->executor;
		return 0;
	case CAM_ON_CAMERA:
		n->on = n->spec.camera->on;
		return 0;
	case CAM_ON_IO:
		err = places_io(n->world->places, n->spec.folder, &pool);
		break;
	case CAM_ON_THREAD:
		return 0;
	}
	if (err)
		return err;
	n->strand = strand_new(pool);
	if (!n->strand)
		return -ENOMEM;
	n->on = strand_executor(n->strand);
	return 0;
}

static void set_tasks(struct cam_node *n)
{
	n->start.fn = do_start;
	n->started.fn = on_started;
	n->stop.fn = do_stop;
	n->stopped.fn = on_stopped;
	n->fence.fn = do_fence;
	n->fenced.fn = on_fenced;
	n->failing.fn = on_failing;
	n->changed.fn = on_changed;
	n->thread_ended.fn = on_thread_ended;
	n->tick.fn = do_tick;
	node_reload_init(n);
}

/* @return a copy in one piece, the texts behind the pointers; NULL without memory */
static const char **copy_list(const char *const *list)
{
	size_t n = 0, bytes = 0;
	const char **copy;
	char *to;

	for (; list[n]; n++)
		bytes += strlen(list[n]) + 1;
	copy = malloc((n + 1) * sizeof(*copy) + bytes);
	if (!copy)
		return NULL;
	to = (char *)&copy[n + 1];
	for (size_t i = 0; i < n; i++) {
		copy[i] = to;
		to = stpcpy(to, list[i]) + 1;
	}
	copy[n] = NULL;
	return copy;
}

/* What of the spec outlives the configuration that it comes from. @return false without memory */
static bool copy_spec(struct cam_node *n, const struct node_spec *spec)
{
	n->spec = *spec;
	n->name = strdup(spec->name);
	n->folder = spec->folder ? strdup(spec->folder) : NULL;
	n->on_events = spec->on ? copy_list(spec->on) : NULL;
	n->spec.name = n->name;
	n->spec.folder = n->folder;
	n->spec.on = n->on_events;
	return n->name && !n->folder == !spec->folder && !n->on_events == !spec->on;
}

static void init_locks(struct cam_node *n)
{
	pthread_condattr_t monotonic;

	pthread_mutex_init(&n->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&n->wake, &monotonic);
	pthread_condattr_destroy(&monotonic);
}

int node_new(const struct node_world *world, const struct node_spec *spec, struct cam_node **ret)
{
	struct cam_node *n = calloc(1, sizeof(*n));
	size_t n_stats = 0;
	bool is_whole;
	int err;

	if (!n)
		return -ENOMEM;
	n->world = world;
	is_whole = copy_spec(n, spec);
	atomic_init(&n->refs, 1);
	atomic_init(&n->state, CAM_STOPPED);
	init_locks(n);
	set_tasks(n);
	while (spec->plugin->stats && spec->plugin->stats[n_stats].name)
		n_stats++;
	n->stats = calloc(n_stats + 1, sizeof(*n->stats));
	err = n->stats && is_whole ? find_place(n) : -ENOMEM;
	if (err) { /* a place was all that could fail: there is no strand */
		node_unref(n);
		return err;
	}
	uv_timer_init(&world->loop->uv, &n->retry);
	n->retry.data = n;
	*ret = n;
	return 0;
}

static void on_retry_closed(uv_handle_t *retry)
{
	node_unref(retry->data);
}

void node_free(struct cam_node *n)
{
	if (!n)
		return;
	strand_free(n->strand);
	uv_close((uv_handle_t *)&n->retry, on_retry_closed);
}

/* ---- questions, and what it is told ---- */

enum node_life node_life(const struct cam_node *n)
{
	return n->life;
}

const char *node_name(const struct cam_node *n)
{
	return n->spec.name;
}

const struct node_spec *node_spec(const struct cam_node *n)
{
	return &n->spec;
}

unsigned node_state(const struct cam_node *n)
{
	return atomic_load_explicit(&n->state, memory_order_relaxed);
}

int64_t node_stat(const struct cam_node *n, unsigned stat)
{
	return atomic_load_explicit(&n->stats[stat], memory_order_relaxed);
}

const struct link_flow *node_flow(const struct cam_node *n)
{
	return &n->flow;
}

const struct event_flow *node_event_flow(const struct cam_node *n)
{
	return &n->event_flow;
}

unsigned node_restarts(const struct cam_node *n)
{
	return atomic_load_explicit(&n->restarts, memory_order_relaxed);
}

static void tell_changed(void *self, void *arg)
{
	const struct cam_node *n = arg;

	n->spec.plugin->changed(self);
}

void node_tell_changed(struct cam_node *n)
{
	if (n->life == NODE_RUNNING && n->spec.plugin->changed)
		(void)node_call(n, tell_changed, n);
}
