/* SPDX-License-Identifier: MIT */
/* Going up and down in order; questions. */
#include "core/graph/graph.h"

#include "core/base/kind.h"
#include "lib/clock.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint32_t kind(const struct graph_node *n)
{
	/* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): a list in force has no gaps */
	return n->conf->plugin->kind;
}

void graph_count(struct graph *g)
{
	g->unanswered = 0;
	memset(g->going, 0, sizeof(g->going));
	for (size_t i = 0; i < g->n_nodes; i++) {
		const struct graph_node *n = g->nodes[i];

		g->unanswered += n && (n->next || (!n->answered && kind(n) != CAM_SOURCE));
		g->going[n ? kind(n) : 0] += n && n->leaving && !n->ended;
	}
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
	g->unanswered -= first && kind(n) != CAM_SOURCE;
	if (err && first && config_ends_server(n->conf) && !g->up && !g->stopping && kind(n) != CAM_SOURCE) {
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
	for (uint32_t k = CAM_SOURCE; k <= KIND_LAST; k++)
		if (waits_for(wanted, k) && g->going[k])
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
	for (uint32_t k = CAM_SOURCE; k <= KIND_LAST; k++)
		if (g->going[k])
			return false;
	return true;
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
	g->going[kind(n)]--;
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
	graph_count(g);
	graph_go_down(g);
}

/* ---- who does not work ---- */

/* A recorder lets packets gather for seconds at most; then its disk hangs, or it does itself. */
#define IDLE (10 * CLOCK_SECOND)

/* Sinks may keep a picture for a viewer who is slow. */
static bool has_to_take(const struct graph_node *n)
{
	return (kind(n) == CAM_RECORDER || kind(n) == CAM_DETECTOR) && node_life(n->node) == NODE_RUNNING;
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
		if (nodes[i] && kind(nodes[i]) == CAM_SOURCE)
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
