/* SPDX-License-Identifier: MIT */
/* What a new configuration changes, and how the ports of a camera hang together in it. */
#include "core/graph/graph.h"

#include <string.h>

/* ---- who leaves ---- */

/* Only what runs can be told; what waits to be tried again is made anew at once. */
static bool can_take(const struct graph_node *n, const struct config_node *next)
{
	const struct cam_plugin *p = n->conf->plugin;

	return p->reload && p->place != CAM_ON_THREAD && node_life(n->node) == NODE_RUNNING &&
	       config_node_reloadable(n->conf, next);
}

static bool may_stay(const struct graph_node *n, const struct config_node *next)
{
	return next && (config_node_equal(n->conf, next) || can_take(n, next));
}

int graph_mark_changed(struct graph *g, const struct config *next)
{
	struct graph_index x;
	int err = graph_index_make(&x, next);

	if (err)
		return err;
	for (size_t i = 0; i < g->n_nodes; i++)
		g->nodes[i]->leaving = !may_stay(g->nodes[i], graph_index_node(&x, next, g->nodes[i]->conf));
	graph_index_free(&x);
	graph_count(g);
	return 0;
}

/* ---- ports ---- */

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
