/* SPDX-License-Identifier: MIT */
/** @file api_world.h The API before a graph_world: requests, and what is answered. */
#ifndef CAM_TESTS_API_WORLD_H
#define CAM_TESTS_API_WORLD_H
#include "core/api/api.h"
#include "core/bus/events.h"
#include "tests/unit/graph_world.h"

struct api_world {
	struct graph_world graph;
	struct events events;
	struct api api;
	struct cam_header headers[4]; /**< of the next request; it has none after that */
	const char *peer; /**< of all requests */
	unsigned answers;
	struct cam_reply reply; /**< the last one, until the next request */
	char text[262144]; /**< its body */
	char piece[8192]; /**< the last of a stream */
	int64_t piece_len;
	bool has_piece;
};

/** With this configuration in force. */
void api_world_set_up(struct api_world *, const char *yaml);
/** Another one. */
void api_world_load(struct api_world *, const char *yaml);
void api_world_tear_down(struct api_world *);
/** @param body NULL: none @return the status; the answer's text is in `text` */
int api_ask(struct api_world *, const char *method, const char *path, const char *query, const char *body);
/** GET. */
int api_get(struct api_world *, const char *path);
/** @return the value of a header of the last answer, "" without it */
const char *api_header(const struct api_world *, const char *name);
/** The next piece of the last answer's stream, "" at its end. */
const char *api_piece(struct api_world *);
/** Ends the last answer's stream. */
void api_end_stream(struct api_world *);
#endif
