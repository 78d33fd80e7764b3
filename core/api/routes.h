/* SPDX-License-Identifier: MIT */
/**
 * @file routes.h
 * Answers requests, whatever transport they came by: the core's own routes first, then those of nodes in the order of
 * the configuration, until one answers with another status than 404. Of a request that names a camera, only nodes that may
 * see it are asked. [loop]
 */
#ifndef CAM_API_ROUTES_H
#define CAM_API_ROUTES_H
#include "core/api/document.h"

struct routes {
	const struct graph *graph;
	int64_t started_ns; /**< CLOCK_MONOTONIC */
	bool ready; /**< all nodes have had their first start */
	struct document metrics, list; /**< /metrics, /api/v1/cameras */
};

/** @param graph outlives it */
void routes_init(struct routes *, const struct graph *graph, int64_t started_ns);
/** The graph is still there; no request comes any more. */
void routes_close(struct routes *);

/** See cam_host.request. */
void routes_request(
	struct routes *, const struct cam_request *, void (*done)(void *, struct cam_reply *), void *arg);
#endif
