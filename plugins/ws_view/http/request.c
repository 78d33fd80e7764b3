/* SPDX-License-Identifier: MIT */
#include "plugins/ws_view/http/request.h"

#include "lib/clock.h"
#include "plugins/ws_view/http/answer.h"

#include <netdb.h>
#include <string.h>

/* A body that is thrown away while the connection ends; more is no slip of a client. */
#define WASTE_MAX 65536u
/* A megabyte in so long: whoever is slower keeps its room for too long. */
#define BODY_NS (3 * PATIENCE_NS)
/* Connections above the cap that may linger. */
#define LINGERING_MAX 64u

/* The body is there, or there is none. */
static void on_whole(struct conn *c)
{
	c->state = CONN_BUSY;
	c->deadline_ns = INT64_MAX;
	c->http->on_request(c->http, c);
}

/* Some of it may have come with the head. What follows it is nobody's. */
static void begin_body(struct conn *c)
{
	static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";
	uv_buf_t buf = uv_buf_init((char *)(uintptr_t)go_on, sizeof(go_on) - 1);
	size_t n = c->in_len - c->head_len;

	if (!conn_take_body(c)) {
		answer_refuse(c, 503, "Too much is sent here at once; try again in a second.");
		return;
	}
	c->sent_len = n < c->head.body_len ? n : c->head.body_len;
	memcpy(c->sent, c->in + c->head_len, c->sent_len);
	if (c->sent_len == c->head.body_len) {
		on_whole(c);
		return;
	}
	c->state = CONN_READING;
	c->deadline_ns = clock_mono_ns() + BODY_NS;
	if (c->head.expect && c->head.minor == 1)
		uv_try_write((uv_stream_t *)&c->tcp, &buf, 1);
}

static void on_head(struct conn *c)
{
	struct http_refusal no;

	c->state = CONN_BUSY;
	if (!http_head_parse(c->in, c->head_len, &c->head, &no)) {
		answer_refuse(c, no.status, no.why);
		return;
	}
	c->is_head = !strcmp(c->head.method, "HEAD");
	if (!http_head_allowed(&c->head, c->web->conf->hosts, &no))
		answer_refuse(c, no.status, no.why);
	else if (c->head.body_len)
		begin_body(c);
	else
		on_whole(c);
}

static void give_room(uv_handle_t *handle, size_t suggested, uv_buf_t *ret)
{
	struct conn *c = handle->data;

	(void)suggested;
	if (c->state == CONN_READING && c->sent)
		*ret = uv_buf_init(c->sent + c->sent_len, (unsigned)(c->head.body_len - c->sent_len));
	else if (c->state == CONN_READING)
		*ret = uv_buf_init(c->in + c->in_len, (unsigned)(HTTP_HEAD_MAX - c->in_len));
	else
		*ret = uv_buf_init(c->waste, sizeof(c->waste));
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
	struct conn *c = stream->data;

	(void)buf;
	if (n < 0) {
		conn_close(c);
		return;
	}
	if (c->state == CONN_READING && c->sent) {
		c->sent_len += (size_t)n;
		if (c->sent_len == c->head.body_len)
			on_whole(c);
		return;
	}
	c->in_len += (size_t)n;
	if (c->state != CONN_READING) {
		if (c->in_len > WASTE_MAX)
			conn_close(c);
		return;
	}
	c->head_len = http_head_length(c->in, c->in_len);
	if (c->head_len)
		on_head(c);
	else if (c->in_len == HTTP_HEAD_MAX)
		answer_refuse(c, 431, "The request's head is longer than 8 KiB.");
}

/* The cap answers at once. A few may linger, so that the answer is not lost to a reset. */
static void turn_away(struct conn *c)
{
	static const char text[] =
		"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nContent-Length: 0\r\n"
		"Connection: close\r\n\r\n";
	uv_buf_t buf = uv_buf_init((char *)(uintptr_t)text, sizeof(text) - 1);

	web_stat(c->web, STAT_REFUSED, 1);
	uv_try_write((uv_stream_t *)&c->tcp, &buf, 1);
	if (c->web->n_conns > c->http->max_conns + LINGERING_MAX)
		conn_close(c);
	else
		conn_end(c);
}

/* An IPv4 address that comes in over IPv6 is told as the former. */
static void note_peer(struct conn *c)
{
	struct sockaddr_storage addr;
	int len = sizeof(addr);
	const char mapped[] = "::ffff:";
	size_t n = sizeof(mapped) - 1;

	if (uv_tcp_getpeername(&c->tcp, (struct sockaddr *)&addr, &len) ||
		getnameinfo((struct sockaddr *)&addr, (socklen_t)len, c->peer, sizeof(c->peer), NULL, 0,
			NI_NUMERICHOST))
		c->peer[0] = '\0';
	if (!strncmp(c->peer, mapped, n) && strchr(c->peer, '.'))
		memmove(c->peer, c->peer + n, strlen(c->peer + n) + 1);
}

void request_accept(struct http *http)
{
	struct web *w = http->web;
	struct conn *c = conn_new(http);

	if (!c) {
		w->host->fail(
			w->node, w->host->error(w->node, UV_ENOMEM, NULL, "no memory for a connection"));
		return;
	}
	if (uv_accept((uv_stream_t *)&http->listener, (uv_stream_t *)&c->tcp) || uv_tcp_nodelay(&c->tcp, 1) ||
		uv_read_start((uv_stream_t *)&c->tcp, give_room, on_read))
		conn_close(c);
	else if (w->n_conns > http->max_conns)
		turn_away(c);
	else
		note_peer(c);
}

static void on_deadline(struct conn *c)
{
	if (c->state == CONN_READING)
		answer_refuse(c, 408,
			c->sent ? "The body took longer than thirty seconds."
				: "The request took longer than ten seconds.");
	else if (c->state == CONN_BUSY && c->job && c->job->ops->late)
		c->job->ops->late(c->job);
	else
		conn_close(c);
}

void request_check_all(struct http *http, int64_t now)
{
	for (struct chain *l = http->conns.next, *next; l != &http->conns; l = next) {
		struct conn *c = chain_entry(l, struct conn, link);

		next = l->next;
		if (now >= c->deadline_ns)
			on_deadline(c);
	}
}
