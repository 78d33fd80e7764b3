/* SPDX-License-Identifier: MIT */
/** @file taker.h Who takes the pictures of one output of an engine (engine.h). */
#ifndef CAM_MEDIA_TAKER_H
#define CAM_MEDIA_TAKER_H
#include <cam/plugin.h>
#include <stdatomic.h>

/** A wish that an engine serves; struct outputs has it. */
struct engine_output;

/** How an output takes what is made for it. Called from engine_push(). */
struct engine_taker {
	/**
	 * Lends a picture or JPEG: seq, pts_ns, dts_ns, arrival_ns and wall_ns are those of the packet it came from;
	 * flags are CAM_KEY, and CAM_CORRUPT when it refers to a damaged one; caps stay one pointer while the size
	 * stays (JPEGs: codec CAM_MJPG). May call engine_add() and engine_remove(), not engine_push() or engine_free().
	 */
	void (*deliver)(void *arg, const struct cam_buf *buf);
	/**
	 * Memory for the next picture, `bytes` of it without padding, planes one after the other; the buffer that
	 * deliver() then lends points there, to as many planes as its format has. NULL result: no picture this time.
	 * NULL function: the engine's own buffers. Not used for JPEGs.
	 */
	uint8_t *(*into)(void *arg, size_t bytes);
	void *arg;
	/** See struct cam_plugin, refused(): each time that is another, with a static sentence. NULL: not told. */
	void (*told)(void *arg, int err, const char *why);
	/** [any] Set once the output is to be removed: it is left out from then on. NULL: never. */
	const atomic_bool *left;
	/** Whom it is for: a node, and one of those that the node serves. */
	const void *node;
	uint64_t owner;
	/** The operator has configured it: exactly as wished, ahead of others, and nothing older than the present. */
	bool first;
};
#endif
