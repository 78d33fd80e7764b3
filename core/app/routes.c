/* SPDX-License-Identifier: MIT */
#include "core/app/routes.h"

#include "core/app/metrics.h"
#include "core/app/status.h"

#include <stdlib.h>
#include <string.h>

static void set_text(struct cam_reply *reply, int status, const char *text)
{
	*reply = (struct cam_reply){
		.size = sizeof(*reply), .status = status, .type = "text/plain; charset=utf-8", .fd = -1};
	reply->data = text;
	reply->len = strlen(text);
}

static void free_data(struct cam_reply *reply)
{
	free(reply->arg);
}

/* The text becomes the body, and empty. */
static void set_body(struct cam_reply *reply, const char *type, struct text *body)
{
	size_t len = body->len;
	char *data = text_take(body);

	if (!data) {
		set_text(reply, 503, "out of memory\n");
		return;
	}
	set_text(reply, 200, "");
	snprintf(reply->type, sizeof(reply->type), "%s", type);
	reply->data = reply->arg = data;
	reply->len = len;
	reply->release = free_data;
}

/* ---- the core's own routes ---- */

static void get_cameras(const struct routes *r, const struct cam_request *request, struct cam_reply *reply)
{
	struct text body = {0};

	(void)request;
	text_add(&body, "{\"cameras\":[");
	for (size_t i = 0; i < r->graph->n_cameras; i++) {
		struct cam_camera status;
		char error[256];

		text_add(&body, i ? "," : "");
		status_read(r->graph, r->graph->cameras[i], &status, error);
		status_json(&status, &body);
	}
	text_add(&body, "]}\n");
	set_body(reply, "application/json", &body);
}

static void get_camera(const struct routes *r, const struct cam_request *request, struct cam_reply *reply)
{
	struct text body = {0};

	for (size_t i = 0; i < r->graph->n_cameras; i++) {
		struct cam_camera status;
		char error[256];

		if (strcmp(r->graph->cameras[i]->name, request->tail))
			continue;
		status_read(r->graph, r->graph->cameras[i], &status, error);
		status_json(&status, &body);
		text_add(&body, "\n");
		set_body(reply, "application/json", &body);
		return;
	}
	set_text(reply, 404, "there is no camera of this name; see /api/v1/cameras\n");
}

static void get_health(const struct routes *r, const struct cam_request *request, struct cam_reply *reply)
{
	(void)r;
	(void)request;
	set_text(reply, 200, "ok\n");
}

/* Ready: everything has started, and what is configured runs. A camera that is off does not make a server unready. */
static void get_ready(const struct routes *r, const struct cam_request *request, struct cam_reply *reply)
{
	struct text body = {0};

	(void)request;
	for (size_t i = 0; i < r->graph->n_nodes; i++) {
		const struct graph_node *n = r->graph->nodes[i];

		if (n->conf->plugin->kind != CAM_SOURCE && n->conf->required &&
			node_life(n->node) != NODE_RUNNING)
			text_printf(&body, "%s is not running\n", n->conf->name);
	}
	if (r->ready && !body.len) {
		set_text(reply, 200, "ready\n");
		text_free(&body);
		return;
	}
	if (!body.len)
		text_add(&body, "starting\n");
	set_body(reply, "text/plain; charset=utf-8", &body);
	reply->status = 503;
}

static void get_metrics(const struct routes *r, const struct cam_request *request, struct cam_reply *reply)
{
	struct text body = {0};

	(void)request;
	metrics_print(r->graph, r->started_ns, &body);
	set_body(reply, "text/plain; version=0.0.4; charset=utf-8", &body);
}

static const struct {
	const char *pattern;
	void (*get)(const struct routes *, const struct cam_request *, struct cam_reply *);
} own[] = {
	{"/api/v1/cameras", get_cameras},
	{"/api/v1/cameras/*", get_camera},
	{"/healthz", get_health},
	{"/readyz", get_ready},
	{"/metrics", get_metrics},
};

/* ---- finding a route ---- */

/* @return the tail of path for a pattern that ends in '*', "" for one that is equal, NULL for no match */
static const char *match(const char *pattern, const char *path)
{
	size_t n = strlen(pattern);

	if (n && pattern[n - 1] == '*')
		return strncmp(path, pattern, n - 1) || !path[n - 1] ? NULL : path + n - 1;
	return strcmp(pattern, path) ? NULL : "";
}

/* A request on its way along the nodes that have a route for it. */
struct walk {
	const struct routes *routes;
	char *method, *path, *query;
	size_t node; /* the next one to ask */
	bool asked; /* one was, and it answered 404 */
	void (*done)(void *arg, struct cam_reply *);
	void *arg;
};

static void go_on(struct walk *w);

static void end(struct walk *w, struct cam_reply *reply)
{
	w->done(w->arg, reply);
	free(w->method);
	free(w->path);
	free(w->query);
	free(w);
}

static void on_reply(void *arg, struct cam_reply *reply)
{
	struct walk *w = arg;

	if (reply->status != 404) {
		end(w, reply);
		return;
	}
	if (reply->release)
		reply->release(reply);
	w->asked = true;
	go_on(w);
}

static const struct cam_route *route_of(
	const struct graph_node *n, const struct walk *w, const char **ret_tail)
{
	const struct cam_route *r = n->conf->plugin->routes;

	for (; r && r->method; r++) {
		*ret_tail = match(r->pattern, w->path);
		if (r->handle && *ret_tail && !strcmp(r->method, w->method))
			return r;
	}
	return NULL;
}

static void go_on(struct walk *w)
{
	const struct graph *g = w->routes->graph;
	struct cam_reply reply;

	while (w->node < g->n_nodes) {
		const struct graph_node *n = g->nodes[w->node++];
		const char *tail;
		const struct cam_route *route = route_of(n, w, &tail);

		if (route) {
			struct cam_request request = {sizeof(request), w->method, w->path, w->query, tail};

			node_handle(n->node, route, &request, on_reply, w);
			return;
		}
	}
	set_text(&reply, 404,
		w->asked ? "there is nothing of this name\n" : "there is nothing here; / is the viewer\n");
	end(w, &reply);
}

static void ask_nodes(struct routes *r, const struct cam_request *request,
	void (*done)(void *, struct cam_reply *), void *arg)
{
	struct walk *w = calloc(1, sizeof(*w));
	struct cam_reply reply;

	if (w) {
		*w = (struct walk){.routes = r, .done = done, .arg = arg};
		w->method = strdup(request->method);
		w->path = strdup(request->path);
		w->query = strdup(request->query);
	}
	if (w && w->method && w->path && w->query) {
		go_on(w);
		return;
	}
	set_text(&reply, 503, "out of memory\n");
	done(arg, &reply);
	if (w)
		free(w->method), free(w->path), free(w->query);
	free(w);
}

void routes_request(struct routes *r, const struct cam_request *request,
	void (*done)(void *, struct cam_reply *), void *arg)
{
	struct cam_reply reply;

	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++) {
		const char *tail = match(own[i].pattern, request->path);
		struct cam_request with_tail = *request;

		if (!tail || strchr(tail, '/'))
			continue;
		with_tail.tail = tail;
		if (strcmp(request->method, "GET") && strcmp(request->method, "HEAD"))
			set_text(&reply, 405, "only GET and HEAD are answered here\n");
		else
			own[i].get(r, &with_tail, &reply);
		done(arg, &reply);
		return;
	}
	ask_nodes(r, request, done, arg);
}
