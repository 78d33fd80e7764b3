/* SPDX-License-Identifier: MIT */
/** @file api_fixture.h Asking the API of an api_world as somebody, and what it answers. */
#ifndef CAM_TESTS_API_FIXTURE_H
#define CAM_TESTS_API_FIXTURE_H
#include "core/plugin/handling.h"
#include "core/plugin/stream.h"
#include "core/plugin/who.h"
#include "tests/check.h"
#include "tests/unit/api_world.h"

/* Of every role one, of all cameras; `vf` views front only. Their password is "x". */
#define API_HASH "$y$j75$F5Jx5fExrKuPp53xLKQ..1$gORAkbWPojyvUclLPR5bljt/dp9t94EpedrjObe9Zq2"
#define API_USERS                                                                                            \
	"users: {v: {role: view, hash: '" API_HASH "'}, p: {role: playback, hash: '" API_HASH                \
	"'}, c: {role: control, hash: '" API_HASH "'}, a: {role: admin, hash: '" API_HASH                    \
	"'}, vf: {role: view, cameras: front, hash: '" API_HASH                                              \
	"'}, cf: {role: control, cameras: front, hash: '" API_HASH "'}}\n"

static struct api_world a;
#define w a.graph

/* The last answer. */
static struct {
	int n, status;
	char type[64], headers[256], body[65536];
	struct cam_stream *stream;
} got;

static void on_answer(void *arg, struct cam_reply *reply)
{
	size_t n = 0;

	CHECK(arg == &got);
	got.n++;
	got.status = reply->status;
	got.stream = reply->stream;
	snprintf(got.type, sizeof(got.type), "%s", reply->type);
	*got.headers = *got.body = '\0';
	for (const struct cam_header *h = reply->headers; h && h->name; h++)
		n += (size_t)snprintf(got.headers + n, sizeof(got.headers) - n, "%s%s: %s", n ? "\n" : "",
			h->name, h->value);
	if (reply->stream)
		return;
	snprintf(got.body, sizeof(got.body), "%.*s", (int)reply->len, (const char *)reply->data);
	handling_drop_reply(reply);
}

static void api_begin(const char *yaml)
{
	memset(&got, 0, sizeof(got));
	api_world_set_up(&a, yaml);
}

/* @param name of a user, "": of nobody, on this machine @return a reference to who that is */
static const struct cam_who *api_who(const char *name)
{
	uint64_t login;
	char *hash;

	CHECK_INT(users_find(&a.api.users, name, &hash, &login), 0);
	free(hash);
	return who_new(name, !*name, login);
}

static int api_send(const struct cam_request *r)
{
	int n = got.n;

	api_request(&a.api, r, on_answer, &got);
	GRAPH_UNTIL(&w, got.n > n);
	CHECK_INT(got.n, n + 1);
	return got.status;
}

/* @param path with its query @return the status of the answer */
static inline int ask_as(const char *name, const char *method, const char *path, const char *body)
{
	static const struct cam_header json[] = {{"content-type", "application/json; charset=utf-8"}, {0}};
	const char *query = strchr(path, '?');
	const struct cam_who *who = api_who(name);
	char only[512];
	int status;

	snprintf(only, sizeof(only), "%.*s", (int)strcspn(path, "?"), path);
	status = api_send(&(struct cam_request){.size = sizeof(struct cam_request),
		.method = method,
		.path = only,
		.query = query ? query + 1 : "",
		.body = body,
		.body_len = body ? strlen(body) : 0,
		.headers = json,
		.who = who});
	who_unref(who);
	return status;
}

/* @return the id that the answer says */
static inline long long posted_id(void)
{
	return strtoll(got.body + strlen("{\"id\":"), NULL, 10);
}

/* ---- a stream ---- */

static char piece[65536];
static int64_t piece_n;
static bool has_piece;

static void on_piece(void *arg, const void *data, int64_t n)
{
	(void)arg;
	has_piece = true;
	piece_n = n;
	snprintf(piece, sizeof(piece), "%.*s", n > 0 ? (int)n : 0, (const char *)data);
}

static inline void begin_read(void)
{
	has_piece = false;
	stream_read(got.stream, on_piece, NULL);
}

/* @return the next piece, "" at the end */
static inline const char *read_piece(void)
{
	begin_read();
	GRAPH_UNTIL(&w, has_piece);
	return piece;
}

static inline void close_stream(void)
{
	stream_close(got.stream);
	graph_world_settle(&w);
}
#endif
