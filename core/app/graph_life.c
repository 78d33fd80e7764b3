/* SPDX-License-Identifier: MIT */
/* Going up and down in order, and what a new configuration changes. */
#include "core/app/graph.h"

#include "core/base/kind.h"

#include <assert.h>
#include <string.h>

static uint32_t kind(const struct graph_node *n)
{
	/* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): a list in force has no gaps */
	return n->conf->plugin->kind;
}

static struct graph_node *of_node(const struct graph *g, const struct cam_node *node)
{
	for (size_t i = 0; i < g->n_nodes; i++)
		if (g->nodes[i] && g->nodes[i]->node == node)
			return g->nodes[i];
	return NULL;
}

/* ---- up ---- */

static void begin(struct graph *g, bool sources)
{
	for (size_t i = 0; i < g->n_nodes && !g->stopping; i++) {
		struct graph_node *n = g->nodes[i];

		if (n->begun || n->leaving || (kind(n) == CAM_SOURCE) != sources)
			continue;
		n->begun = true;
		node_start(n->node);
	}
}

static bool all_answered(const struct graph *g)
{
	for (size_t i = 0; i < g->n_nodes; i++)
		if (!g->nodes[i]->answered && kind(g->nodes[i]) != CAM_SOURCE)
			return false;
	return true;
}

static void go_on(struct graph *g)
{
	if (!g->coming_up || g->stopping || !all_answered(g))
		return;
	g->coming_up = false;
	begin(g, true);
	g->up = true;
	g->on_up(g->arg, NULL, 0);
}

void graph_go_up(struct graph *g)
{
	g->coming_up = true;
	begin(g, false);
	go_on(g);
}

void graph_node_started(struct graph *g, struct cam_node *node, int err)
{
	struct graph_node *n = of_node(g, node);
	bool first = !n->answered;

	n->answered = true;
	if (err && first && n->conf->required && !g->up && !g->stopping && kind(n) != CAM_SOURCE) {
		g->on_up(g->arg, n, err);
		return;
	}
	go_on(g);
}

/* ---- down ---- */

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
	for (size_t i = 0; i < g->n_nodes; i++)
		if (waits_for(wanted, kind(g->nodes[i])) && g->nodes[i]->leaving && !g->nodes[i]->ended)
			return false;
	return true;
}

static void stop_kind(struct graph *g, uint32_t wanted)
{
	for (size_t i = 0; i < g->n_nodes; i++) {
		struct graph_node *n = g->nodes[i];

		if (kind(n) == wanted && n->leaving && !n->ended)
			node_stop(n->node);
	}
}

static bool all_left(const struct graph *g)
{
	for (size_t i = 0; i < g->n_nodes; i++)
		if (g->nodes[i]->leaving && !g->nodes[i]->ended)
			return false;
	return true;
}

/* Those that stop late, in their order. */
static const uint32_t late[] = {CAM_RECORDER, CAM_LISTENER, CAM_BUFFER};
enum { N_LATE = sizeof(late) / sizeof(late[0]) };

void graph_node_ended(struct graph *g, struct cam_node *node)
{
	struct graph_node *n = of_node(g, node);
	bool could[N_LATE];

	/* Only what is to leave counts: a node that ends by itself, which none should, takes nothing down with it. */
	assert(n && n->leaving);
	if (!n || !n->leaving || n->ended)
		return;
	for (size_t i = 0; i < N_LATE; i++)
		could[i] = may_stop(g, late[i]);
	n->ended = true;
	g->stops++;
	for (size_t i = 0; i < N_LATE; i++)
		if (!could[i] && may_stop(g, late[i]))
			stop_kind(g, late[i]);
	g->stops--;
	/* A node that waits to be tried again ends within node_stop(): only the outermost call may free the graph. */
	if (!g->stops && all_left(g))
		graph_left(g);
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
		graph_left(g);
}

void graph_stop(struct graph *g)
{
	if (g->stopping)
		return;
	g->stopping = true;
	for (size_t i = 0; i < g->n_nodes; i++)
		if (g->nodes[i])
			g->nodes[i]->leaving = true;
	graph_go_down(g);
}

/* ---- what a new configuration changes ---- */

static const struct config_node *conf_by_name(const struct config *c, const char *name)
{
	for (size_t i = 0; i < c->n_nodes; i++)
		if (!strcmp(c->nodes[i].name, name))
			return &c->nodes[i];
	return NULL;
}

static bool is_upstream(const struct config_node *conf, const char *camera)
{
	return conf->camera && !strcmp(conf->camera, camera) &&
	       (conf->plugin->kind == CAM_SOURCE || conf->plugin->kind == CAM_BUFFER);
}

static size_t n_upstream(const struct config *c, const char *camera)
{
	size_t n = 0;

	for (size_t i = 0; i < c->n_nodes; i++)
		n += is_upstream(&c->nodes[i], camera);
	return n;
}

/* Whether a camera's source and buffers are as they were. */
static bool is_same_upstream(const struct graph *g, const struct config *next, const char *camera)
{
	size_t n = 0;

	for (size_t i = 0; i < g->n_nodes; i++) {
		const struct config_node *conf = g->nodes[i]->conf, *other;

		if (!is_upstream(conf, camera))
			continue;
		other = conf_by_name(next, conf->name);
		if (!other || !config_node_equal(conf, other))
			return false;
		n++;
	}
	return n == n_upstream(next, camera);
}

void graph_mark_changed(struct graph *g, const struct config *next)
{
	for (size_t i = 0; i < g->n_nodes; i++) {
		struct graph_node *n = g->nodes[i];
		const struct config_node *other = conf_by_name(next, n->conf->name);

		n->leaving = !other || !config_node_equal(n->conf, other) ||
			     (n->conf->camera && !is_same_upstream(g, next, n->conf->camera));
	}
}

/* ---- questions ---- */

bool graph_sees(const struct graph *g, const struct cam_node *viewer, const char *camera)
{
	const struct graph_node *n = of_node(g, viewer);

	if (!n)
		return false;
	return n->conf->camera ? !strcmp(n->conf->camera, camera) : config_sees(n->conf, camera);
}

struct camera *graph_find_camera(struct graph *g, const struct cam_node *viewer, const char *name)
{
	struct camera *found = NULL;

	pthread_mutex_lock(&g->lock);
	for (size_t i = 0; i < g->n_cameras && !found; i++)
		if (!strcmp(g->cameras[i]->name, name) && graph_sees(g, viewer, name))
			found = camera_ref(g->cameras[i]);
	pthread_mutex_unlock(&g->lock);
	return found;
}

const struct graph_node *graph_source(const struct graph *g, const char *camera)
{
	for (size_t i = 0; i < g->n_nodes; i++)
		if (g->nodes[i] && kind(g->nodes[i]) == CAM_SOURCE &&
			!strcmp(g->nodes[i]->conf->camera, camera))
			return g->nodes[i];
	return NULL;
}

void graph_log_hanging(const struct graph *g)
{
	for (size_t i = 0; i < g->n_nodes; i++)
		if (g->nodes[i] && !g->nodes[i]->ended && node_life(g->nodes[i]->node) != NODE_IDLE)
			log_line(g->world->log, LOG_WARN, g->nodes[i]->conf->name,
				"does not end; leaving without it");
}

bool graph_waits_for_disk(const struct graph *g)
{
	for (size_t i = 0; i < g->n_nodes; i++)
		if (g->nodes[i] && !g->nodes[i]->ended && g->nodes[i]->conf->plugin->place == CAM_ON_IO)
			return true;
	return false;
}
