/* SPDX-License-Identifier: MIT */
#include "conn.h"

#include "viewer.h"
#include "ws.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A body that is thrown away while the connection ends; more is no slip of a client. */
#define WASTE_MAX 65536u
/* Connections above the cap that may linger. */
#define LINGERING_MAX 64u
/* Bytes of an answer that are written at a time. */
#define PIECE 131072u
/* How long the peer may take to close after the answer. */
#define LINGER_NS (2 * CAM_SECOND)

static const char *reason(int status)
{
	static const struct {
		int status;
		const char *text;
	} known[] = {{200, "OK"}, {206, "Partial Content"}, {304, "Not Modified"}, {400, "Bad Request"},
		{403, "Forbidden"}, {404, "Not Found"}, {405, "Method Not Allowed"}, {408, "Request Timeout"},
		{409, "Conflict"}, {413, "Content Too Large"}, {414, "URI Too Long"},
		{416, "Range Not Satisfiable"}, {426, "Upgrade Required"},
		{431, "Request Header Fields Too Large"}, {500, "Internal Server Error"},
		{503, "Service Unavailable"}, {505, "HTTP Version Not Supported"}};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (known[i].status == status)
			return known[i].text;
	return "Unknown";
}

void reply_drop(struct server *s, struct cam_reply *reply)
{
	s->host->close_file(s->node, reply->file);
	if (reply->release)
		reply->release(reply);
	*reply = (struct cam_reply){.fd = -1};
}

static void on_closed(uv_handle_t *handle)
{
	struct conn *c = handle->data;
	struct server *s = c->s;

	reply_drop(s, &c->reply);
	s->host->buf_unref(c->picture);
	server_count(s, -1);
	free(c);
	server_released(s);
}

void conn_close(struct conn *c)
{
	if (c->state == CONN_CLOSING)
		return;
	c->state = CONN_CLOSING;
	list_remove(&c->link);
	feed_free(c->feed);
	send_file_stop(c->file);
	ask_forget(c->ask);
	c->feed = NULL;
	c->file = NULL;
	c->ask = NULL;
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

size_t conn_head(struct conn *c, const struct answer *a)
{
	char length[48] = "";
	int n;

	if (a->len >= 0)
		snprintf(length, sizeof(length), "Content-Length: %lld\r\n", (long long)a->len);
	n = snprintf(c->out, sizeof(c->out),
		"HTTP/1.1 %d %s\r\n"
		"Content-Type: %s\r\n"
		"%s"
		"%s"
		"X-Content-Type-Options: nosniff\r\n"
		"Referrer-Policy: no-referrer\r\n"
		"Connection: close\r\n\r\n",
		a->status, reason(a->status), a->type, length,
		a->extra ? a->extra : "Cache-Control: no-store\r\n");
	return n < 0 || (size_t)n >= sizeof(c->out) ? 0 : (size_t)n;
}

static void on_written(uv_write_t *req, int status);

/* Send the head, if there is one, and a piece of the body: a long one holds the loop up for no longer than that. */
static void write_piece(struct conn *c, size_t head_len)
{
	size_t piece = c->body_len < PIECE ? c->body_len : PIECE;
	uv_buf_t bufs[2] = {uv_buf_init(c->out, (unsigned)head_len),
		uv_buf_init((char *)(uintptr_t)c->body, (unsigned)piece)};
	unsigned first = !head_len;

	c->body += piece;
	c->body_len -= piece;
	c->write.data = c;
	c->deadline_ns = clock_mono_ns() + PATIENCE_NS;
	if (uv_write(&c->write, (uv_stream_t *)&c->tcp, bufs + first, (piece ? 2 : 1) - first, on_written))
		conn_close(c);
}

static void on_written(uv_write_t *req, int status)
{
	struct conn *c = req->data;

	if (status < 0)
		conn_close(c);
	else if (c->body_len)
		write_piece(c, 0);
	else
		conn_end(c);
}

void conn_answer(struct conn *c, const struct answer *a, const void *body)
{
	size_t n = conn_head(c, a);

	c->body = body;
	c->body_len = c->is_head || a->len < 0 ? 0 : (size_t)a->len;
	if (!n || a->len < 0)
		conn_close(c);
	else
		write_piece(c, n);
}

void conn_refuse(struct conn *c, int status, const char *why)
{
	const char *extra =
		status == 405 ? "Cache-Control: no-store\r\nAllow: GET, HEAD\r\n"
		: status == 426
			? "Cache-Control: no-store\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
			: NULL;
	struct text text = {0};

	c->state = CONN_BUSY;
	server_stat(c->s, STAT_REFUSED, 1);
	text_add(&text, "{\"error\": ");
	text_json(&text, why);
	text_add(&text, "}\n");
	if (text.failed || text.len >= sizeof(c->in)) {
		conn_close(c);
	} else {
		/* The request has been read: its room holds the answer's body. */
		memmove(c->in, text.data, text.len);
		conn_answer(c, &(struct answer){status, "application/json", (int64_t)text.len, extra}, c->in);
	}
	text_free(&text);
}

void conn_reply(struct conn *c, struct cam_reply *reply)
{
	c->reply = *reply;
	c->reply.type[sizeof(c->reply.type) - 1] = '\0';
	c->reply.type[strcspn(c->reply.type, "\r\n")] = '\0';
	if (c->reply.file)
		send_file_start(c);
	else
		conn_answer(c, &(struct answer){c->reply.status, c->reply.type, (int64_t)c->reply.len, NULL},
			c->reply.data);
}

/* Hand the socket over to libwebsockets; this connection ends without the peer noticing. */
static void become_websocket(struct conn *c, size_t head_len)
{
	uv_os_fd_t fd;

	if (c->in_len != head_len) {
		conn_refuse(c, 400, "Nothing may follow before the upgrade is answered.");
		return;
	}
	if (uv_fileno((uv_handle_t *)&c->tcp, &fd) || ws_adopt(c->s->ws, fd, c->head.ws_key, head_len))
		conn_refuse(c, 503, "There is no memory for another viewer.");
	else
		conn_close(c);
}

static void on_head(struct conn *c, size_t head_len)
{
	struct http_refusal *no = &c->refusal;

	c->state = CONN_BUSY;
	c->deadline_ns = INT64_MAX;
	if (!http_head_parse(c->in, head_len, &c->head, no)) {
		conn_refuse(c, no->status, no->why);
		return;
	}
	c->is_head = !strcmp(c->head.method, "HEAD");
	if (!http_head_allowed(&c->head, c->s->conf->hosts, no) ||
		(c->head.upgrade && !http_head_websocket(&c->head, no)))
		conn_refuse(c, no->status, no->why);
	else if (c->head.upgrade && strcmp(c->head.path, "/ws"))
		conn_refuse(c, 404, "The WebSocket is at /ws.");
	else if (c->head.upgrade)
		become_websocket(c, head_len);
	else
		route(c);
}

static void give_room(uv_handle_t *handle, size_t suggested, uv_buf_t *ret)
{
	struct conn *c = handle->data;

	(void)suggested;
	if (c->state == CONN_READING)
		*ret = uv_buf_init(c->in + c->in_len, (unsigned)(HTTP_HEAD_MAX - c->in_len));
	else
		*ret = uv_buf_init(c->waste, sizeof(c->waste));
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
	struct conn *c = stream->data;
	size_t len;

	(void)buf;
	if (n < 0) {
		conn_close(c);
		return;
	}
	c->in_len += (size_t)n;
	if (c->state != CONN_READING) {
		if (c->in_len > WASTE_MAX)
			conn_close(c);
		return;
	}
	len = http_head_length(c->in, c->in_len);
	if (len)
		on_head(c, len);
	else if (c->in_len == HTTP_HEAD_MAX)
		conn_refuse(c, 431, "The request's head is longer than 8 KiB.");
}

/* The cap answers at once. A few may linger, so that the answer is not lost to a reset. */
static void turn_away(struct conn *c)
{
	static const char text[] =
		"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nContent-Length: 0\r\n"
		"Connection: close\r\n\r\n";
	uv_buf_t buf = uv_buf_init((char *)(uintptr_t)text, sizeof(text) - 1);

	server_stat(c->s, STAT_REFUSED, 1);
	uv_try_write((uv_stream_t *)&c->tcp, &buf, 1);
	if (c->s->n_conns > c->s->max_conns + LINGERING_MAX)
		conn_close(c);
	else
		conn_end(c);
}

void conn_accept(struct server *s)
{
	struct conn *c = malloc(sizeof(*c));

	if (!c) {
		s->host->fail(
			s->node, s->host->error(s->node, UV_ENOMEM, NULL, "no memory for a connection"));
		return;
	}
	memset(c, 0, offsetof(struct conn, out));
	c->s = s;
	c->reply.fd = -1;
	uv_tcp_init(s->loop, &c->tcp);
	c->tcp.data = c;
	s->pending++;
	list_add(&s->conns, &c->link);
	server_count(s, 1);
	c->deadline_ns = clock_mono_ns() + PATIENCE_NS;
	if (uv_accept((uv_stream_t *)&s->listener, (uv_stream_t *)&c->tcp) || uv_tcp_nodelay(&c->tcp, 1) ||
		uv_read_start((uv_stream_t *)&c->tcp, give_room, on_read))
		conn_close(c);
	else if (s->n_conns > s->max_conns)
		turn_away(c);
}

static void on_deadline(struct conn *c)
{
	if (c->state == CONN_READING) {
		conn_refuse(c, 408, "The request took longer than ten seconds.");
		return;
	}
	if (c->feed && c->state == CONN_BUSY) {
		feed_late(c);
		return;
	}
	if (c->ask && c->state == CONN_BUSY) {
		ask_forget(c->ask);
		c->ask = NULL;
		conn_refuse(c, 503, "There was no answer within 30 seconds: the disk may hang.");
		return;
	}
	conn_close(c);
}

void conns_check(struct server *s, int64_t now)
{
	for (struct list *l = s->conns.next, *next; l != &s->conns; l = next) {
		struct conn *c = list_entry(l, struct conn, link);

		next = l->next;
		if (now >= c->deadline_ns)
			on_deadline(c);
	}
}

void conns_close(struct server *s)
{
	while (s->conns.next != &s->conns)
		conn_close(list_entry(s->conns.next, struct conn, link));
}
