/* SPDX-License-Identifier: MIT */
#include "core/plugin/request.h"

#include "core/plugin/who.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

struct copy {
	struct request request;
	atomic_uint refs;
	struct cam_header headers[REQUEST_MAX_HEADERS + 1], harmless[REQUEST_MAX_HEADERS + 1];
	char bytes[]; /* strings, then the body */
};

/* What passes a login on is the server's alone: a plugin that logs what it is asked must not leak it. */
static bool is_secret(const char *name)
{
	return !strcmp(name, "authorization") || !strcmp(name, "cookie") ||
	       !strcmp(name, "proxy-authorization");
}

static const char *or_empty(const char *s)
{
	return s ? s : "";
}

static size_t n_headers(const struct cam_request *r)
{
	size_t n = 0;

	while (r->headers && n < REQUEST_MAX_HEADERS && r->headers[n].name)
		n++;
	return n;
}

static size_t room_of(const struct cam_request *r)
{
	size_t room = strlen(r->method) + strlen(r->path) + strlen(or_empty(r->query)) +
		      strlen(or_empty(r->peer)) + 4;

	for (size_t i = 0; i < n_headers(r); i++)
		room += strlen(r->headers[i].name) + strlen(or_empty(r->headers[i].value)) + 2;
	return room + (r->body ? r->body_len : 0);
}

static const char *put(char **to, const char *s)
{
	size_t n = strlen(s) + 1;
	const char *at = memcpy(*to, s, n);

	*to += n;
	return at;
}

static void copy_headers(struct copy *c, const struct cam_request *r, char **to)
{
	size_t harmless = 0;

	for (size_t i = 0; i < n_headers(r); i++) {
		c->headers[i].name = put(to, r->headers[i].name);
		c->headers[i].value = put(to, or_empty(r->headers[i].value));
		if (!is_secret(c->headers[i].name))
			c->harmless[harmless++] = c->headers[i];
	}
}

struct request *request_new(const struct cam_request *r)
{
	struct copy *c = calloc(1, sizeof(*c) + room_of(r));
	struct cam_request *asked;
	char *to;

	if (!c)
		return NULL;
	to = c->bytes;
	atomic_init(&c->refs, 1);
	asked = &c->request.asked;
	asked->size = sizeof(*asked);
	asked->method = put(&to, r->method);
	asked->path = put(&to, r->path);
	asked->query = put(&to, or_empty(r->query));
	asked->peer = put(&to, or_empty(r->peer));
	asked->tail = asked->camera = "";
	copy_headers(c, r, &to);
	asked->headers = c->headers;
	c->request.harmless = c->harmless;
	asked->who = who_ref(r->who);
	if (r->body && r->body_len) {
		asked->body = memcpy(to, r->body, r->body_len);
		asked->body_len = r->body_len;
	}
	return &c->request;
}

struct request *request_ref(struct request *r)
{
	atomic_fetch_add_explicit(&((struct copy *)r)->refs, 1, memory_order_relaxed);
	return r;
}

void request_unref(struct request *r)
{
	struct copy *c = (struct copy *)r;

	if (!c || atomic_fetch_sub_explicit(&c->refs, 1, memory_order_acq_rel) != 1)
		return;
	who_unref(r->asked.who);
	free(c);
}

const char *request_header(const struct cam_request *r, const char *name)
{
	for (const struct cam_header *h = r->headers; h && h->name; h++)
		if (!strcmp(h->name, name))
			return h->value;
	return NULL;
}
