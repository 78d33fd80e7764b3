/* SPDX-License-Identifier: MIT */
#include "core/bus/camera.h"

#include <stdlib.h>
#include <string.h>

static void free_now(struct camera *c)
{
	demand_free(c->demand);
	port_free(c->port);
	budget_leave(&c->share);
	pthread_mutex_destroy(&c->lock);
	meter_destroy(&c->meter);
	strand_free(c->strand);
	free(c->name);
	free(c);
}

static void on_free(struct task *t)
{
	free_now(container_of(t, struct camera, free));
}

struct camera *camera_new(const char *name, struct pool *cpu, struct budget *budget)
{
	struct camera *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	meter_init(&c->meter);
	atomic_init(&c->refs, 1);
	pthread_mutex_init(&c->lock, NULL);
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

void camera_publish(struct camera *c, struct port *port, struct cam_buf *buf)
{
	unsigned mended = timeline_stamp(&c->timeline, buf);

	meter_count(&c->meter, buf);
	atomic_fetch_add_explicit(&c->meter.repaired, mended, memory_order_relaxed);
	atomic_fetch_add_explicit(&c->meter.dropped, port_publish(port, buf), memory_order_relaxed);
}
