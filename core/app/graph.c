/* SPDX-License-Identifier: MIT */
/* Making nodes and cameras of a configuration, and swapping one configuration for another. */
#include "core/app/graph.h"

#include "core/base/kind.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static struct camera *camera_by_name(struct camera *const *cameras, size_t n, const char *name)
{
	for (size_t i = 0; name && i < n; i++)
		if (!strcmp(cameras[i]->name, name))
			return cameras[i];
	return NULL;
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
	for (size_t i = 0; stage && i < g->n_nodes; i++) {
		const struct graph_node *n = g->nodes[i];

		if (n && n->conf->camera && !strcmp(n->conf->camera, camera) &&
			!strcmp(n->conf->stage, stage))
			return n->port;
	}
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
	struct camera *camera = camera_by_name(g->cameras, g->n_cameras, conf->camera);
	struct node_spec spec = {.name = conf->name,
		.plugin = conf->plugin,
		.config = conf->config,
		.folder = folder_of(conf),
		.camera = camera};
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
	struct camera *c = camera_by_name(g->cameras, g->n_cameras, camera);

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
		struct camera *camera = camera_by_name(g->cameras, g->n_cameras, c->cameras[i]);

		cameras[i] =
			camera ? camera_ref(camera)
			       : camera_new(c->cameras[i], places_cpu(g->world->places), g->world->budget);
		if (!cameras[i]) {
			while (i--)
				camera_unref(cameras[i]);
			free(cameras);
			return NULL;
		}
	}
	return cameras;
}

/* Move the nodes that stay to their places in the new list. */
static struct graph_node **keep_nodes(struct graph *g, const struct config *c)
{
	struct graph_node **nodes = calloc(c->n_nodes + 1, sizeof(struct graph_node *));

	for (size_t i = 0; nodes && i < g->n_nodes; i++) {
		for (size_t k = 0; !g->nodes[i]->leaving && k < c->n_nodes; k++)
			if (!strcmp(c->nodes[k].name, g->nodes[i]->conf->name))
				nodes[k] = g->nodes[i];
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

/* The lists of the new configuration take the place of the old ones; nodes that have left are freed. */
static void swap_lists(struct graph *g, struct camera **cameras, struct graph_node **nodes, struct config *c)
{
	struct camera **old_cameras = g->cameras;
	struct graph_node **old_nodes = g->nodes;
	size_t n_cameras = g->n_cameras, n_nodes = g->n_nodes;

	pthread_mutex_lock(&g->lock);
	g->cameras = cameras;
	g->n_cameras = c->n_cameras;
	g->nodes = nodes;
	g->n_nodes = c->n_nodes;
	g->config = c;
	pthread_mutex_unlock(&g->lock);
	for (size_t i = 0; i < n_nodes; i++)
		if (old_nodes[i]->leaving)
			free_node(old_nodes[i]);
	for (size_t i = 0; i < n_cameras; i++) {
		if (camera_by_name(cameras, g->n_cameras, old_cameras[i]->name) != old_cameras[i])
			camera_set_gone(old_cameras[i]);
		camera_unref(old_cameras[i]);
	}
	free(old_nodes);
	free(old_cameras);
}

/* After a failure: nodes that could not be made are no part of the list. */
static void drop_unmade(struct graph *g)
{
	size_t n = 0;

	pthread_mutex_lock(&g->lock);
	for (size_t i = 0; i < g->n_nodes; i++)
		if (g->nodes[i])
			g->nodes[n++] = g->nodes[i];
	g->n_nodes = n;
	pthread_mutex_unlock(&g->lock);
}

static int swap_in(struct graph *g, struct config *c)
{
	struct graph_node **nodes = keep_nodes(g, c);
	struct camera **cameras = make_cameras(g, c);
	int err = 0;

	if (!nodes || !cameras || put_old(g, c)) {
		free(nodes);
		free(cameras);
		config_free(c);
		return -ENOMEM;
	}
	swap_lists(g, cameras, nodes, c);
	free_old(g);
	for (uint32_t k = CAM_SOURCE; k <= KIND_LAST && !err; k++)
		err = make_kind(g, k);
	if (err)
		drop_unmade(g);
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
	if (g->next || g->stopping)
		return -EBUSY;
	g->next = c;
	graph_mark_changed(g, c);
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
	g->config = NULL;
	free_old(g);
	free(g->old);
	config_free(g->next);
	pthread_mutex_destroy(&g->lock);
}
