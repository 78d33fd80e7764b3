/* SPDX-License-Identifier: MIT */
/**
 * @file stream.h
 * An answer in pieces: whoever sends it pulls, so one piece is in memory at a time, and a reader that is slow slows only
 * itself. Made in the place of its maker, taken on the loop.
 */
#ifndef CAM_PLUGIN_STREAM_H
#define CAM_PLUGIN_STREAM_H
#include <cam/plugin.h>

#include "core/plugin/loop.h"

struct stream_maker {
	/** In the maker's place: see cam_reply.more. */
	int64_t (*more)(void *arg, void *to, size_t room);
	/** Once, and the last call: in the maker's place, or [loop] by stream_break(). No call of this stream from inside. */
	void (*end)(void *arg);
	void *arg;
};

/** [loop] @param on the maker's place, of which a reference is taken @return NULL without memory: end() is not called */
struct cam_stream *stream_new(struct loop *, struct executor *on, const struct stream_maker *);
/** [loop] See cam_host.read_stream. */
void stream_read(struct cam_stream *, void (*done)(void *arg, const void *data, int64_t n), void *arg);
/** [loop] See cam_host.close_stream. NULL is allowed. */
void stream_close(struct cam_stream *);
/**
 * [loop] Its maker has ended, and nothing but the stream's own runs in its place: when this returns end() has been called,
 * and readers get -EPIPE. The caller holds a reference.
 */
void stream_break(struct cam_stream *);
/** [any] more() is worth another call. The caller holds a reference, or what end() has not freed. */
void stream_ready(struct cam_stream *);
struct cam_stream *stream_ref(struct cam_stream *);
void stream_unref(struct cam_stream *);
#endif
