/* SPDX-License-Identifier: MIT */
/*
 * Events that programs outside post, read back from the journal, as somebody asks for them. Input: the query of who asks,
 * then, each behind a line end or NUL, bodies.
 */
#include "core/api/event_filter.h"
#include "core/api/event_json.h"
#include "core/api/event_post.h"
#include "core/bus/camera.h"
#include "core/graph/graph.h"
#include "tests/fuzz/fuzz.h"

#include <jansson.h>

static struct fuzz_api {
	struct camera camera, *cameras[1];
	struct graph graph;
	struct events events;
	struct api api;
	const struct cam_who *who;
} all;

static void open_all(void)
{
	static char name[] = "front";

	all.camera.name = name;
	all.cameras[0] = &all.camera;
	all.graph.cameras = all.cameras;
	all.graph.n_cameras = 1;
	all.api.graph = &all.graph;
	all.api.events = &all.events;
	users_init(&all.api.users);
	all.who = who_new("", true, 0);
	HOLDS(all.who);
}

static void done(void *arg, struct cam_reply *reply)
{
	bool *is_told = arg;

	HOLDS(reply->status == 200 || reply->status == 201 || (reply->status >= 400 && reply->status < 600));
	HOLDS(reply->data && reply->len && memchr(reply->data, '\n', reply->len));
	HOLDS(!*is_told);
	*is_told = true;
	if (reply->release)
		reply->release(reply);
}

static void post(const char *body, size_t len)
{
	static const struct cam_header headers[] = {{"content-type", "application/json"}, {0}};
	struct cam_request request = {.size = sizeof(request),
		.method = "POST",
		.path = "/api/v1/cameras/front/events",
		.query = "",
		.tail = "",
		.body = body,
		.body_len = len,
		.headers = headers,
		.who = all.who,
		.camera = "front"};
	bool is_told = false;

	all.api.posts = EVENT_POST_RATE;
	event_post(&(struct api_ask){&all.api, &request, 0, done, &is_told});
	HOLDS(is_told);
}

/* One line of JSON, whatever was posted. */
static void read_back(const struct event *event)
{
	struct text line = {0};
	json_error_t error;
	json_t *json;

	event_json(event, &line);
	HOLDS(!line.failed && !strchr(text_str(&line), '\n'));
	json = json_loadb(text_str(&line), line.len, JSON_REJECT_DUPLICATES, &error);
	HOLDS(json_is_object(json) && json_string_value(json_object_get(json, "topic")));
	json_decref(json);
	text_free(&line);
}

static void look(const char *query)
{
	struct cam_request request = {.size = sizeof(request), .query = query, .who = all.who};
	struct api_ask ask = {.api = &all.api, .request = &request};
	struct event *events[32];
	struct event_filter filter;
	struct cam_reply reply;
	bool is_right = event_filter_read(&filter, &ask, CAM_PLAYBACK, &reply), missed;
	size_t n = events_read(&all.events, 0, events, 32, &missed);

	HOLDS(is_right || reply.status == 400 || reply.status == 404);
	for (size_t i = 0; i < n; i++) {
		if (is_right)
			event_filter_passes(&filter, &all.api.users, events[i]);
		read_back(events[i]);
		event_unref(events[i]);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct fuzz f = {data, len};
	char *query = fuzz_line(&f);

	if (!all.who)
		open_all();
	events_init(&all.events, 0);
	while (f.len) {
		char *body = fuzz_line(&f);

		post(body, strlen(body));
		free(body);
	}
	look(query);
	events_end_owner(&all.events, &all.camera, "fuzz");
	events_destroy(&all.events);
	free(query);
	return 0;
}
