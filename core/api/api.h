/* SPDX-License-Identifier: MIT */
/**
 * @file api.h
 * Answers requests, whatever transport they came by: finds out who asks, whether they may, and who answers: the core
 * itself, or nodes. What no route declares is not there, and what a route takes is asked for in one place. [loop]
 */
#ifndef CAM_API_API_H
#define CAM_API_API_H
#include "core/api/ask.h"

/** @param graph, events outlive it @return 0 or -errno */
int api_init(
	struct api *, const struct graph *graph, struct events *events, struct log *log, int64_t started_ns);
/** A configuration comes into force: its users, what everybody may do, and what goes on of cameras that it has not ends. */
void api_set_config(struct api *, struct config *);
/** The graph is still there; no request comes any more. */
void api_close(struct api *);
/** The pools have ended. */
void api_destroy(struct api *);

/** See cam_host. */
void api_request(
	struct api *, const struct cam_request *, void (*done)(void *, struct cam_reply *), void *arg);
void api_identify(struct api *, const struct cam_request *,
	void (*done)(void *arg, const struct cam_who *, struct cam_reply *), void *arg);
#endif
