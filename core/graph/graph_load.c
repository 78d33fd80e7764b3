/* SPDX-License-Identifier: MIT */
#include "core/graph/graph_load.h"

#include "core/config/compare.h"
#include "core/graph/graph_down.h"

#include <errno.h>

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

/* Mark as leaving what `next` has not, or has otherwise and cannot be told as it runs. @return 0 or -ENOMEM */
static int mark_changed(struct graph *g, const struct config *next)
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

int graph_load(struct graph *g, struct config *c)
{
	int err = g->next || g->stopping ? -EBUSY : mark_changed(g, c);

	if (err)
		return err;
	g->next = c;
	graph_go_down(g);
	return 0;
}
