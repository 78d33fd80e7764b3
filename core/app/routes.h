/* SPDX-License-Identifier: MIT */
/**
 * @file routes.h
 * Answers requests, whatever transport they came by: the core's own routes first, then those of nodes in the order of
 * the configuration, until one answers with another status than 404. [loop]
 */
#ifndef CAM_APP_ROUTES_H
#define CAM_APP_ROUTES_H
#include "core/app/graph.h"

struct routes {
	const struct graph *graph;
	int64_t started_ns; /**< CLOCK_MONOTONIC */
	bool ready; /**< all nodes have had their first start */
};

/** See cam_host.request. */
void routes_request(
	struct routes *, const struct cam_request *, void (*done)(void *, struct cam_reply *), void *arg);
#endif
