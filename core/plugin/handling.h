/* SPDX-License-Identifier: MIT */
/**
 * @file handling.h
 * Requests that a node answers: in its place, at once, later (CAM_LATER), or in pieces. Whatever happens to the node, each
 * is answered once.
 */
#ifndef CAM_PLUGIN_HANDLING_H
#define CAM_PLUGIN_HANDLING_H
#include "core/plugin/node_world.h"
#include "core/plugin/request.h"

/** What of a request is one route's. */
struct handling_route {
	const struct cam_route *route;
	const char *tail, *camera; /**< see cam_request; copied */
};

/** [loop] Have a route of the node answered; done is called [loop]: see cam_host.request. Takes a reference to the request. */
void handling_begin(struct cam_node *, const struct handling_route *, struct request *,
	void (*done)(void *arg, struct cam_reply *), void *arg);
/** [any] See cam_host. */
void handling_answer(struct cam_node *, const struct cam_request *, const struct cam_reply *);
/** [any] See cam_host. */
void handling_ready(struct cam_node *, const struct cam_request *);
/** [loop] Nothing runs in the node's place, and it is about to be destroyed: what it has not answered, or not all of it, ends. */
void handling_end_all(struct cam_node *);
/** [loop] Throw a reply away: its file or stream is closed, its data released. */
void handling_drop_reply(struct cam_reply *);
#endif
