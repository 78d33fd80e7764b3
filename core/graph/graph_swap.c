/* SPDX-License-Identifier: MIT */
#include "core/graph/graph_swap.h"

#include "core/config/compare.h"
#include "core/config/load.h"
#include "core/graph/graph_up.h"
#include "core/graph/graph_wiring.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static struct camera *camera_by_name(const struct graph *g, const char *name)
{
	size_t at = graph_camera(g, name);

	return at == GRAPH_NO_CAMERA ? NULL : g->cameras[at];
}

/* ---- making nodes ---- */

/* The value of the option that names the folder a node writes to, NULL if it has none. */
static const char *folder_of(const struct config_node *conf)
{
	for (const struct cam_opt *o = conf->plugin->options; o && o->name; o++)
		if (o->flags & CAM_FOLDER)
			return *(const char *const *)(const void *)((const char *)conf->config + o->offset);
	return NULL;
}

static bool has_port(const struct config_node *conf)
{
	return conf->plugin->kind == CAM_SOURCE || conf->plugin->kind == CAM_BUFFER;
}

/* @param port of the node whose place it takes, NULL: none; taken over @param at its index in the list */
static int make_node(struct graph *g, const struct config_node *conf, struct port *port, size_t at)
{
	struct graph_node *n = calloc(1, sizeof(*n));
	struct camera *camera = camera_by_name(g, conf->camera);
	struct node_spec spec = {.name = conf->name,
		.plugin = conf->plugin,
		.config = conf->config,
		.folder = folder_of(conf),
		.camera = camera,
		.on = conf->on,
		.min_score = (float)conf->min_score,
		.owner = n};
	int err = 0;

	if (!n) {
		port_free(port);
		return -ENOMEM;
	}
	n->conf = conf;
	n->required = conf->required;
	n->config = g->config;
	n->camera = camera ? camera_ref(camera) : NULL;
	n->port = port;
	if (has_port(conf) && !port) {
		/* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): only stages of cameras have ports */
		n->port = port_new(&camera->lock);
		err = n->port ? 0 : -ENOMEM;
	}
	spec.out = n->port;
	spec.in = n->port || !camera ? NULL : graph_port(g, conf->camera, conf->from);
	if (!err)
		err = node_new(g->world, &spec, &n->node);
	if (err) {
		graph_free_node(n);
		return err;
	}
	pthread_mutex_lock(&g->lock);
	g->nodes[at] = n;
	pthread_mutex_unlock(&g->lock);
	return 0;
}

/* Its packets come out where those of the node before it did: links that hang there do not notice. */
static struct port *take_port(const struct config_node *conf, struct graph_node *before)
{
	struct port *port = before && has_port(conf) ? before->port : NULL;

	if (port)
		before->port = NULL;
	return port;
}

/* @param before what has left, by the index of what comes for it */
static int make_kind(struct graph *g, uint32_t kind, struct graph_node **before)
{
	int err = 0;

	for (size_t i = 0; i < g->n_nodes && !err; i++) {
		const struct config_node *conf = &g->config->nodes[i];

		if (g->nodes[i] || conf->plugin->kind != kind)
			continue;
		err = make_node(g, conf, take_port(conf, before[i]), i);
		if (err)
			log_line(g->world->log, LOG_ERROR, conf->name, "cannot be made: %s",
				strerrordesc_np(-err));
	}
	return err;
}

/* ---- swapping configurations ---- */

/* The cameras of a configuration: those that are there, and new ones. */
static struct camera **make_cameras(const struct graph *g, const struct config *c)
{
	struct camera **cameras = calloc(c->n_cameras + 1, sizeof(struct camera *));

	for (size_t i = 0; cameras && i < c->n_cameras; i++) {
		struct camera *camera = camera_by_name(g, c->cameras[i]);

		cameras[i] =
			camera ? camera_ref(camera)
			       : camera_new(c->cameras[i], places_cpu(g->world->places), g->world->budget);
		if (!camera && cameras[i])
			camera_set_quota(cameras[i], g->world->quota);
		if (!cameras[i]) {
			while (i--)
				camera_unref(cameras[i]);
			free(cameras);
			return NULL;
		}
	}
	return cameras;
}

static int put_old(struct graph *g, struct config *c)
{
	struct config **old = realloc(g->old, (g->n_old + 1) * sizeof(struct config *));

	if (!old)
		return -ENOMEM;
	g->old = old;
	old[g->n_old++] = c;
	return 0;
}

/* What a configuration makes of a graph. */
struct lists {
	struct graph_index index;
	struct camera **cameras;
	size_t n_cameras;
	struct graph_node **nodes; /* those that stay, at their new indexes */
	size_t n_nodes;
	struct graph_node **before; /* those that leave, at the indexes of what comes for them */
};

static void free_lists(struct lists *l)
{
	for (size_t i = 0; l->cameras && i < l->n_cameras; i++)
		camera_unref(l->cameras[i]);
	free(l->cameras);
	free(l->nodes);
	free(l->before);
	graph_index_free(&l->index);
}

static void place_nodes(const struct graph *g, const struct config *c, struct lists *l)
{
	for (size_t i = 0; i < g->n_nodes; i++) {
		struct graph_node *n = g->nodes[i];
		const struct config_node *conf = graph_index_node(&l->index, c, n->conf);

		if (conf)
			(n->leaving ? l->before : l->nodes)[conf - c->nodes] = n;
	}
}

/* The cameras that are there and stay, new ones, the nodes that stay and those that others take the place of. */
static int make_lists(struct graph *g, const struct config *c, struct lists *l)
{
	int err = graph_index_make(&l->index, c);

	l->n_cameras = c->n_cameras;
	l->n_nodes = c->n_nodes;
	l->nodes = err ? NULL : calloc(c->n_nodes + 1, sizeof(struct graph_node *));
	l->before = err ? NULL : calloc(c->n_nodes + 1, sizeof(struct graph_node *));
	l->cameras = err ? NULL : make_cameras(g, c);
	if (l->nodes && l->before && l->cameras) {
		place_nodes(g, c, l);
		return 0;
	}
	free_lists(l);
	return -ENOMEM;
}

static void let_go(struct graph *g, struct camera *camera)
{
	if (camera_by_name(g, camera->name) != camera)
		camera_set_gone(camera);
}

/* What stays has another configuration, which it takes as it runs. */
static void set_next(struct graph *g)
{
	for (size_t i = 0; i < g->n_nodes; i++) {
		struct graph_node *n = g->nodes[i];

		if (!n)
			continue;
		n->required = g->config->nodes[i].required;
		if (!config_node_equal(n->conf, &g->config->nodes[i]))
			n->next = &g->config->nodes[i];
	}
}

/* The lists of the new configuration take the place of the old ones. @return the old ones: what has left is in there */
static struct lists swap_lists(struct graph *g, const struct lists *l, struct config *c)
{
	struct lists old = {g->index, g->cameras, g->n_cameras, g->nodes, g->n_nodes, NULL};

	pthread_mutex_lock(&g->lock);
	g->index = l->index;
	g->cameras = l->cameras;
	g->n_cameras = l->n_cameras;
	g->nodes = l->nodes;
	g->n_nodes = l->n_nodes;
	g->config = c;
	g->generation++;
	pthread_mutex_unlock(&g->lock);
	set_next(g);
	return old;
}

/* Nodes that have left are freed, cameras let go of. */
static void free_left(struct graph *g, struct lists *old)
{
	for (size_t i = 0; i < old->n_nodes; i++)
		if (old->nodes[i]->leaving)
			graph_free_node(old->nodes[i]);
	for (size_t i = 0; i < old->n_cameras; i++)
		let_go(g, old->cameras[i]);
	free_lists(old);
	graph_free_old(g);
}

/* After a failure: nodes that could not be made are no part of the list. */
static void drop_unmade(struct graph *g)
{
	size_t n = 0, camera = 0;

	pthread_mutex_lock(&g->lock);
	for (size_t i = 0; i < g->n_nodes; i++) {
		while (camera <= g->n_cameras && g->index.first[camera] == i)
			g->index.first[camera++] = n;
		if (g->nodes[i])
			g->nodes[n++] = g->nodes[i];
	}
	while (camera <= g->n_cameras)
		g->index.first[camera++] = n;
	g->n_nodes = n;
	pthread_mutex_unlock(&g->lock);
}

static int swap_in(struct graph *g, struct config *c)
{
	struct lists l = {0}, old;
	int err = make_lists(g, c, &l);

	if (!err && put_old(g, c)) {
		free_lists(&l);
		err = -ENOMEM;
	}
	if (err) {
		config_free(c);
		return err;
	}
	old = swap_lists(g, &l, c);
	for (uint32_t k = CAM_SOURCE; k <= KIND_LAST && !err; k++)
		err = make_kind(g, k, l.before);
	free(l.before);
	if (err)
		drop_unmade(g);
	else
		err = graph_wire(g);
	/* Ports go when what hung below them hangs elsewhere: whatever is published meanwhile goes on. */
	free_left(g, &old);
	graph_count(g);
	return err;
}

void graph_swap(struct graph *g)
{
	struct config *next = g->next;
	int err;

	assert(next);
	g->next = NULL;
	err = swap_in(g, next);
	if (err)
		g->on_up(g->arg, NULL, err);
	else
		graph_go_up(g);
}
