/* SPDX-License-Identifier: MIT */
#include "core/graph/graph_wiring.h"

#include <string.h>

static struct graph_node *node_of_stage(struct graph_node *const *nodes, size_t n, const char *stage)
{
	for (size_t i = 0; i < n; i++)
		if (nodes[i] && !strcmp(nodes[i]->conf->stage, stage))
			return nodes[i];
	return NULL;
}

struct port *graph_port(const struct graph *g, const char *camera, const char *stage)
{
	size_t n;
	struct graph_node *const *nodes = graph_nodes_of(g, graph_camera(g, camera), &n);
	const struct graph_node *of = stage ? node_of_stage(nodes, n, stage) : NULL;

	return of ? of->port : NULL;
}

/* The nodes of a camera while their ports are being hung. */
struct wiring {
	struct graph_node *const *nodes;
	size_t n;
	struct port
		*last; /* that was hung: below it comes a buffer without `from`, and the camera's outlet */
	int err;
};

static void hang(struct wiring *w, struct port *port, struct port *above)
{
	if (port_parent(port) != above && !w->err)
		w->err = port_set_parent(port, above);
}

static void hang_node(struct wiring *w, struct graph_node *n, struct port *above)
{
	hang(w, n->port, above);
	n->hung = true;
	w->last = n->port;
}

/* @return whether a buffer has been hung; one whose `from` names another waits for that */
static bool hang_buffers(struct wiring *w)
{
	bool some = false;

	for (size_t i = 0; i < w->n; i++) {
		struct graph_node *n = w->nodes[i];
		const struct graph_node *from;

		if (!n || !n->port || n->hung)
			continue;
		from = n->conf->from ? node_of_stage(w->nodes, w->n, n->conf->from) : NULL;
		if (n->conf->from && !(from && from->hung))
			continue;
		hang_node(w, n, from ? from->port : w->last);
		some = true;
	}
	return some;
}

static int wire_camera(const struct graph *g, size_t camera)
{
	struct wiring w = {0};

	w.nodes = graph_nodes_of(g, camera, &w.n);
	for (size_t i = 0; i < w.n; i++) {
		struct graph_node *n = w.nodes[i];

		if (!n)
			continue;
		n->hung = false;
		if (n->conf->plugin->kind == CAM_SOURCE)
			hang_node(&w, n, NULL);
	}
	while (hang_buffers(&w))
		;
	if (w.last)
		hang(&w, g->cameras[camera]->port, w.last);
	return w.err;
}

int graph_wire(const struct graph *g)
{
	int err = 0;

	for (size_t i = 0; i < g->n_cameras && !err; i++)
		err = wire_camera(g, i);
	return err;
}
