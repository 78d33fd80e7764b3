/* SPDX-License-Identifier: MIT */
#include "plugins/ws_view/http/answer.h"

#include "lib/clock.h"
#include "lib/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Bytes of an answer that are written at a time. */
#define PIECE 131072u

static const char *reason(int status)
{
	static const struct {
		int status;
		const char *text;
	} known[] = {{200, "OK"}, {201, "Created"}, {202, "Accepted"}, {204, "No Content"},
		{206, "Partial Content"}, {304, "Not Modified"}, {400, "Bad Request"}, {401, "Unauthorized"},
		{403, "Forbidden"}, {404, "Not Found"}, {405, "Method Not Allowed"}, {408, "Request Timeout"},
		{409, "Conflict"}, {411, "Length Required"}, {413, "Content Too Large"},
		{414, "URI Too Long"}, {415, "Unsupported Media Type"}, {416, "Range Not Satisfiable"},
		{417, "Expectation Failed"}, {422, "Unprocessable Content"}, {426, "Upgrade Required"},
		{429, "Too Many Requests"}, {431, "Request Header Fields Too Large"},
		{500, "Internal Server Error"}, {501, "Not Implemented"}, {503, "Service Unavailable"},
		{505, "HTTP Version Not Supported"}};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (known[i].status == status)
			return known[i].text;
	return "Unknown";
}

/* @return whether the list has a header of this name; NULL is allowed */
static bool has_header(const struct cam_header *h, const char *name)
{
	for (; h && h->name; h++)
		if (!strcmp(h->name, name))
			return true;
	return false;
}

/* Those that make up the message are ours, and a value with a line end in it would be a header too many. */
static bool is_told(const struct cam_header *h)
{
	static const char *const ours[] = {"content-length", "content-type", "transfer-encoding",
		"connection", "x-content-type-options"};

	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
		if (!strcmp(h->name, ours[i]))
			return false;
	return !strpbrk(h->value, "\r\n") &&
	       !h->name[strspn(h->name, "abcdefghijklmnopqrstuvwxyz0123456789-")];
}

/* Add to a text of `room` bytes, of which n are used. @return how many are then; room: it does not fit */
__attribute__((format(printf, 4, 5))) static size_t add(char *to, size_t n, size_t room, const char *fmt, ...)
{
	va_list ap;
	int more;

	va_start(ap, fmt);
	more = n < room ? vsnprintf(to + n, room - n, fmt, ap) : -1;
	va_end(ap);
	return more < 0 || (size_t)more >= room - n ? room : n + (size_t)more;
}

size_t answer_head(struct conn *c, const struct answer *a)
{
	const size_t room = sizeof(c->out);
	size_t n = add(c->out, 0, room, "HTTP/1.1 %d %s\r\nContent-Type: %s\r\n", a->status,
		reason(a->status), a->type);

	if (a->len >= 0)
		n = add(c->out, n, room, "Content-Length: %lld\r\n", (long long)a->len);
	else if (a->len == ANSWER_CHUNKED)
		n = add(c->out, n, room, "Transfer-Encoding: chunked\r\n");
	if (a->extra)
		n = add(c->out, n, room, "%s", a->extra);
	else if (!has_header(a->headers, "cache-control"))
		n = add(c->out, n, room, "Cache-Control: no-store\r\n");
	for (const struct cam_header *h = a->headers; h && h->name; h++)
		if (is_told(h))
			n = add(c->out, n, room, "%s: %s\r\n", h->name, h->value);
	n = add(c->out, n, room,
		"X-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\nConnection: "
		"close\r\n\r\n");
	return n < room ? n : 0;
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

void answer_send(struct conn *c, const struct answer *a, const void *body)
{
	size_t n = answer_head(c, a);

	c->body = body;
	c->body_len = c->is_head || a->len < 0 ? 0 : (size_t)a->len;
	if (!n || a->len < 0)
		conn_close(c);
	else
		write_piece(c, n);
}

void answer_reply(struct conn *c)
{
	const struct cam_reply *r = &c->reply;

	answer_send(c, &(struct answer){r->status, r->type, (int64_t)r->len, .headers = r->headers}, r->data);
}

void answer_refuse(struct conn *c, int status, const char *why)
{
	const char *extra =
		status == 405 ? "Cache-Control: no-store\r\nAllow: GET, HEAD\r\n"
		: status == 426
			? "Cache-Control: no-store\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
			: NULL;
	struct text text = {0};

	c->state = CONN_BUSY;
	web_stat(c->web, STAT_REFUSED, 1);
	text_add(&text, "{\"error\": ");
	text_json(&text, why);
	text_add(&text, "}\n");
	if (text.failed || text.len >= sizeof(c->in)) {
		conn_close(c);
	} else {
		/* The request has been read: its room holds the answer's body. */
		memmove(c->in, text.data, text.len);
		answer_send(c, &(struct answer){status, "application/json", (int64_t)text.len, extra, NULL},
			c->in);
	}
	text_free(&text);
}
