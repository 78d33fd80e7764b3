/* SPDX-License-Identifier: MIT */
/* The head of a request, who may ask, its query and its range. Input: what a client sends. */
#include "lib/query.h"
#include "plugins/ws_view/http/head.h"
#include "plugins/ws_view/http/range.h"
#include "plugins/ws_view/ws/handshake.h"
#include "tests/fuzz/fuzz.h"

static void read_query(const char *query)
{
	static const char *const names[] = {"camera", "w", "q", ""};
	char text[64];
	int64_t number;

	for (unsigned i = 0; i < 4; i++) {
		if (query_value(query, names[i], text, sizeof(text) >> i))
			HOLDS(strlen(text) < sizeof(text) >> i && query_has(query, names[i]));
		if (query_number(query, names[i], -5, 4000, &number) == 1)
			HOLDS(number >= 0 && number <= 4000);
	}
}

static void read_range(const char *range)
{
	static const int64_t sizes[] = {0, 1, 1000, INT64_MAX};
	int64_t from, len;

	for (unsigned i = 0; i < 4; i++)
		if (range_parse(range, sizes[i], &from, &len) == 1)
			HOLDS(from >= 0 && len > 0 && from <= sizes[i] - len);
}

static void look_at_headers(const struct http_head *head)
{
	HOLDS(head->n_headers <= HTTP_HEADERS_MAX && !head->headers[head->n_headers].name);
	HOLDS(head->body_len <= HTTP_BODY_MAX && (head->content_length || !head->body_len));
	for (size_t i = 0; i < head->n_headers; i++) {
		HOLDS(*head->headers[i].name && head->headers[i].value);
		for (const char *s = head->headers[i].name; *s; s++)
			HOLDS(*s > ' ' && *s < 0x7f && *s != ':' && (*s < 'A' || *s > 'Z'));
		for (const char *s = head->headers[i].value; *s; s++)
			HOLDS(((unsigned char)*s >= ' ' || *s == '\t') && *s != 0x7f);
	}
}

static void look(const struct http_head *head)
{
	struct http_refusal why = {0};

	HOLDS(*head->method && head->path[0] == '/' && strlen(head->path) <= HTTP_TARGET_MAX);
	HOLDS(!strstr(head->path, "//") && !strstr(head->path, "/../") && !strstr(head->path, "/./"));
	for (const char *s = head->path; *s; s++)
		HOLDS((unsigned char)*s >= 0x20 && *s != 0x7f && *s != '\\');
	HOLDS(head->query && strlen(head->query) <= HTTP_TARGET_MAX && (head->host || !head->minor));
	if (!http_head_allowed(head, "cams.example, other.example", &why))
		HOLDS(why.status >= 400 && why.why);
	if (head->upgrade && !handshake_check(head, &why))
		HOLDS(why.status >= 400 && why.why);
	if (head->connection)
		http_has_token(head->connection, "upgrade");
	look_at_headers(head);
	read_query(head->query);
	read_range(head->range);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct fuzz f = {data, len};
	struct http_head head;
	struct http_refusal why = {0};
	size_t n = http_head_length((const char *)data, len);
	char *text;

	HOLDS(n <= len);
	text = (char *)fuzz_take(&f, n, &n);
	if (n && n <= HTTP_HEAD_MAX) {
		if (http_head_parse(text, n, &head, &why))
			look(&head);
		else
			HOLDS(why.status >= 400 && why.why);
	}
	free(text);
	return 0;
}
