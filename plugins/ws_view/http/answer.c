/* SPDX-License-Identifier: MIT */
#include "plugins/ws_view/http/answer.h"

#include "lib/clock.h"
#include "lib/text.h"

#include <stdio.h>
#include <string.h>

/* Bytes of an answer that are written at a time. */
#define PIECE 131072u

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

size_t answer_head(struct conn *c, const struct answer *a)
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
		answer_send(c, &(struct answer){status, "application/json", (int64_t)text.len, extra}, c->in);
	}
	text_free(&text);
}
