/* SPDX-License-Identifier: MIT */
/* Events that programs outside tell and ask for. Linked with --wrap=clock_gettime. */
#include "core/api/event_post.h"
#include "tests/unit/api_fixture.h"

#include "lib/clock.h"

#include <jansson.h>

#define TWO "cameras: {front: {source: {plugin: src}}, yard: {source: {plugin: src}}}\n"
#define POST "/api/v1/cameras/front/events"

/* ---- posting ---- */

static const char *const wrong[][2] = {
	{"", "the body is no JSON: line 1"},
	{"{", "the body is no JSON: line 1"},
	{"[]", "the body is no JSON object"},
	{"{\"topic\": \"a\", \"topic\": \"b\"}", "the body is no JSON: line 1"},
	{"{}", "topic: missing"},
	{"{\"topic\": 5}", "topic: no text of at most 32 bytes"},
	{"{\"topic\": \"\"}", "topic: no name of small letters"},
	{"{\"topic\": \"Motion\"}", "topic: no name of small letters"},
	{"{\"topic\": \"abcdefghijklmnopqrstuvwxyz0123456\"}", "topic: no text of at most 32 bytes"},
	{"{\"topic\": \"camera\"}", "topic: camera is the server's own"},
	{"{\"topic\": \"recording\"}", "topic: recording is the server's own"},
	{"{\"topic\": \"camera\", \"phase\": \"begin\"}", "topic: camera is the server's own"},
	{"{\"topic\": \"a\", \"phase\": \"middle\"}", "phase: none of begin, update, end, point"},
	{"{\"topic\": \"a\", \"phase\": 1}", "phase: no text"},
	{"{\"topic\": \"a\", \"id\": 5}", "id: the server gives it"},
	{"{\"topic\": \"a\", \"phase\": \"begin\", \"id\": 5}", "id: the server gives it"},
	{"{\"phase\": \"end\"}", "id: missing"},
	{"{\"phase\": \"update\", \"id\": \"5\"}", "id: not what the answer"},
	{"{\"phase\": \"update\", \"id\": -5}", "id: not what the answer"},
	{"{\"phase\": \"update\", \"id\": 0}", "id: not what the answer"},
	{"{\"topic\": \"a\", \"label\": 5}", "label: no text of at most 64 bytes"},
	{"{\"topic\": \"a\", \"label\": "
	 "\"0123456789012345678901234567890123456789012345678901234567890123x\"}",
		"label: no text of at most 64 bytes"},
	{"{\"topic\": \"a\", \"label\": \"a\\u0001b\"}", "a label is no text that can be shown"},
	{"{\"topic\": \"a\", \"score\": 1.01}", "score: no number from 0 to 1"},
	{"{\"topic\": \"a\", \"score\": \"1\"}", "score: no number from 0 to 1"},
	{"{\"topic\": \"a\", \"time\": 0}", "time: no number from 1 to 9e+09"},
	{"{\"topic\": \"a\", \"time\": 1e11}", "time: no number from 1 to 9e+09"},
	{"{\"topic\": \"a\", \"lasts\": 0.5}", "lasts: no number from 1 to 3600"},
	{"{\"topic\": \"a\", \"lasts\": 3601}", "lasts: no number from 1 to 3600"},
	{"{\"topic\": \"a\", \"boxes\": {}}", "boxes: no list of at most 64"},
	{"{\"topic\": \"a\", \"boxes\": [5]}", "boxes: x is missing"},
	{"{\"topic\": \"a\", \"boxes\": [{\"x\": 0, \"y\": 0, \"width\": 1}]}", "boxes: height is missing"},
	{"{\"topic\": \"a\", \"boxes\": [{\"x\": 0, \"y\": 2, \"width\": 1, \"height\": 1}]}",
		"y: no number from 0 to 1"},
	{"{\"topic\": \"a\", \"boxes\": [{\"x\": 0, \"y\": 0, \"width\": 1, \"height\": 1, \"z\": "
	 "1}]}",
		"\"z\" is no member of a box"},
	{"{\"topic\": \"a\", \"boxes\": [{\"x\": 0, \"y\": 0, \"width\": 1, \"height\": 1, "
	 "\"label\": 1}]}",
		"label: no text"},
	{"{\"topic\": \"a\", \"data\": []}", "data: no object of at most 4096 bytes"},
	{"{\"topic\": \"a\", \"colour\": 1}", "\"colour\" is no member of an event"},
	{"{\"topic\": \"a\", \"label\": \"a\\u0000b\"}", "the body is no JSON: line 1"},
};

TEST(what_is_wrong_is_said_by_its_name)
{
	api_begin(TWO);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		if (ask_as("", "POST", POST, *wrong[i][0] ? wrong[i][0] : NULL) != 400 ||
			!strstr(got.body, wrong[i][1]))
			printf("# %s: %d %s\n", wrong[i][0], got.status, got.body);
		CHECK_INT(got.status, 400);
		CHECK(strstr(got.body, wrong[i][1]));
		CHECK(got.body[strlen(got.body) - 1] == '\n');
	}
	CHECK_INT(atomic_load(&a.events.raised), 0);
	api_world_tear_down(&a);
}

TEST(so_many_boxes_and_bytes)
{
	static char body[20000];
	size_t n;

	api_begin(TWO);
	for (int boxes = 64; boxes <= 65; boxes++) {
		n = (size_t)snprintf(body, sizeof(body), "{\"topic\":\"a\",\"boxes\":[");
		for (int i = 0; i < boxes; i++)
			n += (size_t)snprintf(body + n, sizeof(body) - n,
				"%s{\"x\":0,\"y\":0,\"width\":1,\"height\":1}", i ? "," : "");
		snprintf(body + n, sizeof(body) - n, "]}");
		CHECK_INT(ask_as("", "POST", POST, body), boxes == 64 ? 201 : 400);
	}
	for (int bytes = 4087; bytes <= 4088; bytes++) { /* {"a":"..."} is 8 more, and one is the end */
		snprintf(body, sizeof(body), "{\"topic\":\"a\",\"data\":{\"a\":\"%0*d\"}}", bytes + 1, 0);
		CHECK_INT(ask_as("", "POST", POST, body), bytes == 4087 ? 201 : 400);
	}
	api_world_tear_down(&a);
}

TEST(what_is_said_has_to_be_json)
{
	static const struct {
		const char *type;
		int status;
	} cases[] = {{"application/json", 201}, {"Application/JSON ; charset=utf-8", 201},
		{"application/json;x", 201}, {"application/jsonx", 415}, {"text/plain", 415}, {"", 415},
		{NULL, 415}};
	const struct cam_who *who;

	api_begin(TWO);
	who = api_who("");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct cam_header headers[] = {
			{cases[i].type ? "content-type" : NULL, cases[i].type}, {0}};

		CHECK_INT(api_send(&(struct cam_request){.size = sizeof(struct cam_request),
				  .method = "POST",
				  .path = POST,
				  .body = "{\"topic\":\"a\"}",
				  .body_len = 13,
				  .headers = headers,
				  .who = who}),
			cases[i].status);
	}
	who_unref(who);
	api_world_tear_down(&a);
}

static int follow(const char *camera, const char *phase, long long id, const char *more)
{
	char path[64], body[160];

	snprintf(path, sizeof(path), "/api/v1/cameras/%s/events", camera);
	snprintf(body, sizeof(body), "{\"phase\":\"%s\",\"id\":%lld%s}", phase, id, more);
	return ask_as("", "POST", path, body);
}

/* @return how many events are listed */
static size_t listed(const char *query)
{
	char path[128];
	json_t *json;
	size_t n;

	snprintf(path, sizeof(path), "/api/v1/events?%s", query);
	CHECK_INT(ask_as("", "GET", path, NULL), 200);
	json = json_loads(got.body, 0, NULL);
	n = json_array_size(json_object_get(json, "events"));
	CHECK(json && json_is_boolean(json_object_get(json, "missed")));
	json_decref(json);
	return n;
}

TEST(an_event_has_an_id_from_begin_to_end)
{
	long long id;

	api_begin(TWO);
	CHECK_INT(ask_as("", "POST", POST,
			  "{\"topic\":\"door\",\"phase\":\"begin\",\"label\":\"front\",\"score\":0.25,"
			  "\"time\":1700000000.5,"
			  "\"boxes\":[{\"x\":0.5,\"y\":0,\"width\":0.5,\"height\":1,\"label\":\"cat\"}],"
			  "\"data\":{\"by\":\"bell\\n\"}}"),
		201);
	id = posted_id();
	CHECK(id > 0 && id <= (long long)events_last(&a.events));
	CHECK_INT(follow("front", "update", id, ",\"score\":0.75"), 200);
	CHECK_INT(posted_id(), id);
	CHECK_INT(follow("yard", "update", id, ""), 404); /* another camera's */
	CHECK_INT(follow("front", "end", id, ",\"topic\":\"other\""), 200);
	CHECK_INT(follow("front", "end", id, ""), 404);
	CHECK(strstr(got.body, "it may have ended by itself"));
	CHECK_INT(follow("none", "end", id, ""), 404);
	CHECK_INT(listed("topic=door"), 3);
	CHECK(strstr(got.body, "\"phase\":\"begin\",\"topic\":\"door\",\"label\":\"front\",\"camera\":"
			       "\"front\",\"node\":\"\","
			       "\"time\":\"2023-11-14T22:13:20.500Z\",\"time_s\":1700000000.500,\"score\":0."
			       "250,\"peak\":0.250,"
			       "\"boxes\":[{\"x\":0.5000,\"y\":0.0000,\"width\":0.5000,\"height\":1.0000,"
			       "\"score\":0.250,\"label\":\"cat\"}],"
			       "\"data\":{\"by\":\"bell\\n\"}}"));
	CHECK(strstr(got.body, "\"phase\":\"end\",\"topic\":\"door\",\"label\":\"front\""));
	CHECK(strstr(got.body, "\"score\":0.000,\"peak\":0.750"));
	api_world_tear_down(&a);
}

TEST(what_is_silent_ends)
{
	long long id;

	api_begin(TWO);
	CHECK_INT(ask_as("", "POST", POST, "{\"topic\":\"door\",\"phase\":\"begin\",\"lasts\":100}"), 201);
	id = posted_id();
	graph_ahead_ns += 90 * CLOCK_SECOND;
	events_look(&a.events);
	CHECK_INT(follow("front", "update", id, ""), 200);
	graph_ahead_ns += 90 * CLOCK_SECOND; /* it lasts as long as it has said */
	events_look(&a.events);
	CHECK_INT(follow("front", "update", id, ",\"lasts\":10"), 200);
	graph_ahead_ns += 11 * CLOCK_SECOND;
	events_look(&a.events);
	CHECK_INT(follow("front", "update", id, ""), 404);
	CHECK_INT(ask_as("", "POST", POST, "{\"topic\":\"door\",\"phase\":\"begin\"}"), 201);
	id = posted_id();
	graph_ahead_ns += 61 * CLOCK_SECOND;
	events_look(&a.events);
	CHECK_INT(follow("front", "end", id, ""), 404);
	api_world_tear_down(&a);
}

TEST(events_of_a_camera_that_leaves_end)
{
	api_begin(TWO);
	CHECK_INT(ask_as("", "POST", POST, "{\"topic\":\"door\",\"phase\":\"begin\"}"), 201);
	api_world_load(&a, "cameras: {yard: {source: {plugin: src}}}\n");
	CHECK_INT(a.events.n_open, 0);
	CHECK_INT(listed("topic=door"), 2); /* who sees all cameras sees those that were */
	CHECK(strstr(got.body, "camera_removed"));
	api_world_tear_down(&a);
}

TEST(too_many_are_told_so)
{
	api_begin(TWO);
	for (int i = 0; i < EVENTS_OPEN_EACH; i++)
		CHECK_INT(ask_as("", "POST", POST, "{\"topic\":\"door\",\"phase\":\"begin\"}"), 201);
	CHECK_INT(ask_as("", "POST", POST, "{\"topic\":\"door\",\"phase\":\"begin\"}"), 429);
	CHECK(strstr(got.body, "end some, or use points"));
	CHECK_INT(
		ask_as("", "POST", "/api/v1/cameras/yard/events", "{\"topic\":\"door\",\"phase\":\"begin\"}"),
		201);
	a.api.posts = 0;
	a.api.posts_at_ns = clock_mono_ns() + CLOCK_SECOND; /* nothing flows in for a second */
	CHECK_INT(ask_as("", "POST", POST, "{\"topic\":\"door\"}"), 429);
	CHECK_STR(got.headers, "retry-after: 1");
	CHECK_INT(a.api.posts_refused, 1);
	graph_ahead_ns += 2 * CLOCK_SECOND;
	for (int i = 0; i < EVENT_POST_RATE; i++)
		CHECK_INT(ask_as("", "POST", POST, "{\"topic\":\"door\"}"), 201);
	api_world_tear_down(&a);
}

/* ---- the list ---- */

TEST(the_list_is_of_what_is_asked_for)
{
	char query[80];
	long long id;

	api_begin(TWO API_USERS "server: {anonymous: control}\n");
	CHECK_INT(ask_as("", "POST", POST, "{\"topic\":\"object\",\"label\":\"person\",\"time\":1000000000}"),
		201);
	id = posted_id();
	CHECK_INT(ask_as("", "POST", POST, "{\"topic\":\"object\",\"label\":\"car\",\"time\":2000000000}"),
		201);
	CHECK_INT(ask_as("", "POST", "/api/v1/cameras/yard/events", "{\"topic\":\"motion\"}"), 201);
	CHECK_INT(listed("topic=object"), 2);
	CHECK_INT(listed("topic=object.p*"), 1);
	CHECK_INT(listed("topic=object.car,motion"), 2);
	CHECK_INT(listed("topic=,,motion"), 1);
	CHECK_INT(listed("topic=none"), 0);
	CHECK_STR(got.body, "{\"events\":[],\"missed\":false}\n");
	CHECK_INT(listed("topic=object,motion&camera=yard"), 1);
	CHECK_INT(listed("topic=object,motion&limit=1"), 1);
	CHECK(strstr(got.body, "\"topic\":\"motion\"")); /* the newest */
	CHECK_INT(listed("topic=object&since=1500000000"), 1);
	CHECK_INT(listed("topic=object&since=2001-09-09T01:46:40Z"), 2);
	CHECK_INT(listed("topic=object&since=2001-09-09T01:46:41.5Z"), 1);
	CHECK_INT(listed("topic=object&since=2001-09-09T02:46:40%2B01:00"), 2);
	CHECK_INT(listed("topic=object&since=2001-09-08T20:46:41-05:00"), 1);
	CHECK_INT(listed("topic=object&since=0"), 2);
	CHECK(strstr(got.body, "\"missed\":false"));
	snprintf(query, sizeof(query), "topic=object&since=%lld", id);
	CHECK_INT(listed(query), 1); /* after this one */
	CHECK(strstr(got.body, "\"missed\":false"));
	CHECK_INT(listed("topic=object&since=1000000000000"), 2);
	CHECK(strstr(got.body, "\"missed\":true")); /* a seq of long ago */
	api_world_tear_down(&a);
}

TEST(a_wrong_query_is_said_to_be)
{
	static const char *const cases[][2] = {{"limit=0", "limit: no number from 1 to 1000"},
		{"limit=1001", "limit:"}, {"limit=x", "limit:"}, {"since=yesterday", "since: no seq"},
		{"since=2001-09-09", "since:"}, {"since=2001-09-09T01:46:40", "since:"},
		{"since=2001-09-09T01:46:40Zx", "since:"}, {"since=2001-09-09T01:46:40%2Bx", "since:"},
		{"since=%00", "since:"}, {"since=99999999999999999999", "since:"},
		{"camera=%zz", "camera: no name"}, {"topic=%zz", "topic: no list"}};

	api_begin(TWO);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char path[128];

		for (int stream = 0; stream < 2; stream++) {
			snprintf(path, sizeof(path), "/api/v1/events%s?%s", stream ? "/stream" : "",
				cases[i][0]);
			CHECK_INT(ask_as("", "GET", path, NULL), 400);
			CHECK(!strncmp(got.body, cases[i][1], strlen(cases[i][1])));
		}
	}
	CHECK_INT(ask_as("", "GET", "/api/v1/events?camera=none", NULL), 404);
	CHECK_INT(ask_as("", "GET", "/api/v1/events/stream?camera=none", NULL), 404);
	api_world_tear_down(&a);
}

TEST(events_of_cameras_that_are_not_seen_are_not_listed)
{
	const struct cam_who *who;

	api_begin(TWO "users: {ann: {role: playback, cameras: front, since: 1h, hash: '" API_HASH
		      "'}}\nserver: {anonymous: control}\n");
	CHECK_INT(ask_as("", "POST", POST, "{\"topic\":\"a\"}"), 201);
	CHECK_INT(ask_as("", "POST", POST, "{\"topic\":\"old\",\"time\":1000000000}"), 201);
	CHECK_INT(ask_as("", "POST", "/api/v1/cameras/yard/events", "{\"topic\":\"hidden\"}"), 201);
	who = api_who("ann");
	CHECK_INT(ask_as("ann", "GET", "/api/v1/events", NULL), 200);
	CHECK(strstr(got.body, "\"topic\":\"a\"") && !strstr(got.body, "yard") &&
		!strstr(got.body, "\"old\""));
	CHECK_INT(ask_as("ann", "GET", "/api/v1/events?camera=yard", NULL), 404);
	who_unref(who);
	api_world_tear_down(&a);
}

RUN_TESTS(T(what_is_wrong_is_said_by_its_name), T(so_many_boxes_and_bytes), T(what_is_said_has_to_be_json),
	T(an_event_has_an_id_from_begin_to_end), T(what_is_silent_ends),
	T(events_of_a_camera_that_leaves_end), T(too_many_are_told_so), T(the_list_is_of_what_is_asked_for),
	T(a_wrong_query_is_said_to_be), T(events_of_cameras_that_are_not_seen_are_not_listed))
