/* SPDX-License-Identifier: MIT */
#include "core/api/camera_list.h"

#include "core/api/reply.h"
#include "core/api/status.h"
#include "core/plugin/stream.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* ---- of all ---- */

/* How far the list of cameras is printed. */
struct progress {
	size_t camera, node;
	bool begun, in_nodes;
};

/* The cameras one by one, then the nodes that are of none. */
static bool add_to_list(void *arg, void *state, struct text *out)
{
	const struct graph *g = ((const struct api *)arg)->graph;
	struct progress *l = state;
	size_t n;
	struct graph_node *const *nodes = graph_nodes_of(g, GRAPH_NO_CAMERA, &n);

	if (!l->begun)
		text_add(out, "{\"cameras\":[");
	l->begun = true;
	if (l->camera < g->n_cameras) {
		text_add(out, l->camera ? "," : "");
		status_camera_json(g, l->camera++, out);
		return true;
	}
	if (!l->in_nodes)
		text_add(out, "],\"nodes\":[");
	l->in_nodes = true;
	if (l->node < n) {
		text_add(out, l->node ? "," : "");
		status_node_json(nodes[l->node++], out);
		return true;
	}
	text_add(out, "]}\n");
	return false;
}

static void end_list(void *state)
{
	(void)state;
}

const struct document_maker camera_list_maker = {
	"application/json", sizeof(struct progress), add_to_list, end_list};

/* ---- of some ---- */

/* A list on its way to one who sees some cameras: made as it is read, a camera at a time. */
struct own_list {
	struct api *api;
	const struct cam_who *who; /* a reference */
	uint64_t generation;
	size_t camera; /* the next one */
	bool any, is_whole;
	struct text text;
	size_t sent;
};

static void add_camera(struct own_list *l)
{
	const struct graph *g = l->api->graph;

	if (l->camera == g->n_cameras) {
		text_add(&l->text, "],\"nodes\":[]}\n");
		l->is_whole = true;
		return;
	}
	if (users_authorise(&l->api->users, l->who, CAM_VIEW, g->cameras[l->camera]->name, 0)) {
		text_add(&l->text, l->any ? "," : "");
		status_camera_json(g, l->camera, &l->text);
		l->any = true;
	}
	l->camera++;
}

static int64_t next_piece(void *arg, void *to, size_t room)
{
	struct own_list *l = arg;
	size_t n;

	if (l->generation != l->api->graph->generation)
		return -EIO; /* half of it would be of another configuration */
	if (l->sent == l->text.len) {
		text_free(&l->text);
		l->sent = 0;
	}
	while (!l->is_whole && l->text.len < room)
		add_camera(l);
	if (l->text.failed)
		return -ENOMEM;
	n = l->text.len - l->sent < room ? l->text.len - l->sent : room;
	if (n)
		memcpy(to, l->text.data + l->sent, n);
	l->sent += n;
	return (int64_t)n;
}

static void end_own(void *arg)
{
	struct own_list *l = arg;

	who_unref(l->who);
	text_free(&l->text);
	free(l);
}

static struct cam_stream *own_list(const struct api_ask *ask)
{
	struct loop *loop = ask->api->graph->world->loop;
	struct own_list *l = calloc(1, sizeof(*l));
	const struct stream_maker maker = {next_piece, end_own, l};
	struct cam_stream *s = l ? stream_new(loop, &loop->executor, &maker) : NULL;

	if (!s) {
		free(l);
		return NULL;
	}
	l->api = ask->api;
	l->who = who_ref(ask->request->who);
	l->generation = ask->api->graph->generation;
	text_add(&l->text, "{\"cameras\":[");
	return s;
}

void camera_list(const struct api_ask *ask)
{
	struct cam_reply reply;

	if (users_sees_all(&ask->api->users, ask->request->who)) {
		document_ask(&ask->api->list, ask->done, ask->arg);
		return;
	}
	reply_text(&reply, 200, "");
	snprintf(reply.type, sizeof(reply.type), "application/json");
	reply.stream = own_list(ask);
	if (!reply.stream)
		reply_text(&reply, 503, "out of memory\n");
	ask->done(ask->arg, &reply);
}
