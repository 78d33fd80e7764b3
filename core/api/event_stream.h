/* SPDX-License-Identifier: MIT */
/**
 * @file event_stream.h
 * GET /api/v1/events/stream: events as they happen, as server-sent events. A stream is a cursor on the journal, so one that
 * is read slowly holds no memory; it is told when what it had not read yet has been forgotten. [loop]
 */
#ifndef CAM_API_EVENT_STREAM_H
#define CAM_API_EVENT_STREAM_H
#include "core/api/ask.h"
#include "core/api/event_filter.h"

/** Streams at a time. */
enum { EVENT_STREAMS = 64 };

/** See api_ask.done. */
void event_stream_begin(const struct api_ask *);
/** Rights may be others now: each looks whether it may go on. */
void event_stream_look_all(struct api *);
/** All streams end. */
void event_stream_end_all(struct api *);
#endif
