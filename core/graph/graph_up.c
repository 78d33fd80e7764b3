/* SPDX-License-Identifier: MIT */
#include "core/graph/graph_up.h"

#include "core/config/required.h"
#include "core/plugin/node_reload.h"

static void begin(struct graph *g, bool sources)
{
	for (size_t i = 0; i < g->n_nodes && !g->stopping; i++) {
		struct graph_node *n = g->nodes[i];

		if (n->begun || n->leaving || (graph_kind(n) == CAM_SOURCE) != sources)
			continue;
		n->begun = true;
		node_start(n->node);
	}
}

static void go_on(struct graph *g)
{
	if (!g->coming_up || g->stopping || g->unanswered)
		return;
	g->coming_up = false;
	begin(g, true);
	g->up = true;
	g->on_up(g->arg, NULL, 0);
}

void graph_go_up(struct graph *g)
{
	g->coming_up = true;
	for (size_t i = 0; i < g->n_nodes; i++)
		if (g->nodes[i]->next)
			node_reload(g->nodes[i]->node, g->nodes[i]->next->config);
	begin(g, false);
	go_on(g);
}

void graph_node_reloaded(struct graph *g, struct cam_node *node)
{
	struct graph_node *n = graph_node_of(node);

	pthread_mutex_lock(&g->lock);
	n->conf = n->next;
	n->config = g->config;
	pthread_mutex_unlock(&g->lock);
	n->next = NULL;
	g->unanswered--;
	graph_free_old(g);
	go_on(g);
}

void graph_node_started(struct graph *g, struct cam_node *node, int err)
{
	struct graph_node *n = graph_node_of(node);
	bool first = !n->answered;

	n->answered = true;
	g->unanswered -= first && graph_kind(n) != CAM_SOURCE;
	if (err && first && config_ends_server(n->conf) && !g->up && !g->stopping &&
		graph_kind(n) != CAM_SOURCE) {
		g->on_up(g->arg, n, err);
		return;
	}
	go_on(g);
}
