/* SPDX-License-Identifier: MIT */
#include "tests/unit/api_world.h"

#include "core/plugin/handling.h"
#include "core/plugin/stream.h"
#include "lib/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void close_api(struct graph_world *g)
{
	struct api_world *w = g->arg;

	api_close(&w->api);
}

static bool sees(void *arg, const struct cam_node *node, const char *camera)
{
	struct graph_world *g = arg;
	bool is;

	pthread_mutex_lock(&g->graph.lock);
	is = graph_sees(node, camera);
	pthread_mutex_unlock(&g->graph.lock);
	return is;
}

void api_world_set_up(struct api_world *w, const char *yaml)
{
	memset(w, 0, sizeof(*w));
	graph_world_set_up(&w->graph);
	w->graph.arg = w;
	w->graph.on_close = close_api;
	w->graph.node.events = &w->events;
	w->graph.node.sees = sees;
	w->peer = "192.0.2.1";
	events_init(&w->events, clock_wall_ns());
	if (api_init(&w->api, &w->graph.graph, &w->events, &w->graph.log, clock_mono_ns()))
		abort();
	api_world_load(w, yaml);
}

void api_world_load(struct api_world *w, const char *yaml)
{
	struct config *c = graph_config(yaml);
	int ups = w->graph.ups;

	api_set_config(&w->api, c);
	if (graph_load(&w->graph.graph, c))
		abort();
	GRAPH_UNTIL(&w->graph, w->graph.ups > ups);
	w->api.ready = !w->graph.up_err;
	graph_world_settle(&w->graph);
	(void)graph_world_did();
}

static void drop(struct api_world *w)
{
	if (w->answers)
		handling_drop_reply(&w->reply);
	w->reply = (struct cam_reply){.fd = -1};
}

void api_world_tear_down(struct api_world *w)
{
	drop(w);
	graph_world_tear_down(&w->graph);
	api_destroy(&w->api);
	events_destroy(&w->events);
}

static void on_answer(void *arg, struct cam_reply *reply)
{
	struct api_world *w = arg;
	size_t n = reply->len < sizeof(w->text) ? reply->len : sizeof(w->text) - 1;

	w->answers++;
	w->reply = *reply;
	if (n)
		memcpy(w->text, reply->data, n);
	w->text[n] = '\0';
}

int api_ask(struct api_world *w, const char *method, const char *path, const char *query, const char *body)
{
	struct cam_request r = {.size = sizeof(r),
		.method = method,
		.path = path,
		.query = query,
		.tail = "",
		.body = body,
		.body_len = body ? strlen(body) : 0,
		.headers = w->headers,
		.peer = w->peer};
	unsigned answers = w->answers;

	drop(w);
	api_request(&w->api, &r, on_answer, w);
	memset(w->headers, 0, sizeof(w->headers));
	GRAPH_UNTIL(&w->graph, w->answers > answers);
	return w->reply.status;
}

int api_get(struct api_world *w, const char *path)
{
	return api_ask(w, "GET", path, "", NULL);
}

const char *api_header(const struct api_world *w, const char *name)
{
	for (const struct cam_header *h = w->reply.headers; h && h->name; h++)
		if (!strcmp(h->name, name))
			return h->value;
	return "";
}

static void on_piece(void *arg, const void *data, int64_t n)
{
	struct api_world *w = arg;

	w->has_piece = true;
	w->piece_len = n;
	if (n > 0)
		memcpy(w->piece, data, (size_t)n < sizeof(w->piece) ? (size_t)n : sizeof(w->piece) - 1);
	w->piece[n > 0 ? ((size_t)n < sizeof(w->piece) ? (size_t)n : sizeof(w->piece) - 1) : 0] = '\0';
}

const char *api_piece(struct api_world *w)
{
	w->has_piece = false;
	stream_read(w->reply.stream, on_piece, w);
	GRAPH_UNTIL(&w->graph, w->has_piece);
	return w->piece;
}

void api_end_stream(struct api_world *w)
{
	stream_close(w->reply.stream);
	w->reply.stream = NULL;
	graph_world_settle(&w->graph);
}
