/* SPDX-License-Identifier: MIT */
/* The callbacks that all made-up plugins share: when they may come is checked, what they do is random. */
#include "tests/stress/stress.h"

#include "lib/clock.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#define MAGIC 0x0AC7012Au

/* ---- where and when ---- */

static bool is_thread(const char *name)
{
	static _Thread_local char mine[16];

	if (!*mine)
		pthread_getname_np(pthread_self(), mine, sizeof(mine));
	return !strcmp(mine, name);
}

static bool is_in_place(const struct actor *a)
{
	switch (a->plugin->place) {
	case CAM_ON_LOOP:
		return pthread_equal(pthread_self(), stress.loop_thread);
	case CAM_ON_CAMERA:
	case CAM_ON_CPU:
		return is_thread("cam-cpu");
	case CAM_ON_IO:
		return is_thread("cam-io");
	default:
		return a->ran && pthread_equal(pthread_self(), a->thread);
	}
}

void actor_enter(struct actor *a, const char *callback)
{
	if (a->magic != MAGIC)
		stress_fail("%s of what is no node", callback);
	if (atomic_exchange_explicit(&a->busy, true, memory_order_relaxed))
		stress_fail("%s of %s during another call", callback, a->host->name(a->node));
	if (!is_in_place(a))
		stress_fail("%s of %s in the wrong place", callback, a->host->name(a->node));
	if (a->phase != STARTED && a->phase != STOPPING && strcmp(callback, "start") != 0)
		stress_fail("%s of %s, which has not started", callback, a->host->name(a->node));
}

void actor_leave(struct actor *a)
{
	atomic_store_explicit(&a->busy, false, memory_order_relaxed);
}

/* ---- from the cradle to the grave ---- */

static uint64_t next_turn(const char *name)
{
	struct rnd r = rnd_named(0, name, 0);

	return atomic_fetch_add_explicit(&stress.turns[rnd_below(&r, 256)], 1, memory_order_relaxed);
}

static void init_locks(struct actor *a)
{
	pthread_condattr_t monotonic;

	pthread_mutex_init(&a->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&a->cond, &monotonic);
	pthread_condattr_destroy(&monotonic);
}

int actor_create(const struct cam_plugin *plugin, struct cam_node *node, const struct cam_host *host,
	const void *config, void **ret_self)
{
	struct actor *a;
	const char *name = host->name(node);
	struct rnd rnd = rnd_named(stress.seed + stress.round, name, next_turn(name));

	if (!pthread_equal(pthread_self(), stress.loop_thread))
		stress_fail("create of %s in the wrong place", name);
	if (rnd_once_in(&rnd, 64))
		return host->error(node, -ENOMEM, NULL, "not this time");
	a = calloc(1, sizeof(*a));
	if (!a)
		return -ENOMEM;
	a->magic = MAGIC;
	a->plugin = plugin;
	a->node = node;
	a->host = host;
	a->conf = config;
	a->rnd = rnd;
	init_locks(a);
	history_init(&a->history, host, (int64_t)rnd_below(&a->rnd, 400) * CLOCK_MS, 1 << 20);
	atomic_fetch_add(&stress.actors, 1);
	*ret_self = a;
	return 0;
}

void actor_destroy(void *self)
{
	struct actor *a = self;

	foreign_forget(a);
	if (!pthread_equal(pthread_self(), stress.loop_thread))
		stress_fail("destroy of %s in the wrong place", a->host->name(a->node));
	if (a->phase == STARTED && a->plugin->place != CAM_ON_THREAD)
		stress_fail("destroy of %s without stop", a->host->name(a->node));
	if (a->phase == STOPPING && !a->said)
		stress_fail("destroy of %s before it has said that it has stopped", a->host->name(a->node));
	if (atomic_exchange_explicit(&a->busy, true, memory_order_relaxed))
		stress_fail("destroy of %s during another call", a->host->name(a->node));
	source_finish(a);
	history_finish(&a->history);
	for (int i = 0; i < SLOTS; i++)
		free(a->slots[i].into);
	pthread_cond_destroy(&a->cond);
	pthread_mutex_destroy(&a->lock);
	a->magic = 0;
	free(a);
	atomic_fetch_sub(&stress.actors, 1);
}

static void on_timer(uv_timer_t *timer)
{
	struct actor *a = timer->data;

	actor_enter(a, "a timer");
	act(a);
	actor_leave(a);
}

/* A handle of its own, as plugins on the loop have. */
static void open_timer(struct actor *a)
{
	struct uv_loop_s *loop = a->host->loop(a->node);

	if ((a->plugin->place == CAM_ON_LOOP) != (loop != NULL))
		stress_fail("%s has the wrong loop", a->host->name(a->node));
	if (!loop || rnd_once_in(&a->rnd, 2))
		return;
	uv_timer_init(loop, &a->timer);
	a->timer.data = a;
	a->has_timer = true;
	uv_timer_start(&a->timer, on_timer, rnd_below(&a->rnd, 20), 1 + rnd_below(&a->rnd, 20));
}

int actor_start(void *self)
{
	struct actor *a = self;
	int err;

	actor_enter(a, "start");
	if (a->phase != MADE)
		stress_fail("start of %s, which has started", a->host->name(a->node));
	stress_did(DID_START);
	if (a->plugin->kind == CAM_SOURCE)
		source_begin(a);
	else
		for (unsigned n = 1 + rnd_below(&a->rnd, 3); n--;)
			act_subscribe(a);
	a->host->tick_at(a->node, clock_mono_ns() + (int64_t)rnd_below(&a->rnd, 10) * CLOCK_MS);
	act(a);
	err = act_error(a);
	a->phase = err ? START_FAILED : STARTED;
	if (!err)
		open_timer(a);
	actor_leave(a);
	return err;
}

void actor_say_stopped(struct actor *a)
{
	a->said = true;
	a->host->state(a->node, CAM_STOPPED);
}

static void on_closed(uv_handle_t *timer)
{
	actor_say_stopped(timer->data);
}

/* At once, or later, from here or from elsewhere. */
static void answer(struct actor *a)
{
	int64_t delay = (int64_t)rnd_below(&a->rnd, 4000) * 1000;

	if (a->has_timer) {
		uv_close((uv_handle_t *)&a->timer, on_closed);
		return;
	}
	switch (rnd_below(&a->rnd, 5)) {
	case 0:
		if (a->host->post(a->node, actor_posted, POSTED_STOPPED) == 0)
			return;
		break;
	case 1:
		if (foreign_do(a, FOREIGN_STOPPED, delay))
			return;
		break;
	case 2:
		if (foreign_do(a, FOREIGN_POST_STOPPED, delay))
			return;
		break;
	default:
		break;
	}
	actor_say_stopped(a);
}

void actor_stop(void *self)
{
	struct actor *a = self;

	actor_enter(a, "stop");
	if (a->phase != STARTED)
		stress_fail("stop of %s, which does not run", a->host->name(a->node));
	if (!a->host->stopping(a->node))
		stress_fail("stop of %s, which is not stopping", a->host->name(a->node));
	stress_did(DID_STOP);
	a->phase = STOPPING;
	if (rnd_once_in(&a->rnd, 4))
		act(a);
	if (a->plugin->kind == CAM_SOURCE && rnd_once_in(&a->rnd, 4))
		source_publish(a, 2);
	/* What it leaves open, the server closes. */
	for (int i = 0; i < SLOTS; i++)
		if (!rnd_once_in(&a->rnd, 3))
			act_unsubscribe(a, &a->slots[i]);
	answer(a);
	actor_leave(a);
}

/* ---- in between ---- */

void actor_posted(void *self, void *arg)
{
	struct actor *a = self;

	actor_enter(a, "a posted call");
	stress_did(DID_POSTED);
	if (arg == POSTED_STOPPED)
		actor_say_stopped(a);
	else
		act(a);
	actor_leave(a);
}

void actor_tick(void *self)
{
	struct actor *a = self;

	actor_enter(a, "tick");
	stress_did(DID_TICK);
	if (a->plugin->kind == CAM_SOURCE)
		source_publish(a, 1 + rnd_below(&a->rnd, 3));
	else if (rnd_once_in(&a->rnd, 4))
		act_subscribe(a);
	if (rnd_once_in(&a->rnd, 2))
		act_resume_all(a);
	a->host->tick_at(
		a->node, clock_mono_ns() + (int64_t)rnd_below(&a->rnd, stress.leaning.tick_us) * 1000);
	act(a);
	actor_leave(a);
}

void actor_changed(void *self)
{
	struct actor *a = self;

	actor_enter(a, "changed");
	stress_did(DID_CHANGED);
	if (rnd_once_in(&a->rnd, 8))
		act_subscribe(a);
	act(a);
	actor_leave(a);
}

/* Work on pictures, a disk. */
static void be_slow(struct actor *a)
{
	if (a->plugin->place != CAM_ON_LOOP && rnd_once_in(&a->rnd, 64))
		poll(NULL, 0, 1 + (int)rnd_below(&a->rnd, 3));
}

/* What consume() answers. The subscription may be gone by now. @param before it, without this item */
static int verdict(struct actor *a, const struct cam_sub *sub, const struct slot *before)
{
	struct slot *slot = act_slot_of(a, sub);
	int err = act_error(a);

	if (err || !slot || slot->serial != before->serial || slot->want.into || !rnd_once_in(&a->rnd, 12))
		return err;
	*slot = *before; /* the same item comes again, or a newer one */
	slot->held = true;
	stress_did(DID_LATER);
	return CAM_LATER;
}

/* Enough of it: an event recorder at the end of its post-roll, a viewer that is too slow. */
static void leave_inside(struct actor *a, struct cam_sub *sub)
{
	if (!rnd_once_in(&a->rnd, 40))
		return;
	stress_did(DID_UNSUBSCRIBE_INSIDE);
	act_unsubscribe(a, act_slot_of(a, sub));
}

static void count(struct actor *a, const struct slot *before, const struct cam_buf *buf, int err)
{
	if (!err)
		a->host->stat(a->node, STAT_TAKEN, 1);
	if (err != CAM_LATER && before->want.form == CAM_PACKET && before->seen[buf->track])
		a->host->stat(a->node, STAT_MISSED, (int64_t)(buf->seq - before->seq[buf->track] - 1));
}

int actor_consume(void *self, struct cam_sub *sub, const struct cam_buf *buf)
{
	struct actor *a = self;
	struct slot *slot, before;
	int err;

	actor_enter(a, "consume");
	slot = act_slot_of_open(a, sub, "consume");
	before = *slot;
	check_item(a, slot, buf);
	if (rnd_once_in(&a->rnd, 4))
		act(a);
	leave_inside(a, sub);
	be_slow(a);
	err = verdict(a, sub, &before);
	count(a, &before, buf, err);
	actor_leave(a);
	return err;
}

int actor_ended(void *self, struct cam_sub *sub)
{
	struct actor *a = self;
	int err;

	actor_enter(a, "ended");
	stress_did(DID_ENDED);
	check_ended(a, act_slot_of_open(a, sub, "ended"));
	act(a);
	leave_inside(a, sub);
	err = act_error(a);
	actor_leave(a);
	return err;
}

void actor_refused(void *self, struct cam_sub *sub, int err, const char *why)
{
	struct actor *a = self;

	actor_enter(a, "refused");
	stress_did(DID_REFUSED);
	(void)act_slot_of_open(a, sub, "refused");
	check_refused(a, err, why);
	act(a);
	leave_inside(a, sub);
	actor_leave(a);
}

/* It is let go of here, or later. */
void actor_gone(void *self, struct cam_sub *sub)
{
	struct actor *a = self;
	struct slot *slot;

	actor_enter(a, "gone");
	stress_did(DID_GONE);
	slot = act_slot_of_open(a, sub, "gone");
	if (slot->gone)
		stress_fail("gone of %s comes twice", a->host->name(a->node));
	slot->gone = true;
	act(a);
	if (rnd_once_in(&a->rnd, 2))
		act_unsubscribe(a, act_slot_of(a, sub));
	actor_leave(a);
}

int actor_take_conf(struct actor *a, const struct actor_conf *conf)
{
	stress_did(DID_TAKE_CONF);
	if (a->phase != STARTED)
		stress_fail("reload of %s, which does not run", a->host->name(a->node));
	/* The one before is there until this returns. */
	if (conf == a->conf || conf->life != a->conf->life || strcmp(conf->folder, a->conf->folder) != 0)
		stress_fail("reload of %s changes more than it may", a->host->name(a->node));
	if (rnd_once_in(&a->rnd, 8))
		return a->host->error(a->node, -EBUSY, NULL, "not this one");
	a->conf = conf;
	return 0;
}

int actor_reload(void *self, const void *config)
{
	struct actor *a = self;
	int err;

	actor_enter(a, "reload");
	err = actor_take_conf(a, config);
	act(a);
	actor_leave(a);
	return err;
}

int actor_handle(void *self, const struct cam_request *request, struct cam_reply *reply)
{
	struct actor *a = self;
	int err;

	actor_enter(a, "handle");
	stress_did(DID_HANDLE);
	act(a);
	reply->data = "stress";
	reply->len = strlen(request->tail) < 6 ? strlen(request->tail) : 6;
	if (rnd_once_in(&a->rnd, 4))
		reply->status = 404; /* the next node with this route is asked */
	if (rnd_once_in(&a->rnd, 16))
		err = -EIO;
	else if (rnd_once_in(&a->rnd, 3))
		err = act_answer_later(a, request);
	else
		err = rnd_once_in(&a->rnd, 2) ? act_answer_in_pieces(a, request, reply) : 0;
	actor_leave(a);
	return err;
}
