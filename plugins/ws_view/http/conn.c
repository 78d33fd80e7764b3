/* SPDX-License-Identifier: MIT */
#include "plugins/ws_view/http/conn.h"

#include "lib/clock.h"

#include <stdlib.h>
#include <string.h>

/* How long the peer may take to close after the answer. */
#define LINGER_NS (2 * CAM_SECOND)

/* Bytes of all bodies at a time. */
#define BODIES_MAX ((size_t)16 << 20)

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

struct cam_request conn_request(const struct conn *c)
{
	return (struct cam_request){.size = sizeof(struct cam_request),
		.method = c->head.method,
		.path = c->head.path,
		.query = c->head.query,
		.tail = "",
		.body = c->sent,
		.body_len = c->sent_len,
		.headers = c->head.headers,
		.peer = c->peer,
		.who = c->who};
}

bool conn_take_body(struct conn *c)
{
	if (c->http->body_bytes + c->head.body_len > BODIES_MAX)
		return false;
	c->sent = malloc(c->head.body_len);
	if (c->sent)
		c->http->body_bytes += c->head.body_len;
	return c->sent;
}

void conn_drop_body(struct conn *c)
{
	if (c->sent)
		c->http->body_bytes -= c->head.body_len;
	free(c->sent);
	c->sent = NULL;
	c->sent_len = 0;
}

void conn_drop_reply(const struct cam_host *host, struct cam_node *node, struct cam_reply *reply)
{
	if (reply->stream) {
		host->close_stream(node, reply->stream); /* releases it */
		return;
	}
	host->close_file(node, reply->file);
	if (reply->release)
		reply->release(reply);
}

static void on_closed(uv_handle_t *handle)
{
	struct conn *c = handle->data;
	struct web *w = c->web;

	conn_drop_reply(w->host, w->node, &c->reply);
	conn_drop_body(c);
	w->host->buf_unref(c->picture);
	w->host->who_unref(c->who);
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
