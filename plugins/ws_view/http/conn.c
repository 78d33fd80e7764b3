/* SPDX-License-Identifier: MIT */
#include "plugins/ws_view/http/conn.h"

#include "lib/clock.h"

#include <stdlib.h>
#include <string.h>

/* How long the peer may take to close after the answer. */
#define LINGER_NS (2 * CAM_SECOND)

struct conn *conn_new(struct http *http)
{
	struct conn *c = malloc(sizeof(*c));

	if (!c)
		return NULL;
	memset(c, 0, offsetof(struct conn, out));
	c->http = http;
	c->web = http->web;
	c->reply.fd = -1;
	c->deadline_ns = clock_mono_ns() + PATIENCE_NS;
	uv_tcp_init(c->web->loop, &c->tcp);
	c->tcp.data = c;
	c->web->pending++;
	chain_add(&http->conns, &c->link);
	web_count(c->web, 1);
	return c;
}

static void drop_reply(struct web *w, struct cam_reply *reply)
{
	w->host->close_file(w->node, reply->file);
	if (reply->release)
		reply->release(reply);
}

static void on_closed(uv_handle_t *handle)
{
	struct conn *c = handle->data;
	struct web *w = c->web;

	drop_reply(w, &c->reply);
	w->host->buf_unref(c->picture);
	web_count(w, -1);
	free(c);
	web_released(w);
}

void conn_close(struct conn *c)
{
	struct job *job = c->job;

	if (c->state == CONN_CLOSING)
		return;
	c->state = CONN_CLOSING;
	chain_remove(&c->link);
	c->job = NULL;
	if (job)
		job->ops->stop(job);
	uv_close((uv_handle_t *)&c->tcp, on_closed);
}

static void on_shutdown(uv_shutdown_t *req, int status)
{
	struct conn *c = req->data;

	if (status < 0)
		conn_close(c);
}

void conn_end(struct conn *c)
{
	if (c->state == CONN_CLOSING)
		return;
	c->state = CONN_ENDING;
	c->deadline_ns = clock_mono_ns() + LINGER_NS;
	c->shutdown.data = c;
	if (uv_shutdown(&c->shutdown, (uv_stream_t *)&c->tcp, on_shutdown))
		conn_close(c);
}

void conn_close_all(struct http *http)
{
	while (http->conns.next != &http->conns)
		conn_close(chain_entry(http->conns.next, struct conn, link));
}
