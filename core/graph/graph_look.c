/* SPDX-License-Identifier: MIT */
#include "core/graph/graph_look.h"

#include "core/plugin/node_state.h"
#include "lib/clock.h"

#include <stdio.h>

/* A recorder lets packets gather for seconds at most; then its disk hangs, or it does itself. */
#define IDLE (10 * CLOCK_SECOND)

/* Sinks may keep a picture for a viewer who is slow. */
static bool has_to_take(const struct graph_node *n)
{
	return (graph_kind(n) == CAM_RECORDER || graph_kind(n) == CAM_DETECTOR) &&
	       node_life(n->node) == NODE_RUNNING;
}

static bool is_idle(const struct graph_node *n, char ret_text[256])
{
	const char *folder = node_spec(n->node)->folder;
	int64_t idle_ns = clock_mono_ns() - n->idle_ns;

	if (!n->idle_ns || idle_ns < IDLE)
		return false;
	snprintf(ret_text, 256, "packets wait, and none has been taken for %lld s: %s%s",
		(long long)(idle_ns / CLOCK_SECOND), folder ? "does the disk hang that holds " : "it hangs",
		folder ? folder : "");
	return true;
}

static void look_at(const struct graph *g, struct graph_node *n)
{
	const struct link_flow *flow = node_flow(n->node);
	unsigned long long taken = atomic_load(&flow->passed);
	char text[256];

	if (!has_to_take(n) || taken != n->taken || !atomic_load(&flow->waiting)) {
		n->idle_ns = 0;
		n->told = false;
	} else if (!n->idle_ns) {
		n->idle_ns = clock_mono_ns();
	}
	n->taken = taken;
	if (n->told || !is_idle(n, text))
		return;
	n->told = true;
	log_line(g->world->log, LOG_WARN, n->conf->name, "%s", text);
}

void graph_look(struct graph *g)
{
	for (size_t i = 0; i < g->n_nodes; i++) {
		if (!g->nodes[i])
			continue;
		look_at(g, g->nodes[i]);
		node_look(g->nodes[i]->node);
	}
}

bool graph_is_faulty(const struct graph_node *n, char ret_text[256])
{
	return node_is_faulty(n->node, ret_text) || is_idle(n, ret_text);
}
