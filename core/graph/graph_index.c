/* SPDX-License-Identifier: MIT */
#include "core/graph/graph_index.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int by_name(const void *a, const void *b, void *cameras)
{
	const char *const *names = cameras;

	return strcmp(names[*(const size_t *)a], names[*(const size_t *)b]);
}

static void sort_cameras(struct graph_index *x)
{
	for (size_t i = 0; i < x->n_cameras; i++)
		x->by_name[i] = i;
	qsort_r(x->by_name, x->n_cameras, sizeof(*x->by_name), by_name, (void *)(uintptr_t)x->cameras);
}

/* The nodes come in the order of the cameras, then those that have none. */
static void find_first(struct graph_index *x, const struct config *c)
{
	size_t k = 0;

	for (size_t i = 0; i < x->n_cameras; i++) {
		x->first[i] = k;
		while (k < c->n_nodes && c->nodes[k].camera && !strcmp(c->nodes[k].camera, x->cameras[i]))
			k++;
	}
	x->first[x->n_cameras] = k;
	assert(k == c->n_nodes || !c->nodes[k].camera);
}

static void find_plugins(struct graph_index *x, const struct config *c)
{
	for (size_t i = 0; i < c->n_nodes; i++) {
		size_t k = 0;

		while (k < x->n_plugins && x->plugins[k] != c->nodes[i].plugin)
			k++;
		x->plugins[k] = c->nodes[i].plugin;
		x->n_plugins += k == x->n_plugins;
	}
}

int graph_index_make(struct graph_index *x, const struct config *c)
{
	*x = (struct graph_index){.cameras = c->cameras, .n_cameras = c->n_cameras};
	x->by_name = calloc(c->n_cameras + 1, sizeof(*x->by_name));
	x->first = calloc(c->n_cameras + 1, sizeof(*x->first));
	x->plugins = calloc(c->n_nodes + 1, sizeof(*x->plugins));
	if (!x->by_name || !x->first || !x->plugins) {
		graph_index_free(x);
		return -ENOMEM;
	}
	sort_cameras(x);
	find_first(x, c);
	find_plugins(x, c);
	return 0;
}

void graph_index_free(struct graph_index *x)
{
	free(x->by_name);
	free(x->first);
	free(x->plugins);
	*x = (struct graph_index){0};
}

size_t graph_index_camera(const struct graph_index *x, const char *name)
{
	size_t from = 0, to = name ? x->n_cameras : 0;

	while (from < to) {
		size_t at = from + (to - from) / 2;
		int order = strcmp(name, x->cameras[x->by_name[at]]);

		if (!order)
			return x->by_name[at];
		if (order < 0)
			to = at;
		else
			from = at + 1;
	}
	return GRAPH_NO_CAMERA;
}

const struct config_node *graph_index_node(
	const struct graph_index *x, const struct config *c, const struct config_node *like)
{
	size_t camera = graph_index_camera(x, like->camera);
	size_t from, to = c->n_nodes;

	if (like->camera && camera == GRAPH_NO_CAMERA)
		return NULL;
	from = like->camera ? x->first[camera] : x->first[x->n_cameras];
	if (like->camera)
		to = x->first[camera + 1];
	for (size_t i = from; i < to; i++)
		if (!strcmp(c->nodes[i].name, like->name))
			return &c->nodes[i];
	return NULL;
}
