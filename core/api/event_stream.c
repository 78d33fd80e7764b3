/* SPDX-License-Identifier: MIT */
#include "core/api/event_stream.h"

#include "core/api/event_json.h"
#include "core/api/reply.h"
#include "core/plugin/request.h"
#include "core/plugin/stream.h"
#include "lib/clock.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Proxies and browsers take a line that is silent for a minute for a dead one. */
#define BEAT_NS (15 * CLOCK_SECOND)
/* How many are read from the journal at a time. */
enum { BATCH = 32 };

struct event_stream {
	struct event_stream *next, **at; /* of the API's */
	struct api *api;
	struct cam_stream *stream; /* its taker's */
	struct event_listener listener;
	struct event_filter filter; /* its `who` is a reference */
	struct timer beat;
	struct text text; /* what is to be sent */
	size_t sent; /* of it */
	uint64_t
		began; /* event_seq() of what was told last when it began: up to there it is about the past */
};

/* ---- what is sent ---- */

static void print(struct event_stream *s, const struct event *e)
{
	text_printf(&s->text, "id: %llu\nevent: %s\ndata: ", (unsigned long long)event_seq(e),
		event_is(e)->topic);
	event_json(e, &s->text);
	text_add(&s->text, "\n\n");
}

/* The next of the journal that are asked for. */
static void read_journal(struct event_stream *s)
{
	struct event *event[BATCH];
	bool missed;
	size_t n;

	do {
		uint64_t last = events_last(s->api->events);

		n = events_read(s->api->events, s->filter.after, event, BATCH, &missed);
		if (missed && s->filter.after)
			text_add(&s->text,
				"event: missed\ndata: {\"why\":\"events that were not read in time have been "
				"forgotten\"}\n\n");
		for (size_t i = 0; i < n; i++) {
			s->filter.after = event_seq(event[i]);
			s->filter.right = s->filter.after > s->began ? CAM_VIEW : CAM_PLAYBACK;
			if (event_filter_passes(&s->filter, &s->api->users, event[i]))
				print(s, event[i]);
			event_unref(event[i]);
		}
		if (missed && !n) /* ahead of what there is */
			s->filter.after = last;
	} while (n == BATCH && !s->text.len);
}

static int64_t next_piece(void *arg, void *to, size_t room)
{
	struct event_stream *s = arg;
	size_t n;

	if (s->sent == s->text.len) {
		text_free(&s->text);
		s->sent = 0;
		if (!users_authorise(&s->api->users, s->filter.who, CAM_VIEW, NULL, 0))
			return 0; /* who has left */
		read_journal(s);
	}
	if (s->text.failed)
		return -ENOMEM;
	n = s->text.len - s->sent < room ? s->text.len - s->sent : room;
	if (!n)
		return CAM_AGAIN;
	memcpy(to, s->text.data + s->sent, n);
	s->sent += n;
	return (int64_t)n;
}

static void on_beat(struct timer *t)
{
	struct event_stream *s = container_of(t, struct event_stream, beat);

	if (s->sent == s->text.len) {
		text_free(&s->text);
		s->sent = 0;
		text_add(&s->text, ":\n\n");
	}
	stream_ready(s->stream);
	executor_post_at(t->on, t, clock_mono_ns() + BEAT_NS);
}

/* ---- its life ---- */

static void tell(void *arg, struct event *event, const struct cam_buf *picture)
{
	struct event_stream *s = arg;

	(void)event;
	(void)picture;
	stream_ready(s->stream);
}

static void end(void *arg)
{
	struct event_stream *s = arg;

	events_unlisten(s->api->events, &s->listener);
	*s->at = s->next;
	if (s->next)
		s->next->at = s->at;
	s->api->n_streams--;
	(void)executor_cancel(&s->api->graph->world->loop->executor, &s->beat);
	who_unref(s->filter.who);
	text_free(&s->text);
	free(s);
}

static void enter(struct event_stream *s, struct api *api)
{
	s->next = api->streams;
	s->at = &api->streams;
	if (s->next)
		s->next->at = &s->next;
	api->streams = s;
	api->n_streams++;
	s->listener.tell = tell;
	s->listener.arg = s;
	events_listen(api->events, &s->listener);
	s->beat.fn = on_beat;
	executor_post_at(&api->graph->world->loop->executor, &s->beat, clock_mono_ns() + BEAT_NS);
}

/* From where a client goes on that was cut off; a new one begins with the present. */
static void set_start(struct event_stream *s, const struct cam_request *r)
{
	const char *last = request_header(r, "last-event-id");
	char *rest;
	unsigned long long after = last ? strtoull(last, &rest, 10) : 0;

	if (last && *last && !*rest)
		s->filter.after = after;
	else if (!s->filter.after && !s->filter.since_ns)
		s->filter.after = events_last(s->api->events);
}

/* @return NULL, without memory or with too many of them */
static struct event_stream *stream_of(const struct api_ask *ask, const struct event_filter *filter)
{
	struct loop *loop = ask->api->graph->world->loop;
	struct event_stream *s = ask->api->n_streams < EVENT_STREAMS ? calloc(1, sizeof(*s)) : NULL;
	const struct stream_maker maker = {next_piece, end, s};

	if (!s)
		return NULL;
	s->api = ask->api;
	s->filter = *filter;
	s->stream = stream_new(loop, &loop->executor, &maker);
	if (!s->stream) {
		free(s);
		return NULL;
	}
	who_ref(s->filter.who);
	set_start(s, ask->request);
	s->began = events_last(ask->api->events);
	text_add(&s->text, "retry: 1000\n\n");
	enter(s, ask->api);
	return s;
}

void event_stream_begin(const struct api_ask *ask)
{
	struct event_filter filter;
	struct cam_reply reply;
	bool is_right = event_filter_read(&filter, ask, CAM_VIEW, &reply);
	struct event_stream *s = is_right ? stream_of(ask, &filter) : NULL;

	if (is_right && !s) {
		reply_text(&reply, 503, "too many programs listen to events already\n");
	} else if (is_right) {
		reply_text(&reply, 200, "");
		snprintf(reply.type, sizeof(reply.type), "text/event-stream");
		reply.stream = s->stream;
	}
	ask->done(ask->arg, &reply);
}

void event_stream_look_all(struct api *api)
{
	for (struct event_stream *s = api->streams; s; s = s->next)
		stream_ready(s->stream);
}

void event_stream_end_all(struct api *api)
{
	while (api->streams) {
		struct cam_stream *stream = stream_ref(api->streams->stream);

		stream_break(stream);
		stream_unref(stream);
	}
}
