/* SPDX-License-Identifier: MIT */
/* Making nodes and cameras of a configuration, and swapping one configuration for another. */
#include "core/app/graph.h"

#include "core/base/kind.h"

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

/* Where the packets of another stage of the camera come out, if it is a source or buffer that is made already. */
static struct port *port_of_stage(const struct graph *g, const char *camera, const char *stage)
{
	size_t n;
	struct graph_node *const *nodes = graph_nodes_of(g, graph_camera(g, camera), &n);

	for (size_t i = 0; stage && i < n; i++)
		if (nodes[i] && !strcmp(nodes[i]->conf->stage, stage))
			return nodes[i]->port;
	return NULL;
}

/* A buffer comes below what its `from` names, else below what came before it; the camera's outlet below the last. */
static int make_port(const struct graph *g, struct graph_node *n, struct port *above)
{
	int err = 0;

	n->port = port_new(&n->camera->lock);
	if (!n->port)
		return -ENOMEM;
	if (n->conf->from)
		above = port_of_stage(g, n->conf->camera, n->conf->from);
	if (n->conf->plugin->kind == CAM_BUFFER)
		err = port_set_parent(n->port, above);
	/* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): only stages of cameras have ports */
	return err ? err : port_set_parent(n->camera->port, n->port);
}

static void free_node(struct graph_node *n)
{
	if (!n)
		return;
	node_free(n->node);
	port_free(n->port);
	camera_unref(n->camera);
	free(n);
}

/* @param above the port that was made last for this camera @param at its place in the list */
static int make_node(struct graph *g, const struct config_node *conf, struct port *above, size_t at)
{
	struct graph_node *n = calloc(1, sizeof(*n));
	struct camera *camera = camera_by_name(g, conf->camera);
	struct node_spec spec = {.name = conf->name,
		.plugin = conf->plugin,
		.config = conf->config,
		.folder = folder_of(conf),
		.camera = camera,
		.owner = n};
	int err = 0;

	if (!n)
		return -ENOMEM;
	n->conf = conf;
	n->config = g->config;
	n->camera = camera ? camera_ref(camera) : NULL;
	if (conf->plugin->kind == CAM_SOURCE || conf->plugin->kind == CAM_BUFFER)
		err = make_port(g, n, above);
	spec.out = n->port;
	spec.in = n->port || !camera ? NULL : port_of_stage(g, conf->camera, conf->from);
	if (!err)
		err = node_new(g->world, &spec, &n->node);
	if (err) {
		free_node(n);
		return err;
	}
	pthread_mutex_lock(&g->lock);
	g->nodes[at] = n;
	pthread_mutex_unlock(&g->lock);
	return 0;
}

/* The port that was made last for a camera: where a buffer without `from` hangs. */
static struct port *last_port(const struct graph *g, const char *camera)
{
	struct camera *c = camera_by_name(g, camera);

	return c ? port_parent(c->port) : NULL;
}

/* A buffer whose `from` names a later buffer waits for it. */
static bool is_next(const struct graph *g, size_t i, uint32_t kind)
{
	const struct config_node *conf = &g->config->nodes[i];

	if (g->nodes[i] || conf->plugin->kind != kind)
		return false;
	return kind != CAM_BUFFER || !conf->from || port_of_stage(g, conf->camera, conf->from);
}

static int make_kind(struct graph *g, uint32_t kind)
{
	bool again = true;
	int err = 0;

	while (again && !err) {
		again = false;
		for (size_t i = 0; i < g->n_nodes && !err; i++) {
			const struct config_node *conf = &g->config->nodes[i];

			if (!is_next(g, i, kind))
				continue;
			err = make_node(g, conf, last_port(g, conf->camera), i);
			if (err)
				log_line(g->world->log, LOG_ERROR, conf->name, "cannot be made: %s",
					strerrordesc_np(-err));
			again = true;
		}
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

/* Move the nodes that stay to their places in the new list. @param x of c */
static struct graph_node **keep_nodes(struct graph *g, const struct config *c, const struct graph_index *x)
{
	struct graph_node **nodes = calloc(c->n_nodes + 1, sizeof(struct graph_node *));

	for (size_t i = 0; nodes && i < g->n_nodes; i++) {
		const struct config_node *conf =
			g->nodes[i]->leaving ? NULL : graph_index_node(x, c, g->nodes[i]->conf);

		if (conf)
			nodes[conf - c->nodes] = g->nodes[i];
	}
	return nodes;
}

static bool is_used(const struct graph *g, const struct config *c)
{
	for (size_t i = 0; i < g->n_nodes; i++)
		if (g->nodes[i] && g->nodes[i]->config == c)
			return true;
	return c == g->config;
}

/* Free the configurations that no node is left of. */
static void free_old(struct graph *g)
{
	size_t n = 0;

	for (size_t i = 0; i < g->n_old; i++) {
		if (is_used(g, g->old[i]))
			g->old[n++] = g->old[i];
		else
			config_free(g->old[i]);
	}
	g->n_old = n;
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
	struct graph_node **nodes;
};

static void free_lists(struct lists *l, size_t n_cameras)
{
	for (size_t i = 0; l->cameras && i < n_cameras; i++)
		camera_unref(l->cameras[i]);
	free(l->cameras);
	free(l->nodes);
	graph_index_free(&l->index);
}

/* The cameras that are there and stay, new ones, and the nodes that stay. */
static int make_lists(struct graph *g, const struct config *c, struct lists *l)
{
	int err = graph_index_make(&l->index, c);

	l->nodes = err ? NULL : keep_nodes(g, c, &l->index);
	l->cameras = err ? NULL : make_cameras(g, c);
	if (l->nodes && l->cameras)
		return 0;
	free_lists(l, c->n_cameras);
	return -ENOMEM;
}

static void let_go(struct graph *g, struct camera *camera)
{
	if (camera_by_name(g, camera->name) != camera)
		camera_set_gone(camera);
}

/* The lists of the new configuration take the place of the old ones; nodes that have left are freed. */
static void swap_lists(struct graph *g, const struct lists *l, struct config *c)
{
	struct lists old = {g->index, g->cameras, g->nodes};
	size_t n_cameras = g->n_cameras, n_nodes = g->n_nodes;

	pthread_mutex_lock(&g->lock);
	g->index = l->index;
	g->cameras = l->cameras;
	g->n_cameras = c->n_cameras;
	g->nodes = l->nodes;
	g->n_nodes = c->n_nodes;
	g->config = c;
	g->generation++;
	pthread_mutex_unlock(&g->lock);
	for (size_t i = 0; i < n_nodes; i++)
		if (old.nodes[i]->leaving)
			free_node(old.nodes[i]);
	for (size_t i = 0; i < n_cameras; i++)
		let_go(g, old.cameras[i]);
	free_lists(&old, n_cameras);
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
	struct lists l = {0};
	int err = make_lists(g, c, &l);

	if (!err && put_old(g, c)) {
		free_lists(&l, c->n_cameras);
		err = -ENOMEM;
	}
	if (err) {
		config_free(c);
		return err;
	}
	swap_lists(g, &l, c);
	free_old(g);
	for (uint32_t k = CAM_SOURCE; k <= KIND_LAST && !err; k++)
		err = make_kind(g, k);
	if (err)
		drop_unmade(g);
	graph_count(g);
	return err;
}

void graph_left(struct graph *g)
{
	struct config *next = g->next;
	int err;

	if (g->stopping) {
		g->on_down(g->arg);
		return;
	}
	assert(next);
	g->next = NULL;
	err = swap_in(g, next);
	if (err)
		g->on_up(g->arg, NULL, err);
	else
		graph_go_up(g);
}

int graph_load(struct graph *g, struct config *c)
{
	int err = g->next || g->stopping ? -EBUSY : graph_mark_changed(g, c);

	if (err)
		return err;
	g->next = c;
	graph_go_down(g);
	return 0;
}

void graph_init(struct graph *g)
{
	pthread_mutex_init(&g->lock, NULL);
}

void graph_free(struct graph *g)
{
	for (size_t i = 0; i < g->n_nodes; i++)
		free_node(g->nodes[i]);
	for (size_t i = 0; i < g->n_cameras; i++)
		camera_unref(g->cameras[i]);
	free(g->nodes);
	free(g->cameras);
	g->nodes = NULL;
	g->cameras = NULL;
	g->n_nodes = g->n_cameras = 0;
	graph_index_free(&g->index);
	g->config = NULL;
	free_old(g);
	free(g->old);
	config_free(g->next);
	while (g->losses) {
		struct graph_loss *l = g->losses;

		g->losses = l->next;
		free(l);
	}
	pthread_mutex_destroy(&g->lock);
}
