/* SPDX-License-Identifier: MIT */
#include "core/api/own.h"

#include "core/api/camera_list.h"
#include "core/api/event_list.h"
#include "core/api/event_post.h"
#include "core/api/event_stream.h"
#include "core/api/openapi.h"
#include "core/api/own_operations.h"
#include "core/api/reply.h"
#include "core/api/status.h"
#include "core/graph/graph_look.h"

#include <string.h>

typedef void answer_own(const struct api_ask *);

static void get_camera(const struct api_ask *ask)
{
	struct cam_reply reply;
	struct text body = {0};

	status_camera_json(ask->api->graph, ask->camera, &body);
	text_add(&body, "\n");
	reply_body(&reply, "application/json", &body);
	ask->done(ask->arg, &reply);
}

static void get_health(const struct api_ask *ask)
{
	struct cam_reply reply;

	reply_text(&reply, 200, "ok\n");
	ask->done(ask->arg, &reply);
}

/* What is configured and does not run, but for what may do without. A camera that is off does not make a server unready. */
static void find_unready(const struct graph *g, struct text *out)
{
	for (size_t i = 0; i < g->n_nodes; i++) {
		const struct graph_node *n = g->nodes[i];
		char why[256];

		if (n->conf->plugin->kind == CAM_SOURCE || n->required == CONFIG_OPTIONAL ||
			!graph_is_faulty(n, why))
			continue;
		if (node_life(n->node) != NODE_RUNNING)
			text_printf(out, "%s is not running%s%s\n", n->conf->name, *why ? ": " : "", why);
		else
			text_printf(out, "%s does not work: %s\n", n->conf->name, why);
	}
}

/* Probes come without a login, and get to know no more than they need: names and reasons are for who may see cameras. */
static void get_ready(const struct api_ask *ask)
{
	struct cam_reply reply;
	struct text body = {0};

	find_unready(ask->api->graph, &body);
	if (ask->api->ready && !body.len) {
		reply_text(&reply, 200, "ready\n");
	} else if (body.len && users_authorise(&ask->api->users, ask->request->who, CAM_VIEW, NULL, 0) &&
		   users_sees_all(&ask->api->users, ask->request->who)) {
		reply_body(&reply, "text/plain; charset=utf-8", &body);
		reply.status = 503;
	} else {
		reply_text(&reply, 503,
			body.len ? "something does not work; log in to see what\n" : "starting\n");
	}
	text_free(&body);
	ask->done(ask->arg, &reply);
}

static void get_metrics(const struct api_ask *ask)
{
	struct cam_reply reply;

	if (users_sees_all(&ask->api->users, ask->request->who)) {
		document_ask(&ask->api->metrics, ask->done, ask->arg);
		return;
	}
	reply_text(&reply, 403, "metrics are of all cameras; this takes a user who sees them all\n");
	ask->done(ask->arg, &reply);
}

static void get_openapi(const struct api_ask *ask);

static const struct {
	struct cam_route route;
	answer_own *answer;
} own[] = {
	{{"GET", "/api/v1/cameras",
		 "All cameras, in the order of the configuration, and the nodes that are of none.", NULL,
		 CAM_VIEW, 0},
		camera_list},
	{{"GET", "/api/v1/cameras/{camera}", "One camera.", NULL, CAM_VIEW, 0}, get_camera},
	{{"POST", "/api/v1/cameras/{camera}/events", "Tell of something that happens at a camera.", NULL,
		 CAM_CONTROL, EVENT_POST_BYTES},
		event_post},
	{{"GET", "/api/v1/events", "The last events, oldest first.", NULL, CAM_PLAYBACK, 0}, event_list},
	{{"GET", "/api/v1/events/stream", "Events as they happen, as server-sent events.", NULL, CAM_VIEW, 0},
		event_stream_begin},
	{{"GET", "/api/v1/openapi.json", "This document.", NULL, CAM_VIEW, 0}, get_openapi},
	{{"GET", "/healthz", "Liveness: the server answers.", NULL, CAM_OPEN, 0}, get_health},
	{{"GET", "/readyz",
		 "Readiness: everything has started, and all runs but what is `required: false`. Cameras may "
		 "be off.",
		 NULL, CAM_OPEN, 0},
		get_ready},
	{{"GET", "/metrics", "Metrics in Prometheus' text format.", NULL, CAM_VIEW, 0}, get_metrics},
};
enum { N_OWN = sizeof(own) / sizeof(own[0]) };

const struct cam_route *own_route(size_t at)
{
	return at < N_OWN ? &own[at].route : NULL;
}

static void get_openapi(const struct api_ask *ask)
{
	struct cam_route routes[N_OWN + 1] = {0};
	const struct cam_plugin core = {
		.size = sizeof(core), .name = "cam_server", .routes = routes, .operations = own_operations};
	struct cam_reply reply;
	struct text body = {0};

	for (size_t i = 0; i < N_OWN; i++)
		routes[i] = own[i].route;
	openapi_print(ask->api->graph, &core, &body);
	reply_body(&reply, "application/json", &body);
	ask->done(ask->arg, &reply);
}

void own_answer(size_t at, const struct api_ask *ask)
{
	own[at].answer(ask);
}
