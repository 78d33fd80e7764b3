/* SPDX-License-Identifier: MIT */
#include "core/graph/graph_down.h"

#include "core/graph/graph_swap.h"
#include "core/plugin/node_state.h"

#include <assert.h>

/*
 * @return whether nodes of this kind stop only when those of the other have ended: recorders take all that was sent and
 * said, listeners hear the end of all that, and buffers hold what the others look at
 */
static bool waits_for(uint32_t waiting, uint32_t other)
{
	switch (waiting) {
	case CAM_RECORDER:
		return other == CAM_SOURCE || other == CAM_DETECTOR;
	case CAM_LISTENER:
		return other != CAM_LISTENER && other != CAM_BUFFER;
	case CAM_BUFFER:
		return other != CAM_BUFFER;
	default:
		return false;
	}
}

/* @return whether all leaving nodes that stop before this kind have ended */
static bool may_stop(const struct graph *g, uint32_t wanted)
{
	for (uint32_t k = CAM_SOURCE; k <= KIND_LAST; k++)
		if (waits_for(wanted, k) && g->going[k])
			return false;
	return true;
}

static void stop_kind(struct graph *g, uint32_t wanted)
{
	for (size_t i = 0; i < g->n_nodes; i++) {
		struct graph_node *n = g->nodes[i];

		if (graph_kind(n) == wanted && n->leaving && !n->ended)
			node_stop(n->node);
	}
}

static bool all_left(const struct graph *g)
{
	for (uint32_t k = CAM_SOURCE; k <= KIND_LAST; k++)
		if (g->going[k])
			return false;
	return true;
}

static void all_have_left(struct graph *g)
{
	if (g->stopping)
		g->on_down(g->arg);
	else
		graph_swap(g);
}

/* Those that stop late, in their order. */
static const uint32_t late[] = {CAM_RECORDER, CAM_LISTENER, CAM_BUFFER};
enum { N_LATE = sizeof(late) / sizeof(late[0]) };

void graph_node_ended(struct graph *g, struct cam_node *node)
{
	struct graph_node *n = graph_node_of(node);
	bool could[N_LATE];

	/* Only what is to leave counts: a node that ends by itself, which none should, takes nothing down with it. */
	assert(n && n->leaving);
	if (!n || !n->leaving || n->ended)
		return;
	for (size_t i = 0; i < N_LATE; i++)
		could[i] = may_stop(g, late[i]);
	n->ended = true;
	g->going[graph_kind(n)]--;
	g->stops++;
	for (size_t i = 0; i < N_LATE; i++)
		if (!could[i] && may_stop(g, late[i]))
			stop_kind(g, late[i]);
	g->stops--;
	/* A node that waits to be tried again ends within node_stop(): only the outermost call may free the graph. */
	if (!g->stops && all_left(g))
		all_have_left(g);
}

void graph_go_down(struct graph *g)
{
	bool at_once[KIND_LAST + 1];

	/* With nobody before them, those that stop late need not wait to be told. */
	for (uint32_t k = CAM_SOURCE; k <= KIND_LAST; k++)
		at_once[k] = may_stop(g, k);
	g->stops++;
	for (uint32_t k = KIND_LAST; k >= CAM_SOURCE; k--)
		if (at_once[k])
			stop_kind(g, k);
	g->stops--;
	if (!g->stops && all_left(g))
		all_have_left(g);
}

void graph_stop(struct graph *g)
{
	if (g->stopping)
		return;
	g->stopping = true;
	for (size_t i = 0; i < g->n_nodes; i++)
		if (g->nodes[i])
			g->nodes[i]->leaving = true;
	graph_count(g);
	graph_go_down(g);
}

bool graph_leave_hanging(struct graph *g)
{
	bool lost = false;

	for (size_t i = 0; i < g->n_nodes; i++) {
		const struct graph_node *n = g->nodes[i];

		if (!n || n->ended || node_life(n->node) == NODE_IDLE)
			continue;
		node_log_left(n->node);
		lost |= node_keeps(n->node);
	}
	return lost;
}

bool graph_waits_for_disk(const struct graph *g)
{
	for (size_t i = 0; i < g->n_nodes; i++)
		if (g->nodes[i] && !g->nodes[i]->ended && g->nodes[i]->conf->plugin->place == CAM_ON_IO)
			return true;
	return false;
}
