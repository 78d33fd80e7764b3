/* SPDX-License-Identifier: MIT */
#include "plugins/ws_view/http/stream.h"

#include "lib/clock.h"
#include "plugins/ws_view/http/answer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A write that is under way when the connection closes is over before this is freed. */
struct piece_stream {
	struct job job;
	struct conn *c; /* NULL: closed */
	struct web *web;
	struct cam_stream *stream; /* ours; NULL: its end has come */
	uv_write_t write;
	bool is_chunked, is_writing;
	char size[24]; /* a chunk's head */
};

static void stop(struct job *job)
{
	struct piece_stream *s = chain_entry(job, struct piece_stream, job);

	s->web->host->close_stream(s->web->node, s->stream);
	s->c = NULL;
	if (!s->is_writing)
		free(s);
}

static void read_next(struct piece_stream *s);

static void on_written(uv_write_t *req, int status)
{
	struct piece_stream *s = chain_entry(req, struct piece_stream, write);

	s->is_writing = false;
	if (!s->c)
		free(s);
	else if (status < 0)
		conn_close(s->c);
	else if (s->stream)
		read_next(s);
	else
		conn_end(s->c);
}

static void write_bufs(struct piece_stream *s, uv_buf_t *bufs, unsigned n)
{
	s->c->deadline_ns = clock_mono_ns() + PATIENCE_NS;
	s->is_writing = true;
	if (!uv_write(&s->write, (uv_stream_t *)&s->c->tcp, bufs, n, on_written))
		return;
	s->is_writing = false;
	conn_close(s->c);
}

/* What was lent goes on to the socket as it is: it stays until the next call. */
static void on_piece(void *arg, const void *data, int64_t n)
{
	struct piece_stream *s = arg;
	uv_buf_t bufs[3];

	if (n < 0) { /* without the last chunk: the peer sees that it was cut short */
		conn_close(s->c);
		return;
	}
	snprintf(s->size, sizeof(s->size), "%llx\r\n", (unsigned long long)n);
	bufs[0] = uv_buf_init(s->size, (unsigned)strlen(s->size));
	bufs[1] = uv_buf_init((char *)(uintptr_t)data, (unsigned)n);
	bufs[2] = uv_buf_init((char *)(uintptr_t) "\r\n", 2);
	if (!n) {
		s->web->host->close_stream(s->web->node, s->stream);
		s->stream = NULL;
	}
	if (s->is_chunked)
		write_bufs(s, bufs, 3);
	else if (n)
		write_bufs(s, bufs + 1, 1);
	else
		conn_end(s->c);
}

static void read_next(struct piece_stream *s)
{
	s->c->deadline_ns = INT64_MAX; /* there may be nothing for hours */
	s->web->host->read_stream(s->web->node, s->stream, on_piece, s);
}

void stream_send(struct conn *c)
{
	static const struct job_ops ops = {stop, NULL};
	bool is_events = !strcmp(c->reply.type, "text/event-stream");
	struct answer answer = {c->reply.status, c->reply.type, c->head.minor == 1 ? ANSWER_CHUNKED : -1,
		is_events ? "Cache-Control: no-store\r\nX-Accel-Buffering: no\r\n" : NULL, c->reply.headers};
	struct piece_stream *s = calloc(1, sizeof(*s));
	uv_buf_t head;

	if (!s) {
		answer_refuse(c, 503, "There is no memory for this answer.");
		return;
	}
	head = uv_buf_init(c->out, (unsigned)answer_head(c, &answer)); /* while the headers are there */
	*s = (struct piece_stream){.job = {&ops}, .c = c, .web = c->web, .stream = c->reply.stream};
	s->is_chunked = answer.len == ANSWER_CHUNKED;
	c->reply = (struct cam_reply){.fd = -1}; /* it is ours now */
	c->job = &s->job;
	if (c->is_head) {
		s->web->host->close_stream(s->web->node, s->stream);
		s->stream = NULL;
	}
	if (head.len)
		write_bufs(s, &head, 1);
	else
		conn_close(c);
}
