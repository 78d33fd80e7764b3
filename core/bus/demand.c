/* SPDX-License-Identifier: MIT */
#include "core/bus/demand.h"

#include "lib/clock.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

/* What may wait for the decoder: a machine that is too slow skips whole GOPs rather than falling behind. */
enum { WAIT_PACKETS = 256 };
#define WAIT_AGE (3 * CLOCK_SECOND)

/* Packets decoded before others on the strand, and other strands, get their turn. */
enum { TURN_PACKETS = 1 };

/* History is not decoded again more often than this. */
#define REOPEN_EACH (2 * CLOCK_SECOND)

struct demand_sub {
	struct demand *demand;
	struct demand_sub *next_listed; /* in the demand's list of changes */
	enum { COMING, THERE, LEAVING } state; /* under its lock; COMING and LEAVING are in the list */
	atomic_bool left; /* nothing is made for it any more */
	struct cam_want want;
	struct demand_end end;
	/* on the strand: */
	struct engine_output *made; /* NULL without memory: nothing is delivered */
	struct demand_sub *next;
	struct demand_sub **at; /* what points to it */
};

struct demand {
	struct executor *strand;
	struct port *port;
	struct engine *engine;
	struct link_flow flow;
	atomic_uint count;
	struct task look, gone;
	pthread_mutex_t lock; /* of the list, the states in it, and posted */
	struct demand_sub *listed, **listed_end;
	atomic_bool has_listed;
	bool posted; /* look is */
	/* on the strand: */
	struct link *packets; /* while there are outputs */
	struct demand_sub *subs;
	int64_t catch_up_ns, opened_ns;
};

/* ---- what the engine calls --------------------------------------------------------------------------------------- */

static void deliver(void *arg, const struct cam_buf *buf)
{
	struct demand_sub *sub = arg;

	if (sub->end.into)
		link_deliver(sub->end.link, buf);
	else
		link_push(sub->end.link, buf);
}

static uint8_t *into(void *arg, size_t bytes)
{
	struct demand_sub *sub = arg;

	return link_is_closed(sub->end.link) ? NULL : sub->end.into(sub->end.arg, bytes);
}

static void told(void *arg, int err, const char *why)
{
	struct demand_sub *sub = arg;

	link_refuse(sub->end.link, err, why);
}

/* ---- packets ----------------------------------------------------------------------------------------------------- */

static int decode(void *arg, const struct cam_buf *packet);

static void close_packets(struct demand *d)
{
	if (!d->packets)
		return;
	link_close(d->packets);
	port_remove(d->port, d->packets);
	link_unref(d->packets);
	d->packets = NULL;
}

static void open_packets(struct demand *d)
{
	struct cam_want want = {.form = CAM_PACKET,
		.media = CAM_VIDEO,
		.queue_items = WAIT_PACKETS,
		.queue_age_ns = WAIT_AGE};
	struct link_end end = {
		.on = d->strand, .take = decode, .arg = d, .flow = &d->flow, .turn = TURN_PACKETS};

	if (d->packets)
		return;
	d->packets = link_new(&want, &end);
	if (!d->packets)
		return;
	if (port_add(d->port, d->packets, clock_mono_ns() - CAM_SINCE_KEYFRAME)) {
		link_unref(d->packets);
		d->packets = NULL;
	}
	/* Of what history has the first picture is shown, and the newest: the others are only decoded. */
	d->catch_up_ns = port_newest_ns(d->port);
	d->opened_ns = clock_mono_ns();
}

/* Packets that were left out are of use after all: once more from the last keyframe on. */
static void reopen_packets(struct demand *d, bool come)
{
	if (!d->packets || !engine_is_behind(d->engine, come) || clock_mono_ns() - d->opened_ns < REOPEN_EACH)
		return;
	close_packets(d);
	engine_rewind(d->engine);
	open_packets(d);
}

/* ---- who comes and leaves ---------------------------------------------------------------------------------------- */

static void free_sub(struct demand_sub *sub)
{
	link_unref(sub->end.link);
	free(sub);
}

static void enter(struct demand *d, struct demand_sub *sub)
{
	struct engine_taker taker = {.deliver = deliver,
		.into = sub->end.into ? into : NULL,
		.arg = sub,
		.told = told,
		.left = &sub->left,
		.node = sub->end.node,
		.owner = sub->want.owner,
		.first = sub->end.first};

	sub->next = d->subs;
	sub->at = &d->subs;
	if (d->subs)
		d->subs->at = &sub->next;
	d->subs = sub;
	if (engine_add(d->engine, &sub->want, &taker, &sub->made))
		link_refuse(sub->end.link, -ENOMEM, "there is no memory for these pictures");
}

static void leave(struct demand *d, struct demand_sub *sub)
{
	*sub->at = sub->next;
	if (sub->next)
		sub->next->at = sub->at;
	engine_remove(d->engine, sub->made);
	free_sub(sub);
}

/* What the list holds, taken apart; those who leave are chained by next_listed, the others by next. */
struct changes {
	struct demand_sub *coming, *leaving, *forgotten;
};

static struct changes take_listed(struct demand *d)
{
	struct changes c = {0};
	struct demand_sub **end = &c.coming, *sub, *next;

	pthread_mutex_lock(&d->lock);
	for (sub = d->listed; sub; sub = next) {
		next = sub->next_listed;
		if (sub->state == LEAVING) {
			sub->next_listed = c.leaving;
			c.leaving = sub;
		} else if (atomic_load(&sub->left)) {
			sub->next = c.forgotten;
			c.forgotten = sub;
		} else {
			sub->state = THERE;
			sub->next = NULL;
			*end = sub;
			end = &sub->next;
		}
	}
	d->listed = NULL;
	d->listed_end = &d->listed;
	atomic_store(&d->has_listed, false);
	pthread_mutex_unlock(&d->lock);
	return c;
}

/*
 * Those who come are let in before those who leave are let out: whoever exchanges one subscription for another keeps the
 * decoder going. Who has come and left already is never let in.
 */
static void let_in_and_out(struct demand *d, struct changes c)
{
	struct demand_sub *next;

	for (; c.coming; c.coming = next) {
		next = c.coming->next;
		enter(d, c.coming);
	}
	for (; c.leaving; c.leaving = next) {
		next = c.leaving->next_listed;
		leave(d, c.leaving);
	}
	for (; c.forgotten; c.forgotten = next) {
		next = c.forgotten->next;
		free_sub(c.forgotten);
	}
}

static void look(struct demand *d)
{
	struct changes c;
	bool come;

	if (!atomic_load(&d->has_listed))
		return;
	c = take_listed(d);
	come = c.coming;
	let_in_and_out(d, c);
	if (!d->subs) {
		close_packets(d);
	} else {
		open_packets(d);
		engine_show(d->engine);
		if (come)
			reopen_packets(d, true);
	}
}

static void on_look(struct task *t)
{
	struct demand *d = container_of(t, struct demand, look);

	pthread_mutex_lock(&d->lock);
	d->posted = false;
	pthread_mutex_unlock(&d->lock);
	look(d);
}

/* With the lock held. @return whether the caller is to post the task */
static bool put_listed(struct demand *d, struct demand_sub *sub)
{
	bool post = !d->posted;

	sub->next_listed = NULL;
	*d->listed_end = sub;
	d->listed_end = &sub->next_listed;
	atomic_store(&d->has_listed, true);
	d->posted = true;
	return post;
}

/* The engine counts what it cannot decode; a camera's broken packet is no reason to stop. */
static int decode(void *arg, const struct cam_buf *packet)
{
	struct demand *d = arg;
	const struct link *link = d->packets;
	const char *why;

	look(d);
	if (!link || d->packets != link ||
		link_is_end(packet)) /* the last ones have left, or it begins anew */
		return 0;
	(void)engine_push(d->engine, packet, d->catch_up_ns, &why);
	reopen_packets(d, false);
	return 0;
}

/* ---- the demand -------------------------------------------------------------------------------------------------- */

void demand_free(struct demand *d)
{
	if (!d)
		return;
	look(d);
	close_packets(d);
	for (struct demand_sub *sub = d->subs, *next; sub; sub = next) {
		next = sub->next;
		leave(d, sub);
	}
	engine_free(d->engine);
	pthread_mutex_destroy(&d->lock);
	free(d);
}

struct demand *demand_new(struct executor *strand, struct port *port)
{
	struct demand *d = calloc(1, sizeof(*d));

	if (!d)
		return NULL;
	d->strand = strand;
	d->port = port;
	d->look.fn = on_look;
	d->listed_end = &d->listed;
	d->engine = engine_new();
	if (!d->engine) {
		free(d);
		return NULL;
	}
	pthread_mutex_init(&d->lock, NULL);
	return d;
}

void demand_set_quota(struct demand *d, struct quota *quota, const char *camera)
{
	engine_set_quota(d->engine, quota, camera);
}

int demand_add(
	struct demand *d, const struct cam_want *want, const struct demand_end *end, struct demand_sub **ret)
{
	struct demand_sub *sub = calloc(1, sizeof(*sub));
	bool post;

	if (!sub)
		return -ENOMEM;
	sub->demand = d;
	sub->want = *want;
	sub->end = *end;
	link_ref(end->link);
	atomic_fetch_add(&d->count, 1);
	*ret = sub;
	pthread_mutex_lock(&d->lock);
	sub->state = COMING;
	post = put_listed(d, sub);
	pthread_mutex_unlock(&d->lock);
	if (post)
		executor_post(d->strand, &d->look);
	return 0;
}

void demand_remove(struct demand_sub *sub)
{
	struct demand *d;
	bool post = false;

	if (!sub)
		return;
	d = sub->demand;
	atomic_fetch_sub(&d->count, 1);
	pthread_mutex_lock(&d->lock);
	atomic_store(&sub->left, true);
	if (sub->state == THERE) {
		sub->state = LEAVING;
		post = put_listed(d, sub);
	}
	pthread_mutex_unlock(&d->lock);
	if (post)
		executor_post(d->strand, &d->look);
}

static void on_gone(struct task *t)
{
	struct demand *d = container_of(t, struct demand, gone);

	look(d);
	for (struct demand_sub *sub = d->subs; sub; sub = sub->next)
		link_gone(sub->end.link);
}

void demand_tell_gone(struct demand *d)
{
	d->gone.fn = on_gone;
	executor_post(d->strand, &d->gone);
}

const char *demand_error(const struct demand *d, uint32_t codec, uint32_t width, uint32_t height)
{
	return engine_error(d->engine, codec, width, height);
}

void demand_get_stats(const struct demand *d, struct engine_stats *ret)
{
	engine_get_stats(d->engine, ret);
}

unsigned demand_count(const struct demand *d)
{
	return atomic_load_explicit(&d->count, memory_order_relaxed);
}
