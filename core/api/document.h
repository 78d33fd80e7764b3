/* SPDX-License-Identifier: MIT */
/**
 * @file document.h
 * A long answer about the whole graph: made in slices of half a millisecond, one a turn of the loop, and shared by all who
 * ask while it is made or within a second of its beginning. [loop]
 */
#ifndef CAM_API_DOCUMENT_H
#define CAM_API_DOCUMENT_H
#include "core/graph/graph.h"

struct document_body;
struct document_job;

/** How a document is made. */
struct document_maker {
	const char *type; /**< Content-Type */
	size_t state_bytes; /**< of what add() remembers between two calls; zero at first, and whenever it begins anew */
	/** Add a bit, a row or two. The graph's lists are those of the first call. @return false: it is whole */
	bool (*add)(void *arg, void *state, struct text *out);
	void (*end)(void *state); /**< free what is in the state */
};

struct document {
	const struct document_maker *maker;
	const struct graph *graph;
	void *arg; /**< of add() */
	struct document_body *last; /**< a reference; NULL: none is worth sharing */
	struct document_job *job; /**< makes the next one; NULL: nobody waits */
	struct timer forget;
};

/** All borrowed. */
void document_init(struct document *, const struct document_maker *, const struct graph *, void *arg);
/** Answer with it; done is called once, maybe before this returns: see cam_host.request. */
void document_ask(struct document *, void (*done)(void *arg, struct cam_reply *), void *arg);
/** Whoever still waits is told that the server ends. */
void document_close(struct document *);
#endif
