/* SPDX-License-Identifier: MIT */
/**
 * @file walk.h
 * Requests that nodes answer: they are asked in the order of the configuration until one answers with another status than
 * 404. Of a request that names a camera, only nodes that may see it are asked; of one that does not, only those of cameras
 * that who asks may see. [loop]
 */
#ifndef CAM_API_WALK_H
#define CAM_API_WALK_H
#include "core/api/ask.h"
#include "core/plugin/request.h"

/** Ask; done is called once, maybe before this returns. Takes a reference to the request, whose `who` is set. */
void walk_begin(struct api *, struct request *, void (*done)(void *arg, struct cam_reply *), void *arg);
/** @return the least right of the routes for a request, CAM_ADMIN if there is none */
uint32_t walk_right(const struct api *, const struct cam_request *);
/** Whether a route is for this path and method; HEAD is GET's. */
bool walk_is_route(const struct cam_route *, const struct cam_request *);
#endif
