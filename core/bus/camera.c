/* SPDX-License-Identifier: MIT */
#include "core/bus/camera.h"

#include <stdlib.h>
#include <string.h>

static void free_now(struct camera *c)
{
	demand_free(c->demand);
	for (unsigned i = 0; i < c->n_ports; i++)
		port_free(c->ports[i]);
	meter_destroy(&c->meter);
	strand_free(c->strand);
	free(c->name);
	free(c);
}

static void on_free(struct task *t)
{
	free_now(container_of(t, struct camera, free));
}

struct camera *camera_new(const char *name, struct pool *cpu)
{
	struct camera *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	meter_init(&c->meter);
	c->free.fn = on_free;
	c->name = strdup(name);
	c->strand = strand_new(cpu);
	c->on = c->strand ? strand_executor(c->strand) : NULL;
	c->demand = c->on ? demand_new(c->on) : NULL;
	if (!c->name || !c->demand) {
		free_now(c);
		return NULL;
	}
	return c;
}

void camera_free(struct camera *c)
{
	if (c)
		executor_post(c->on, &c->free);
}

struct port *camera_new_port(struct camera *c)
{
	struct port *p = c->n_ports < CAMERA_PORTS ? port_new() : NULL;

	if (p)
		c->ports[c->n_ports++] = p;
	return p;
}

void camera_set_port(struct camera *c, struct port *port)
{
	c->port = port;
	demand_set_port(c->demand, port);
}

void camera_publish(struct camera *c, struct port *port, struct cam_buf *buf)
{
	unsigned mended = timeline_stamp(&c->timeline, buf);

	meter_count(&c->meter, buf);
	atomic_fetch_add_explicit(&c->meter.repaired, mended, memory_order_relaxed);
	atomic_fetch_add_explicit(&c->meter.dropped, port_publish(port, buf), memory_order_relaxed);
}
