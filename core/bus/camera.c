/* SPDX-License-Identifier: MIT */
#include "core/bus/camera.h"

#include "core/media/buf.h"
#include "lib/clock.h"

#include <stdlib.h>
#include <string.h>

static void free_now(struct camera *c)
{
	demand_free(c->demand);
	port_free(c->port);
	budget_leave(&c->share);
	hold_destroy(&c->hold);
	pthread_mutex_destroy(&c->lock);
	meter_destroy(&c->meter);
	strand_free(c->strand);
	free(c->name);
	free(c);
}

static void on_hold_over(struct timer *t);

static void on_free(struct task *t)
{
	struct camera *c = container_of(t, struct camera, free);

	if (executor_cancel(c->on, &c->hold_over))
		free_now(c);
	else
		executor_post(c->on, t); /* behind the timer's call, which is queued */
}

struct camera *camera_new(const char *name, struct pool *cpu, struct budget *budget)
{
	struct camera *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	meter_init(&c->meter);
	atomic_init(&c->refs, 1);
	pthread_mutex_init(&c->lock, NULL);
	hold_init(&c->hold);
	for (int i = 0; i < (int)CAM_MAX_TRACKS; i++)
		c->told_rate[i] = 1;
	c->hold_over.fn = on_hold_over;
	c->free.fn = on_free;
	c->name = strdup(name);
	budget_join(budget, &c->share, c->name, &c->meter.dropped);
	c->strand = strand_new(cpu);
	c->on = c->strand ? strand_executor(c->strand) : NULL;
	c->port = port_new(&c->lock);
	c->demand = c->on && c->port ? demand_new(c->on, c->port) : NULL;
	if (!c->name || !c->demand) {
		free_now(c);
		return NULL;
	}
	return c;
}

void camera_set_quota(struct camera *c, struct quota *quota)
{
	demand_set_quota(c->demand, quota, c->name);
}

struct camera *camera_ref(struct camera *c)
{
	atomic_fetch_add_explicit(&c->refs, 1, memory_order_relaxed);
	return c;
}

void camera_unref(struct camera *c)
{
	if (c && atomic_fetch_sub_explicit(&c->refs, 1, memory_order_acq_rel) == 1)
		executor_post(c->on, &c->free);
}

void camera_set_gone(struct camera *c)
{
	atomic_store(&c->gone, true);
	port_tell_gone(c->port);
	demand_tell_gone(c->demand);
}

bool camera_is_gone(const struct camera *c)
{
	return atomic_load(&c->gone);
}

/* ---- what the source delivers ---- */

static void hand_on(struct camera *c, struct port *port, struct cam_buf *buf)
{
	unsigned mended = timeline_stamp(&c->timeline, buf);
	const struct timeline_track *video = &c->timeline.track[0];

	if (mended) {
		atomic_fetch_add_explicit(&c->meter.repaired, mended, memory_order_relaxed);
		atomic_fetch_add_explicit(&c->meter.repairs[c->timeline.repair], 1, memory_order_relaxed);
	}
	if (buf->track == 0) {
		atomic_store_explicit(&c->meter.jitter_ns, video->seen.jitter_ns, memory_order_relaxed);
		atomic_store_explicit(&c->meter.clock_rate, timeline_clock_rate(video), memory_order_relaxed);
	}
	atomic_store_explicit(&c->meter.wall_sets, c->timeline.wall.sets, memory_order_relaxed);
	atomic_fetch_add_explicit(&c->meter.dropped, port_publish(port, buf), memory_order_relaxed);
}

/* With the hold's lock. */
static void let_go(struct camera *c)
{
	timeline_rehearse(&c->timeline, c->hold.bufs, c->hold.n);
	for (size_t i = 0; i < c->hold.n; i++)
		hand_on(c, c->held_for, c->hold.bufs[i]);
	hold_end(&c->hold);
}

static void on_hold_over(struct timer *t)
{
	struct camera *c = container_of(t, struct camera, hold_over);

	pthread_mutex_lock(&c->hold.lock);
	if (c->hold.n && clock_mono_ns() >= c->hold.until_ns)
		let_go(c);
	pthread_mutex_unlock(&c->hold.lock);
}

/* @return whether the packet waits */
static bool hold(struct camera *c, struct port *port, struct cam_buf *buf, size_t bytes)
{
	bool waits = false;

	pthread_mutex_lock(&c->hold.lock);
	if (hold_is_on(&c->hold)) {
		c->held_for = port;
		waits = hold_put(&c->hold, buf, bytes);
		if (!waits)
			let_go(c);
		else if (c->hold.n == 1)
			executor_post_at(c->on, &c->hold_over, c->hold.until_ns);
	}
	pthread_mutex_unlock(&c->hold.lock);
	return waits;
}

static void flush(struct camera *c)
{
	pthread_mutex_lock(&c->hold.lock);
	let_go(c);
	pthread_mutex_unlock(&c->hold.lock);
}

void camera_begin_session(struct camera *c)
{
	flush(c);
	timeline_restart(&c->timeline);
	hold_begin(&c->hold);
}

void camera_end_session(struct camera *c, struct port *port)
{
	flush(c);
	port_end_session(port);
}

bool camera_publish(struct camera *c, struct port *port, struct cam_buf *buf)
{
	size_t bytes = buf_bytes(buf);

	meter_count(&c->meter, buf, bytes);
	if (hold_is_on(&c->hold) && hold(c, port, buf, bytes))
		return false;
	hand_on(c, port, buf);
	return true;
}
