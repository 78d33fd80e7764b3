/* SPDX-License-Identifier: MIT */
#include "core/bus/demand.h"

#include "core/base/clock.h"

#include <errno.h>
#include <stdlib.h>

/* What may wait for the decoder: a machine that is too slow skips whole GOPs rather than falling behind. */
enum { WAIT_PACKETS = 256 };
#define WAIT_AGE (3 * CLOCK_SECOND)

struct demand_sub {
	struct demand *demand;
	struct task add, remove; /* everything it takes to leave is there from the start */
	struct cam_want want;
	struct demand_end end;
	struct engine_output *made; /* NULL without memory: nothing is delivered */
	struct demand_sub *next;
};

struct demand {
	struct executor *strand;
	struct port *port;
	struct engine *engine;
	struct link_flow flow;
	atomic_uint count;
	struct task gone;
	/* on the strand: */
	struct link *packets; /* while there are outputs */
	struct demand_sub *subs;
	int64_t catch_up_ns;
};

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

/* The engine counts what it cannot decode; a camera's broken packet is no reason to stop. */
static int decode(void *arg, const struct cam_buf *packet)
{
	struct demand *d = arg;
	const char *why;

	if (!link_is_end(packet))
		(void)engine_push(d->engine, packet, d->catch_up_ns, &why);
	return 0;
}

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
	struct link_end end = {.on = d->strand, .take = decode, .arg = d, .flow = &d->flow};

	if (d->packets)
		return;
	d->packets = link_new(&want, &end);
	if (!d->packets)
		return;
	if (port_add(d->port, d->packets, clock_mono_ns() - CAM_SINCE_KEYFRAME)) {
		link_unref(d->packets);
		d->packets = NULL;
	}
	/* What history has is only decoded, but for the newest: that one is shown at once. */
	d->catch_up_ns = port_newest_ns(d->port);
}

static void on_add(struct task *t)
{
	struct demand_sub *sub = container_of(t, struct demand_sub, add);
	struct demand *d = sub->demand;
	struct engine_taker taker = {deliver, sub->end.into ? into : NULL, sub};

	sub->next = d->subs;
	d->subs = sub;
	if (engine_add(d->engine, &sub->want, &taker, &sub->made) == 0)
		open_packets(d);
}

static void free_sub(struct demand *d, struct demand_sub *sub)
{
	engine_remove(d->engine, sub->made);
	link_unref(sub->end.link);
	free(sub);
}

static void on_remove(struct task *t)
{
	struct demand_sub *sub = container_of(t, struct demand_sub, remove);
	struct demand *d = sub->demand;
	struct demand_sub **p = &d->subs;

	while (*p != sub)
		p = &(*p)->next;
	*p = sub->next;
	free_sub(d, sub);
	if (!d->subs)
		close_packets(d);
}

void demand_free(struct demand *d)
{
	if (!d)
		return;
	close_packets(d);
	while (d->subs) {
		struct demand_sub *sub = d->subs;

		d->subs = sub->next;
		free_sub(d, sub);
	}
	engine_free(d->engine);
	free(d);
}

struct demand *demand_new(struct executor *strand, struct port *port)
{
	struct demand *d = calloc(1, sizeof(*d));

	if (!d)
		return NULL;
	d->strand = strand;
	d->port = port;
	d->engine = engine_new();
	if (!d->engine) {
		free(d);
		return NULL;
	}
	return d;
}

int demand_add(
	struct demand *d, const struct cam_want *want, const struct demand_end *end, struct demand_sub **ret)
{
	struct demand_sub *sub = calloc(1, sizeof(*sub));

	if (!sub)
		return -ENOMEM;
	sub->demand = d;
	sub->add.fn = on_add;
	sub->remove.fn = on_remove;
	sub->want = *want;
	sub->end = *end;
	link_ref(end->link);
	atomic_fetch_add(&d->count, 1);
	*ret = sub;
	executor_post(d->strand, &sub->add);
	return 0;
}

void demand_remove(struct demand_sub *sub)
{
	if (!sub)
		return;
	atomic_fetch_sub(&sub->demand->count, 1);
	executor_post(sub->demand->strand, &sub->remove);
}

static void on_gone(struct task *t)
{
	struct demand *d = container_of(t, struct demand, gone);

	for (struct demand_sub *sub = d->subs; sub; sub = sub->next)
		link_gone(sub->end.link);
}

void demand_tell_gone(struct demand *d)
{
	d->gone.fn = on_gone;
	executor_post(d->strand, &d->gone);
}

void demand_get_stats(const struct demand *d, struct engine_stats *ret)
{
	engine_get_stats(d->engine, ret);
}

unsigned demand_count(const struct demand *d)
{
	return atomic_load_explicit(&d->count, memory_order_relaxed);
}
