/* SPDX-License-Identifier: MIT */
#include "core/graph/graph.h"
#include "core/config/load.h"
#include "core/config/swap.h"

#include "core/config/match.h"

#include <stdlib.h>
#include <string.h>

/* ---- its life ---- */

void graph_free_node(struct graph_node *n)
{
	if (!n)
		return;
	node_free(n->node);
	port_free(n->port);
	camera_unref(n->camera);
	free(n);
}

static bool is_used(const struct graph *g, const struct config *c)
{
	for (size_t i = 0; i < g->n_nodes; i++)
		if (g->nodes[i] && g->nodes[i]->config == c)
			return true;
	return c == g->config;
}

void graph_free_old(struct graph *g)
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

void graph_init(struct graph *g)
{
	pthread_mutex_init(&g->lock, NULL);
}

void graph_free(struct graph *g)
{
	for (size_t i = 0; i < g->n_nodes; i++)
		graph_free_node(g->nodes[i]);
	for (size_t i = 0; i < g->n_cameras; i++)
		camera_unref(g->cameras[i]);
	free(g->nodes);
	free(g->cameras);
	g->nodes = NULL;
	g->cameras = NULL;
	g->n_nodes = g->n_cameras = 0;
	graph_index_free(&g->index);
	g->config = NULL;
	graph_free_old(g);
	free(g->old);
	config_free(g->next);
	while (g->losses) {
		struct graph_loss *l = g->losses;

		g->losses = l->next;
		free(l);
	}
	pthread_mutex_destroy(&g->lock);
}

void graph_count(struct graph *g)
{
	g->unanswered = 0;
	memset(g->going, 0, sizeof(g->going));
	for (size_t i = 0; i < g->n_nodes; i++) {
		const struct graph_node *n = g->nodes[i];

		g->unanswered += n && (n->next || (!n->answered && graph_kind(n) != CAM_SOURCE));
		g->going[n ? graph_kind(n) : 0] += n && n->leaving && !n->ended;
	}
}

/* ---- questions ---- */

struct graph_node *graph_node_of(const struct cam_node *node)
{
	return node_spec(node)->owner;
}

size_t graph_camera(const struct graph *g, const char *name)
{
	return graph_index_camera(&g->index, name);
}

struct graph_node *const *graph_nodes_of(const struct graph *g, size_t camera, size_t *ret_n)
{
	size_t from, to = g->n_nodes;

	*ret_n = 0;
	if (!g->index.first)
		return g->nodes; /* nothing is in force yet */
	from = g->index.first[camera == GRAPH_NO_CAMERA ? g->n_cameras : camera];
	if (camera != GRAPH_NO_CAMERA)
		to = g->index.first[camera + 1];
	*ret_n = to - from;
	return g->nodes + from;
}

bool graph_sees(const struct cam_node *viewer, const char *camera)
{
	const struct config_node *conf = graph_node_of(viewer)->conf;

	return conf->camera ? !strcmp(conf->camera, camera) : config_sees(conf, camera);
}

struct camera *graph_find_camera(struct graph *g, const struct cam_node *viewer, const char *name)
{
	struct camera *found = NULL;
	size_t at;

	pthread_mutex_lock(&g->lock);
	at = graph_camera(g, name);
	if (at != GRAPH_NO_CAMERA && graph_sees(viewer, name))
		found = camera_ref(g->cameras[at]);
	pthread_mutex_unlock(&g->lock);
	return found;
}

const struct graph_node *graph_source(const struct graph *g, size_t camera)
{
	size_t n;
	struct graph_node *const *nodes = graph_nodes_of(g, camera, &n);

	for (size_t i = 0; i < n; i++)
		if (nodes[i] && graph_kind(nodes[i]) == CAM_SOURCE)
			return nodes[i];
	return NULL;
}

/* Names that a configuration has ever had are few; without memory the log and the exit code still tell. */
void graph_count_loss(struct graph *g, const char *node)
{
	size_t n = strlen(node) + 1;
	struct graph_loss *l = g->losses;

	while (l && strcmp(l->node, node))
		l = l->next;
	if (!l) {
		l = calloc(1, sizeof(*l) + n);
		if (!l)
			return;
		memcpy(l->node, node, n);
		l->next = g->losses;
		g->losses = l;
	}
	l->count++;
}
