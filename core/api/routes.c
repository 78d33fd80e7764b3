/* SPDX-License-Identifier: MIT */
#include "core/api/routes.h"

#include "core/api/metrics.h"
#include "core/api/openapi.h"
#include "core/api/pattern.h"
#include "core/api/reply.h"
#include "core/api/status.h"
#include "core/graph/graph_look.h"
#include "lib/query.h"

#include <stdlib.h>
#include <string.h>

static const char no_camera[] = "there is no camera of this name; see /api/v1/cameras\n";

/* ---- the core's own routes ---- */

/* How far the list of cameras is printed. */
struct list {
	size_t camera, node;
	bool begun, in_nodes;
};

/* The cameras one by one, then the nodes that are of none. */
static bool add_to_list(void *arg, void *state, struct text *out)
{
	const struct graph *g = ((const struct routes *)arg)->graph;
	struct list *l = state;
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

static const struct document_maker list_maker = {
	"application/json", sizeof(struct list), add_to_list, end_list};

static int get_camera(void *self, const struct cam_request *request, struct cam_reply *reply)
{
	const struct routes *r = self;
	size_t camera = graph_camera(r->graph, request->tail);
	struct text body = {0};

	if (camera == GRAPH_NO_CAMERA) {
		reply_text(reply, 404, no_camera);
		return 0;
	}
	status_camera_json(r->graph, camera, &body);
	text_add(&body, "\n");
	reply_body(reply, "application/json", &body);
	return 0;
}

static int get_health(void *self, const struct cam_request *request, struct cam_reply *reply)
{
	(void)self;
	(void)request;
	reply_text(reply, 200, "ok\n");
	return 0;
}

/*
 * Ready: everything has started, and what is configured runs, but for what may do without. A camera that is off does not
 * make a server unready.
 */
static int get_ready(void *self, const struct cam_request *request, struct cam_reply *reply)
{
	const struct routes *r = self;
	struct text body = {0};

	(void)request;
	for (size_t i = 0; i < r->graph->n_nodes; i++) {
		const struct graph_node *n = r->graph->nodes[i];
		char why[256];

		if (n->conf->plugin->kind == CAM_SOURCE || n->required == CONFIG_OPTIONAL ||
			!graph_is_faulty(n, why))
			continue;
		if (node_life(n->node) != NODE_RUNNING)
			text_printf(&body, "%s is not running%s%s\n", n->conf->name, *why ? ": " : "", why);
		else
			text_printf(&body, "%s does not work: %s\n", n->conf->name, why);
	}
	if (r->ready && !body.len) {
		reply_text(reply, 200, "ready\n");
		text_free(&body);
		return 0;
	}
	if (!body.len)
		text_add(&body, "starting\n");
	reply_body(reply, "text/plain; charset=utf-8", &body);
	reply->status = 503;
	return 0;
}

static int get_openapi(void *self, const struct cam_request *request, struct cam_reply *reply);

/* Without a function: documents. */
enum { OWN_CAMERAS, OWN_CAMERA, OWN_OPENAPI, OWN_HEALTH, OWN_READY, OWN_METRICS, N_OWN };
static const struct cam_route own[N_OWN + 1] = {
	[OWN_CAMERAS] = {"GET", "/api/v1/cameras",
		"All cameras, in the order of the configuration, and the nodes that are of none.", NULL,
		CAM_VIEW, 0},
	[OWN_CAMERA] = {"GET", "/api/v1/cameras/*", "One camera.", get_camera, CAM_VIEW, 0},
	[OWN_OPENAPI] = {"GET", "/api/v1/openapi.json", "This document.", get_openapi, CAM_VIEW, 0},
	[OWN_HEALTH] = {"GET", "/healthz", "Liveness: the server answers.", get_health, CAM_OPEN, 0},
	[OWN_READY] = {"GET", "/readyz",
		"Readiness: everything has started, and all runs but what is `required: false`. Cameras may "
		"be off.",
		get_ready, CAM_OPEN, 0},
	[OWN_METRICS] = {"GET", "/metrics", "Metrics in Prometheus' text format.", NULL, CAM_VIEW, 0},
};

/* clang-format off */
static const struct cam_operation own_operations[] = {
	{"/api/v1/cameras", CAM_JSON("responses": {"200": {"description": "The cameras.", "content": {
		"application/json": {"schema": {"type": "object", "required": ["cameras", "nodes"], "properties": {
			"cameras": {"type": "array", "items": {"$ref": "#/components/schemas/camera"}},
			"nodes": {"type": "array", "description": "Those of no single camera.",
				"items": {"$ref": "#/components/schemas/node"}}}}}}}})},
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
	{"/metrics", CAM_JSON("responses": {"200": {"description": "The metrics, at most a second old.", "content": {
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
	reply_body(reply, "application/json", &body);
	return 0;
}

/* ---- the routes of nodes ---- */

/* A plugin with a route for a request. */
struct match {
	const struct cam_plugin *plugin;
	const struct cam_route *route;
	const char *tail;
	bool has_camera; /* the request names one */
	size_t camera; /* its place; GRAPH_NO_CAMERA: there is none of that name */
};
enum { MAX_MATCHES = 16 }; /* plugins of one configuration with a route for one path */

/* A request on its way along the nodes that have a route for it. */
struct walk {
	const struct routes *routes;
	char *method, *path, *query;
	uint64_t generation; /* of the lists that the rest is about */
	struct match match[MAX_MATCHES];
	size_t n_matches;
	bool is_narrow; /* all of them are about one camera */
	size_t node; /* the next one to ask */
	void (*done)(void *arg, struct cam_reply *);
	void *arg;
};

/* The camera that the path, or else the query, names. */
static void set_camera(const struct walk *w, const struct pattern_hit *hit, struct match *m)
{
	char name[256];

	m->camera = GRAPH_NO_CAMERA;
	m->has_camera = hit->camera || query_value(w->query, "camera", name, sizeof(name));
	if (hit->camera && hit->camera_len < sizeof(name))
		snprintf(name, sizeof(name), "%.*s", (int)hit->camera_len, hit->camera);
	else if (hit->camera)
		return;
	if (m->has_camera)
		m->camera = graph_camera(w->routes->graph, name);
}

static void try_plugin(struct walk *w, const struct cam_plugin *p)
{
	struct pattern_hit hit;

	for (const struct cam_route *r = p->routes; r && r->method && w->n_matches < MAX_MATCHES; r++) {
		struct match *m = &w->match[w->n_matches];

		if (!r->handle || strcmp(r->method, w->method) || !pattern_matches(r->pattern, w->path, &hit))
			continue;
		*m = (struct match){.plugin = p, .route = r, .tail = hit.tail};
		set_camera(w, &hit, m);
		w->is_narrow =
			m->has_camera && (!w->n_matches || (w->is_narrow && m->camera == w->match[0].camera));
		w->n_matches++;
		return;
	}
}

/* Which plugins to ask, and about which camera: anew when the lists are others. */
static void plan(struct walk *w)
{
	const struct graph *g = w->routes->graph;

	w->generation = g->generation;
	w->n_matches = 0;
	w->is_narrow = false;
	w->node = 0;
	for (size_t i = 0; i < g->index.n_plugins; i++)
		try_plugin(w, g->index.plugins[i]);
	if (!w->n_matches || (w->is_narrow && w->match[0].camera == GRAPH_NO_CAMERA))
		w->node = g->n_nodes;
	else if (w->is_narrow)
		w->node = g->index.first[w->match[0].camera];
}

/* The next node, past those of other cameras. @return NULL: that was the last one */
static const struct graph_node *next_node(struct walk *w)
{
	const struct graph *g = w->routes->graph;
	const size_t *first = g->index.first;

	if (w->node < g->n_nodes && w->is_narrow && w->node < first[g->n_cameras] &&
		w->node >= first[w->match[0].camera + 1])
		w->node = first[g->n_cameras];
	return w->node < g->n_nodes ? g->nodes[w->node++] : NULL;
}

/* @return the route by which a node is asked, NULL if it is not */
static const struct match *match_of(const struct walk *w, const struct graph_node *n)
{
	const struct graph *g = w->routes->graph;

	for (size_t i = 0; i < w->n_matches; i++) {
		const struct match *m = &w->match[i];

		if (m->plugin != n->conf->plugin)
			continue;
		if (!m->has_camera)
			return m;
		return m->camera != GRAPH_NO_CAMERA && graph_sees(n->node, g->cameras[m->camera]->name)
			       ? m
			       : NULL;
	}
	return NULL;
}

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
	node_drop_reply(reply);
	go_on(w);
}

static const char *not_found(const struct walk *w)
{
	if (w->is_narrow && w->match[0].camera == GRAPH_NO_CAMERA)
		return no_camera;
	return w->n_matches ? "there is nothing of this name\n" : "there is nothing here; / is the viewer\n";
}

static void go_on(struct walk *w)
{
	const struct graph_node *n;
	struct cam_reply reply;

	if (w->generation != w->routes->graph->generation)
		plan(w);
	while ((n = next_node(w))) {
		const struct match *m = match_of(w, n);

		if (m) {
			struct cam_request request = {.size = sizeof(request),
				.method = w->method,
				.path = w->path,
				.query = w->query,
				.tail = m->tail};

			node_handle(n->node, m->route, &request, on_reply, w);
			return;
		}
	}
	reply_text(&reply, 404, not_found(w));
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
		plan(w);
		go_on(w);
		return;
	}
	reply_text(&reply, 503, "out of memory\n");
	done(arg, &reply);
	if (w)
		free(w->method), free(w->path), free(w->query);
	free(w);
}

/* ---- a request ---- */

static void answer_own(struct routes *r, size_t at, const struct cam_request *request,
	void (*done)(void *, struct cam_reply *), void *arg)
{
	struct cam_reply reply;

	if (strcmp(request->method, "GET") && strcmp(request->method, "HEAD")) {
		reply_text(&reply, 405, "only GET and HEAD are answered here\n");
		done(arg, &reply);
	} else if (own[at].handle) {
		(void)own[at].handle(r, request, &reply);
		done(arg, &reply);
	} else {
		document_ask(at == OWN_METRICS ? &r->metrics : &r->list, done, arg);
	}
}

void routes_request(struct routes *r, const struct cam_request *request,
	void (*done)(void *, struct cam_reply *), void *arg)
{
	for (size_t i = 0; i < N_OWN; i++) {
		struct pattern_hit hit;
		struct cam_request with_tail = *request;

		if (!pattern_matches(own[i].pattern, request->path, &hit) || strchr(hit.tail, '/'))
			continue;
		with_tail.tail = hit.tail;
		answer_own(r, i, &with_tail, done, arg);
		return;
	}
	ask_nodes(r, request, done, arg);
}

void routes_init(struct routes *r, const struct graph *graph, int64_t started_ns)
{
	*r = (struct routes){.graph = graph, .started_ns = started_ns};
	document_init(&r->metrics, &metrics_maker, graph, r);
	document_init(&r->list, &list_maker, graph, r);
}

void routes_close(struct routes *r)
{
	document_close(&r->metrics);
	document_close(&r->list);
}
