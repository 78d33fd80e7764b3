/* SPDX-License-Identifier: MIT */
#include "core/api/allow.h"

#include "core/api/own.h"
#include "core/api/pattern.h"
#include "core/api/reply.h"

#include <stdlib.h>
#include <string.h>

static const char *const methods[] = {"GET", "POST", "PUT", "DELETE"};
enum { N_METHODS = sizeof(methods) / sizeof(methods[0]) };

struct allowed {
	bool method[N_METHODS];
};

static void add(struct allowed *a, const struct cam_route *route, const char *path)
{
	struct pattern_hit hit;

	for (size_t i = 0; i < N_METHODS && pattern_matches(route->pattern, path, &hit); i++)
		a->method[i] |= !strcmp(methods[i], route->method);
}

/* The value of the header, in the reply's own memory with the header itself. */
struct allow_header {
	struct cam_header header[2];
	char value[40];
};

static void release(struct cam_reply *reply)
{
	free(reply->arg);
}

static void tell(const struct allowed *a, struct cam_reply *reply)
{
	struct allow_header *t = calloc(1, sizeof(*t));
	size_t n = 0;

	reply_text(reply, 405, "this is not answered by that method; see /api/v1/openapi.json\n");
	if (!t)
		return;
	for (size_t i = 0; i < N_METHODS; i++)
		if (a->method[i])
			n += (size_t)snprintf(t->value + n, sizeof(t->value) - n, "%s%s%s", n ? ", " : "",
				methods[i], i ? "" : ", HEAD");
	t->header[0] = (struct cam_header){"allow", t->value};
	reply->headers = t->header;
	reply->arg = t;
	reply->release = release;
}

void allow_others(const struct graph *g, const struct cam_request *r, struct cam_reply *reply)
{
	struct allowed a = {0};
	bool any = false;

	for (size_t i = 0; own_route(i); i++)
		add(&a, own_route(i), r->path);
	for (size_t i = 0; i < g->index.n_plugins; i++)
		for (const struct cam_route *route = g->index.plugins[i]->routes; route && route->method;
			route++)
			if (route->handle)
				add(&a, route, r->path);
	for (size_t i = 0; i < N_METHODS; i++)
		any |= a.method[i];
	if (any)
		tell(&a, reply);
	else
		reply_text(reply, 404, "there is nothing here; / is the viewer\n");
}
