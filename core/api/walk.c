/* SPDX-License-Identifier: MIT */
#include "core/api/walk.h"

#include "core/api/allow.h"
#include "core/api/pattern.h"
#include "core/api/reply.h"
#include "core/plugin/handling.h"
#include "lib/query.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A plugin with a route for a request. */
struct match {
	const struct cam_plugin *plugin;
	const struct cam_route *route;
	const char *tail; /* in the request */
	char name[256]; /* of the camera that the request names; "": none */
	size_t camera; /* its place; GRAPH_NO_CAMERA: there is none of that name, or none for who asks */
};
enum { MAX_MATCHES = 16 }; /* plugins of one configuration with a route for one path */

/* A request on its way along the nodes that have a route for it. */
struct walk {
	struct api *api;
	struct request *request; /* a reference */
	uint64_t generation; /* of the lists that the rest is about */
	struct match match[MAX_MATCHES];
	size_t n_matches;
	const struct cam_route *refused; /* one that who asks may not ask */
	const struct cam_route *too_long; /* one that takes no body as long as this */
	bool is_narrow; /* all of them are about one camera */
	size_t node; /* the next one to ask */
	void (*done)(void *arg, struct cam_reply *);
	void *arg;
};

/* ---- which routes ---- */

bool walk_is_route(const struct cam_route *route, const struct cam_request *r)
{
	struct pattern_hit hit;
	const char *method = strcmp(r->method, "HEAD") ? r->method : "GET";

	return !strcmp(route->method, method) && pattern_matches(route->pattern, r->path, &hit);
}

uint32_t walk_right(const struct api *a, const struct cam_request *r)
{
	uint32_t least = CAM_ADMIN;

	for (size_t i = 0; i < a->graph->index.n_plugins; i++)
		for (const struct cam_route *route = a->graph->index.plugins[i]->routes;
			route && route->method; route++)
			if (route->handle && walk_is_route(route, r) && route->right < least)
				least = route->right;
	return least;
}

/* The camera that the path, or else the query, names. */
static void set_camera(const struct walk *w, struct match *m)
{
	struct pattern_hit hit;
	const char *query = w->request->asked.query;
	bool named;

	(void)pattern_matches(m->route->pattern, w->request->asked.path, &hit);
	m->tail = hit.tail;
	if (hit.camera && hit.camera_len < sizeof(m->name))
		snprintf(m->name, sizeof(m->name), "%.*s", (int)hit.camera_len, hit.camera);
	else if (hit.camera || !query_value(query, "camera", m->name, sizeof(m->name)))
		snprintf(m->name, sizeof(m->name), "/"); /* longer than any, and no camera's */
	named = hit.camera || query_has(query, "camera");
	m->camera = named ? graph_camera(w->api->graph, m->name) : GRAPH_NO_CAMERA;
	if (!named)
		m->name[0] = '\0';
	else if (!users_authorise(&w->api->users, w->request->asked.who, m->route->right, m->name, 0))
		m->camera = GRAPH_NO_CAMERA;
}

static void add_match(struct walk *w, const struct cam_plugin *p, const struct cam_route *route)
{
	struct match *m = &w->match[w->n_matches];

	if (!users_authorise(&w->api->users, w->request->asked.who, route->right, NULL, 0)) {
		w->refused = route;
		return;
	}
	if (w->request->asked.body_len > route->body_max) {
		w->too_long = route;
		return;
	}
	*m = (struct match){.plugin = p, .route = route};
	set_camera(w, m);
	w->is_narrow = *m->name && (!w->n_matches || (w->is_narrow && m->camera == w->match[0].camera));
	w->n_matches++;
}

static void try_plugin(struct walk *w, const struct cam_plugin *p)
{
	for (const struct cam_route *r = p->routes; r && r->method && w->n_matches < MAX_MATCHES; r++)
		if (r->handle && walk_is_route(r, &w->request->asked)) {
			add_match(w, p, r);
			return;
		}
}

/* Which plugins to ask, and about which camera: anew when the lists are others. */
static void plan(struct walk *w)
{
	const struct graph *g = w->api->graph;

	w->generation = g->generation;
	w->n_matches = 0;
	w->refused = w->too_long = NULL;
	w->is_narrow = false;
	w->node = 0;
	for (size_t i = 0; i < g->index.n_plugins; i++)
		try_plugin(w, g->index.plugins[i]);
	if (!w->n_matches || (w->is_narrow && w->match[0].camera == GRAPH_NO_CAMERA))
		w->node = g->n_nodes;
	else if (w->is_narrow)
		w->node = g->index.first[w->match[0].camera];
}

/* ---- which nodes ---- */

/* The next node, past those of other cameras. @return NULL: that was the last one */
static const struct graph_node *next_node(struct walk *w)
{
	const struct graph *g = w->api->graph;
	const size_t *first = g->index.first;

	if (w->node < g->n_nodes && w->is_narrow && w->node < first[g->n_cameras] &&
		w->node >= first[w->match[0].camera + 1])
		w->node = first[g->n_cameras];
	return w->node < g->n_nodes ? g->nodes[w->node++] : NULL;
}

/* Of a request that names no camera, a node of one is asked if that may be seen. */
static bool may_ask(const struct walk *w, const struct match *m, const struct graph_node *n)
{
	if (*m->name)
		return m->camera != GRAPH_NO_CAMERA &&
		       graph_sees(n->node, w->api->graph->cameras[m->camera]->name);
	return users_authorise(&w->api->users, w->request->asked.who, m->route->right, n->conf->camera, 0);
}

/* @return the route by which a node is asked, NULL if it is not */
static const struct match *match_of(const struct walk *w, const struct graph_node *n)
{
	for (size_t i = 0; i < w->n_matches; i++)
		if (w->match[i].plugin == n->conf->plugin)
			return may_ask(w, &w->match[i], n) ? &w->match[i] : NULL;
	return NULL;
}

/* ---- asking ---- */

static void end(struct walk *w, struct cam_reply *reply)
{
	w->done(w->arg, reply);
	request_unref(w->request);
	free(w);
}

static void go_on(struct walk *w);

static void on_reply(void *arg, struct cam_reply *reply)
{
	struct walk *w = arg;

	if (reply->status != 404) {
		end(w, reply);
		return;
	}
	handling_drop_reply(reply);
	go_on(w);
}

/* No node has it. */
static void answer_none(struct walk *w)
{
	struct cam_reply reply;

	if (w->n_matches && w->is_narrow && w->match[0].camera == GRAPH_NO_CAMERA)
		reply_text(&reply, 404, REPLY_NO_CAMERA);
	else if (w->n_matches)
		reply_text(&reply, 404, "there is nothing of this name\n");
	else if (w->refused)
		login_refuse(&w->api->login, w->request->asked.who, &reply);
	else if (w->too_long)
		reply_text(&reply, 413,
			w->too_long->body_max ? "the body is too long\n" : "this takes no body\n");
	else
		allow_others(w->api->graph, &w->request->asked, &reply);
	end(w, &reply);
}

static void go_on(struct walk *w)
{
	const struct graph_node *n;

	if (w->generation != w->api->graph->generation)
		plan(w);
	while ((n = next_node(w))) {
		const struct match *m = match_of(w, n);

		if (m) {
			const struct handling_route route = {m->route, m->tail, m->name};

			handling_begin(n->node, &route, w->request, on_reply, w);
			return;
		}
	}
	answer_none(w);
}

void walk_begin(struct api *a, struct request *request, void (*done)(void *, struct cam_reply *), void *arg)
{
	struct walk *w = calloc(1, sizeof(*w));
	struct cam_reply reply;

	if (!w) {
		reply_text(&reply, 503, "out of memory\n");
		done(arg, &reply);
		return;
	}
	w->api = a;
	w->request = request_ref(request);
	w->done = done;
	w->arg = arg;
	plan(w);
	go_on(w);
}
