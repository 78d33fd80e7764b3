/* SPDX-License-Identifier: MIT */
#include "core/app/graph.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static struct camera *camera_by_name(const struct graph *g, const char *name)
{
	for (size_t i = 0; name && i < g->n_cameras; i++)
		if (!strcmp(g->cameras[i]->name, name))
			return g->cameras[i];
	return NULL;
}

static struct graph_node *of_node(const struct graph *g, const struct cam_node *node)
{
	for (size_t i = 0; i < g->n_nodes; i++)
		if (g->nodes[i].node == node)
			return &g->nodes[i];
	return NULL;
}

static uint32_t kind(const struct graph_node *n)
{
	return n->conf->plugin->kind;
}

/* ---- making ---- */

/* The value of the option that names the folder a node writes to, NULL if it has none. */
static const char *folder_of(const struct config_node *conf)
{
	for (const struct cam_opt *o = conf->plugin->options; o && o->name; o++)
		if (o->flags & CAM_FOLDER)
			return *(const char *const *)(const void *)((const char *)conf->config + o->offset);
	return NULL;
}

/* The port where a stage's packets come out: its node's own if it is a source or buffer. */
static struct port *port_of_stage(const struct graph *g, const char *camera, const char *stage)
{
	for (size_t i = 0; stage && i < g->n_nodes; i++) {
		const struct config_node *conf = g->nodes[i].conf;

		if (g->nodes[i].node && conf->camera && !strcmp(conf->camera, camera) &&
			!strcmp(conf->stage, stage))
			return node_spec(g->nodes[i].node)->out;
	}
	return NULL;
}

/* Ports come before the nodes that use them: sources, then buffers, then the rest. */
static int make_port(struct graph *g, const struct config_node *conf, struct node_spec *spec)
{
	struct port *parent;

	if (conf->plugin->kind != CAM_SOURCE && conf->plugin->kind != CAM_BUFFER) {
		spec->in = port_of_stage(g, conf->camera, conf->from);
		return 0;
	}
	spec->out = camera_new_port(spec->camera);
	if (!spec->out)
		return -ENOMEM;
	parent = conf->from ? port_of_stage(g, conf->camera, conf->from) : spec->camera->port;
	if (conf->plugin->kind == CAM_BUFFER && port_attach(parent, spec->out))
		return -ENOMEM;
	camera_set_port(spec->camera, spec->out);
	return 0;
}

static int make_node(struct graph *g, struct graph_node *n)
{
	const struct config_node *conf = n->conf;
	struct node_spec spec = {.name = conf->name,
		.plugin = conf->plugin,
		.config = conf->config,
		.folder = folder_of(conf),
		.camera = camera_by_name(g, conf->camera)};
	int err = spec.camera ? make_port(g, conf, &spec) : 0;

	if (!err)
		err = node_new(g->world, &spec, &n->node);
	if (err)
		log_line(g->world->log, LOG_ERROR, conf->name, "cannot be made: %s", strerrordesc_np(-err));
	return err;
}

/* A buffer whose `from` names a later buffer waits for it. @return whether it can be made now */
static bool is_next(const struct graph *g, const struct graph_node *n, uint32_t wanted)
{
	if (n->node || kind(n) != wanted)
		return false;
	return wanted != CAM_BUFFER || !n->conf->from || port_of_stage(g, n->conf->camera, n->conf->from);
}

static int make_kind(struct graph *g, uint32_t wanted)
{
	bool again = true;

	while (again) {
		again = false;
		for (size_t i = 0; i < g->n_nodes; i++) {
			int err;

			if (!is_next(g, &g->nodes[i], wanted))
				continue;
			err = make_node(g, &g->nodes[i]);
			if (err)
				return err;
			again = true;
		}
	}
	return 0;
}

int graph_make(struct graph *g)
{
	const struct config *c = g->config;
	int err = 0;

	g->cameras = calloc(c->n_cameras + 1, sizeof(*g->cameras));
	g->nodes = calloc(c->n_nodes + 1, sizeof(*g->nodes));
	if (!g->cameras || !g->nodes)
		return -ENOMEM;
	for (; g->n_cameras < c->n_cameras; g->n_cameras++) {
		struct camera *camera = camera_new(c->cameras[g->n_cameras], places_cpu(g->world->places));

		if (!camera)
			return -ENOMEM;
		g->cameras[g->n_cameras] = camera;
	}
	for (; g->n_nodes < c->n_nodes; g->n_nodes++)
		g->nodes[g->n_nodes] = (struct graph_node){.conf = &c->nodes[g->n_nodes], .graph = g};
	for (uint32_t k = CAM_SOURCE; k <= CAM_SINK && !err; k++)
		err = make_kind(g, k);
	return err;
}

void graph_free(struct graph *g)
{
	for (size_t i = 0; i < g->n_nodes; i++)
		node_free(g->nodes[i].node);
	for (size_t i = 0; i < g->n_cameras; i++)
		camera_free(g->cameras[i]);
	free(g->nodes);
	free(g->cameras);
	g->nodes = NULL;
	g->cameras = NULL;
	g->n_nodes = g->n_cameras = 0;
}

/* ---- up ---- */

static void start_sources(struct graph *g)
{
	g->sources_started = true;
	for (size_t i = 0; i < g->n_nodes; i++)
		if (kind(&g->nodes[i]) == CAM_SOURCE)
			node_start(g->nodes[i].node);
}

static bool all_answered(const struct graph *g)
{
	for (size_t i = 0; i < g->n_nodes; i++)
		if (!g->nodes[i].answered && kind(&g->nodes[i]) != CAM_SOURCE)
			return false;
	return true;
}

static void go_on(struct graph *g)
{
	if (g->stopping || g->sources_started || !all_answered(g))
		return;
	start_sources(g);
	g->on_up(g->arg, NULL, 0);
}

void graph_start(struct graph *g)
{
	for (size_t i = 0; i < g->n_nodes && !g->stopping; i++)
		if (kind(&g->nodes[i]) != CAM_SOURCE)
			node_start(g->nodes[i].node);
	go_on(g);
}

void graph_node_started(struct graph *g, struct cam_node *node, int err)
{
	struct graph_node *n = of_node(g, node);
	bool first = !n->answered;

	n->answered = true;
	if (err && first && n->conf->required && !g->stopping) {
		g->on_up(g->arg, n, err);
		return;
	}
	go_on(g);
}

/* ---- down ---- */

/* @return whether all nodes that stop before this kind have ended */
static bool may_stop(const struct graph *g, uint32_t wanted)
{
	for (size_t i = 0; i < g->n_nodes; i++) {
		uint32_t k = kind(&g->nodes[i]);
		bool earlier = wanted == CAM_BUFFER     ? k != CAM_BUFFER
			       : wanted == CAM_RECORDER ? k == CAM_SOURCE
							: false;

		if (earlier && !g->nodes[i].ended)
			return false;
	}
	return true;
}

static void stop_kind(struct graph *g, uint32_t wanted)
{
	for (size_t i = 0; i < g->n_nodes; i++)
		if (kind(&g->nodes[i]) == wanted)
			node_stop(g->nodes[i].node);
}

void graph_node_ended(struct graph *g, struct cam_node *node)
{
	bool recorders = may_stop(g, CAM_RECORDER), buffers = may_stop(g, CAM_BUFFER);
	struct graph_node *n = of_node(g, node);

	if (n->ended)
		return;
	n->ended = true;
	if (!recorders && may_stop(g, CAM_RECORDER))
		stop_kind(g, CAM_RECORDER);
	if (!buffers && may_stop(g, CAM_BUFFER))
		stop_kind(g, CAM_BUFFER);
	for (size_t i = 0; i < g->n_nodes; i++)
		if (!g->nodes[i].ended)
			return;
	g->on_down(g->arg);
}

void graph_stop(struct graph *g)
{
	if (g->stopping)
		return;
	g->stopping = true;
	stop_kind(g, CAM_SINK);
	stop_kind(g, CAM_SOURCE);
}

/* ---- questions ---- */

bool graph_sees(const struct graph *g, const struct cam_node *viewer, const char *camera)
{
	const struct graph_node *n = of_node(g, viewer);

	if (!n)
		return false;
	return n->conf->camera ? !strcmp(n->conf->camera, camera) : config_sink_sees(n->conf, camera);
}

struct camera *graph_find_camera(const struct graph *g, const struct cam_node *viewer, const char *name)
{
	return graph_sees(g, viewer, name) ? camera_by_name(g, name) : NULL;
}

struct cam_node *graph_source(const struct graph *g, const char *camera)
{
	for (size_t i = 0; i < g->n_nodes; i++)
		if (kind(&g->nodes[i]) == CAM_SOURCE && !strcmp(g->nodes[i].conf->camera, camera))
			return g->nodes[i].node;
	return NULL;
}

void graph_log_hanging(const struct graph *g)
{
	for (size_t i = 0; i < g->n_nodes; i++)
		if (!g->nodes[i].ended && node_life(g->nodes[i].node) != NODE_IDLE)
			log_line(g->world->log, LOG_WARN, g->nodes[i].conf->name,
				"does not end; leaving without it");
}

bool graph_waits_for_disk(const struct graph *g)
{
	for (size_t i = 0; i < g->n_nodes; i++)
		if (!g->nodes[i].ended && g->nodes[i].conf->plugin->place == CAM_ON_IO)
			return true;
	return false;
}
