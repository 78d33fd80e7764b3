/* SPDX-License-Identifier: MIT */
#include "core/api/api.h"

#include "core/api/camera_list.h"
#include "core/api/event_stream.h"
#include "core/api/metrics.h"
#include "core/api/own.h"
#include "core/api/pattern.h"
#include "core/api/reply.h"
#include "core/api/walk.h"
#include "core/plugin/handling.h"

#include <stdlib.h>
#include <string.h>

/* A request while it is found out who asks. */
struct caller {
	struct api *api;
	struct request *request; /* a reference */
	uint32_t right; /* what that takes; of several the least */
	size_t own; /* the place of the core's own route; NOT_OWN: nodes answer */
	void (*done)(void *arg, struct cam_reply *);
	void *arg;
};
#define NOT_OWN SIZE_MAX

int api_init(
	struct api *a, const struct graph *graph, struct events *events, struct log *log, int64_t started_ns)
{
	*a = (struct api){.graph = graph, .events = events, .started_ns = started_ns};
	document_init(&a->metrics, &metrics_maker, graph, a);
	document_init(&a->list, &camera_list_maker, graph, a);
	users_init(&a->users);
	return login_init(&a->login, &a->users, graph->world->loop, log);
}

static bool exists(void *arg, const char *camera)
{
	const struct config *c = arg;

	for (size_t i = 0; i < c->n_cameras; i++)
		if (!strcmp(c->cameras[i], camera))
			return true;
	return false;
}

void api_set_config(struct api *a, struct config *c)
{
	events_end_gone(a->events, exists, c);
	(void)users_set(&a->users, c); /* without memory nobody is let in, and is told so */
	event_stream_look_all(a);
}

void api_close(struct api *a)
{
	event_stream_end_all(a);
	document_close(&a->metrics);
	document_close(&a->list);
	login_close(&a->login);
}

void api_destroy(struct api *a)
{
	users_destroy(&a->users);
}

/* ---- who asks ---- */

void api_identify(struct api *a, const struct cam_request *r,
	void (*done)(void *, const struct cam_who *, struct cam_reply *), void *arg)
{
	login_identify(&a->login, a->graph->world->places, r, done, arg);
}

static void end(struct caller *q, struct cam_reply *reply)
{
	q->done(q->arg, reply);
	request_unref(q->request);
	free(q);
}

/* ---- the core's own ---- */

static size_t find_own(const struct cam_request *r)
{
	for (size_t i = 0; own_route(i); i++)
		if (walk_is_route(own_route(i), r))
			return i;
	return NOT_OWN;
}

/* The camera in the path. @return whether the pattern has one; *ret_name is "" if it is too long for any */
static bool find_camera(const struct caller *q, char ret_name[256])
{
	struct pattern_hit hit;

	ret_name[0] = '\0';
	(void)pattern_matches(own_route(q->own)->pattern, q->request->asked.path, &hit);
	if (hit.camera && hit.camera_len < 256)
		snprintf(ret_name, 256, "%.*s", (int)hit.camera_len, hit.camera);
	return hit.camera;
}

static void answer_own(struct caller *q)
{
	const struct cam_route *route = own_route(q->own);
	struct cam_request request = q->request->asked;
	struct api_ask ask = {q->api, &request, GRAPH_NO_CAMERA, q->done, q->arg};
	char name[256];
	bool has_camera = find_camera(q, name);
	struct cam_reply reply;

	request.camera = name;
	if (has_camera && *name)
		ask.camera = graph_camera(q->api->graph, name);
	if (!users_authorise(&q->api->users, request.who, route->right, NULL, 0)) {
		login_refuse(&q->api->login, request.who, &reply);
	} else if (has_camera &&
		   (ask.camera == GRAPH_NO_CAMERA ||
			   !users_authorise(&q->api->users, request.who, route->right, name, 0))) {
		reply_text(&reply, 404, REPLY_NO_CAMERA);
	} else if (request.body_len > route->body_max) {
		reply_text(&reply, 413, route->body_max ? "the body is too long\n" : "this takes no body\n");
	} else {
		own_answer(q->own, &ask);
		request_unref(q->request);
		free(q);
		return;
	}
	end(q, &reply);
}

/* ---- a request ---- */

static void on_identified(void *arg, const struct cam_who *who, struct cam_reply *refusal)
{
	struct caller *q = arg;
	bool is_open = q->right == CAM_OPEN;
	struct cam_reply reply;

	if (!who && is_open) {
		handling_drop_reply(refusal);
		who = login_nobody(&q->request->asked);
		refusal = &reply;
		reply_text(&reply, 503, "out of memory\n");
	}
	if (!who) {
		end(q, refusal);
		return;
	}
	q->request->asked.who = who;
	if (q->own != NOT_OWN) {
		answer_own(q);
		return;
	}
	walk_begin(q->api, q->request, q->done, q->arg);
	request_unref(q->request);
	free(q);
}

/* Nobody needs to log in for what is open to all, and a wrong login does not hurt there; a right one may see more of it. */
static void identify(struct caller *q)
{
	const struct cam_request *r = &q->request->asked;
	const struct cam_who *who = r->who;
	struct cam_reply none;

	q->right = q->own != NOT_OWN ? own_route(q->own)->right : walk_right(q->api, r);
	reply_text(&none, 503, "");
	if (who)
		on_identified(q, who, NULL);
	else if (q->right == CAM_OPEN && !request_header(r, "authorization"))
		on_identified(q, NULL, &none);
	else
		api_identify(q->api, r, on_identified, q);
}

void api_request(
	struct api *a, const struct cam_request *r, void (*done)(void *, struct cam_reply *), void *arg)
{
	struct caller *q = calloc(1, sizeof(*q));
	struct cam_reply reply;

	if (q)
		*q = (struct caller){a, request_new(r), CAM_ADMIN, NOT_OWN, done, arg};
	if (q && q->request) {
		q->own = find_own(r);
		identify(q);
		return;
	}
	free(q);
	reply_text(&reply, 503, "out of memory\n");
	done(arg, &reply);
}
