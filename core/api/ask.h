/* SPDX-License-Identifier: MIT */
/** @file ask.h What the files of this folder share: the API, and what it is asked. */
#ifndef CAM_API_ASK_H
#define CAM_API_ASK_H
#include "core/api/document.h"
#include "core/api/login.h"
#include "core/api/users.h"
#include "core/bus/events.h"

struct event_stream;

/** All of the API. [loop] */
struct api {
	const struct graph *graph;
	struct events *events;
	int64_t started_ns; /**< CLOCK_MONOTONIC */
	bool ready; /**< all nodes have had their first start */
	struct document metrics, list; /**< /metrics, /api/v1/cameras */
	struct users users;
	struct login login;
	struct event_stream *streams; /**< of who listens to events */
	size_t n_streams;
	double posts; /**< events that may be posted now, see event_post.c */
	int64_t posts_at_ns;
	unsigned long long posts_refused;
};

/** A request on its way to one of the core's own answers. Lent for the call, but for `done` and `arg`. */
struct api_ask {
	struct api *api;
	const struct cam_request *request; /**< with who and camera */
	size_t camera; /**< its place; GRAPH_NO_CAMERA where the route has none */
	void (*done)(void *arg, struct cam_reply *);
	void *arg;
};
#endif
