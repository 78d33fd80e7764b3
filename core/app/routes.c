/* SPDX-License-Identifier: MIT */
#include "core/app/routes.h"

#include "core/app/metrics.h"
#include "core/app/openapi.h"
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

static int get_cameras(void *self, const struct cam_request *request, struct cam_reply *reply)
{
	const struct routes *r = self;
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
	return 0;
}

static int get_camera(void *self, const struct cam_request *request, struct cam_reply *reply)
{
	const struct routes *r = self;
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
		return 0;
	}
	set_text(reply, 404, "there is no camera of this name; see /api/v1/cameras\n");
	return 0;
}

static int get_health(void *self, const struct cam_request *request, struct cam_reply *reply)
{
	(void)self;
	(void)request;
	set_text(reply, 200, "ok\n");
	return 0;
}

/* Ready: everything has started, and what is configured runs. A camera that is off does not make a server unready. */
static int get_ready(void *self, const struct cam_request *request, struct cam_reply *reply)
{
	const struct routes *r = self;
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
		return 0;
	}
	if (!body.len)
		text_add(&body, "starting\n");
	set_body(reply, "text/plain; charset=utf-8", &body);
	reply->status = 503;
	return 0;
}

static int get_metrics(void *self, const struct cam_request *request, struct cam_reply *reply)
{
	const struct routes *r = self;
	struct text body = {0};

	(void)request;
	metrics_print(r->graph, r->started_ns, &body);
	set_body(reply, "text/plain; version=0.0.4; charset=utf-8", &body);
	return 0;
}

static int get_openapi(void *self, const struct cam_request *request, struct cam_reply *reply);

static const struct cam_route own[] = {
	{"GET", "/api/v1/cameras", "All cameras, in the order of the configuration.", get_cameras},
	{"GET", "/api/v1/cameras/*", "One camera.", get_camera},
	{"GET", "/api/v1/openapi.json", "This document.", get_openapi},
	{"GET", "/healthz", "Liveness: the server answers.", get_health},
	{"GET", "/readyz",
		"Readiness: everything has started, and what is required runs. Cameras may be off.",
		get_ready},
	{"GET", "/metrics", "Metrics in Prometheus' text format.", get_metrics}, {0}};

/* clang-format off */
static const struct cam_operation own_operations[] = {
	{"/api/v1/cameras", CAM_JSON("responses": {"200": {"description": "The cameras.", "content": {
		"application/json": {"schema": {"type": "object", "required": ["cameras"], "properties": {
			"cameras": {"type": "array", "items": {"$ref": "#/components/schemas/camera"}}}}}}}})},
	{"/api/v1/cameras/{name}", CAM_JSON(
		"parameters": [{"name": "name", "in": "path", "required": true, "schema": {"type": "string"}}],
		"responses": {
			"200": {"description": "The camera.", "content": {
				"application/json": {"schema": {"$ref": "#/components/schemas/camera"}}}},
			"404": {"$ref": "#/components/responses/error"}})},
	{"/api/v1/openapi.json", CAM_JSON("responses": {"200": {"description": "OpenAPI 3.1.", "content": {
		"application/json": {"schema": {"type": "object", "required": ["openapi", "info", "paths"]}}}}})},
	{"/healthz", CAM_JSON("responses": {"200": {"description": "It is well.", "content": {
		"text/plain": {"schema": {"type": "string"}}}}})},
	{"/readyz", CAM_JSON("responses": {
		"200": {"description": "It is ready.", "content": {"text/plain": {"schema": {"type": "string"}}}},
		"503": {"$ref": "#/components/responses/error"}})},
	{"/metrics", CAM_JSON("responses": {"200": {"description": "The metrics.", "content": {
		"text/plain": {"schema": {"type": "string"}}}}})},
	{0}};
/* clang-format on */

static int get_openapi(void *self, const struct cam_request *request, struct cam_reply *reply)
{
	static const struct cam_plugin core = {
		.size = sizeof(core), .name = "cam_server", .routes = own, .operations = own_operations};
	const struct routes *r = self;
	struct text body = {0};

	(void)request;
	openapi_print(r->graph, &core, &body);
	set_body(reply, "application/json", &body);
	return 0;
}

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

	for (const struct cam_route *own_route = own; own_route->method; own_route++) {
		const char *tail = match(own_route->pattern, request->path);
		struct cam_request with_tail = *request;

		if (!tail || strchr(tail, '/'))
			continue;
		with_tail.tail = tail;
		if (strcmp(request->method, "GET") && strcmp(request->method, "HEAD"))
			set_text(&reply, 405, "only GET and HEAD are answered here\n");
		else
			(void)own_route->handle(r, &with_tail, &reply);
		done(arg, &reply);
		return;
	}
	ask_nodes(r, request, done, arg);
}
