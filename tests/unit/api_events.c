/* SPDX-License-Identifier: MIT */
/* Events over the API: told by programs outside, read from the journal, heard as they happen. */
#include "core/api/camera_watch.h"
#include "core/api/event_post.h"
#include "core/api/event_stream.h"
#include "lib/clock.h"
#include "tests/check.h"
#include "tests/unit/api_world.h"

static struct api_world w;

static void set_up(void)
{
	api_world_set_up(&w, "cameras:\n"
			     "  front: {source: {plugin: src}, recorder: {plugin: rec}}\n"
			     "  back: {source: {plugin: src}}\n");
	w.peer = "127.0.0.1";
}

static int post(const char *camera, const char *body)
{
	char path[128];

	snprintf(path, sizeof(path), "/api/v1/cameras/%s/events", camera);
	w.headers[0] = (struct cam_header){"content-type", "application/json; charset=utf-8"};
	return api_ask(&w, "POST", path, "", body);
}

static const char *list(const char *query)
{
	int status = api_ask(&w, "GET", "/api/v1/events", query, NULL);

	if (status != 200)
		printf("# %s: %s", query, w.text);
	CHECK_INT(status, 200);
	return w.text;
}

/* @return how many events the list holds */
static int count(const char *query)
{
	int n = 0;

	for (const char *at = list(query); (at = strstr(at, "{\"seq\":")); at++)
		n++;
	return n;
}

static unsigned long long id_of_answer(void)
{
	const char *at = strstr(w.text, "\"id\":");

	CHECK(at);
	return strtoull(at + 5, NULL, 10);
}

TEST(an_event_begins_goes_on_and_ends_under_one_id)
{
	char body[200];
	unsigned long long id;

	set_up();
	CHECK_INT(post("front",
			  "{\"phase\":\"begin\",\"topic\":\"object\",\"label\":\"person\",\"score\":0.5}"),
		201);
	id = id_of_answer();
	snprintf(body, sizeof(body), "{\"phase\":\"update\",\"id\":%llu,\"score\":0.9}", id);
	CHECK_INT(post("front", body), 200);
	snprintf(body, sizeof(body), "{\"phase\":\"end\",\"id\":%llu}", id);
	CHECK_INT(post("back", body), 404); /* of another camera */
	CHECK_INT(post("front", body), 200);
	CHECK_INT(post("front", body), 404);
	CHECK_INT(count(""), 3);
	snprintf(body, sizeof(body),
		"\"id\":%llu,\"phase\":\"end\",\"topic\":\"object\",\"label\":\"person\",\"camera\":"
		"\"front\"",
		id);
	CHECK(strstr(w.text, body));
	CHECK(strstr(w.text, "\"peak\":0.900"));
	api_world_tear_down(&w);
}

TEST(what_is_posted_is_whole)
{
	set_up();
	CHECK_INT(
		post("front",
			"{\"topic\":\"motion\",\"time\":1700000000.5,\"data\":{\"zone\":\"door\"},"
			"\"boxes\":[{\"x\":0.1,\"y\":0.2,\"width\":0.3,\"height\":0.4,\"label\":\"cat\"}]}"),
		201);
	CHECK_INT(count(""), 1);
	CHECK(strstr(w.text, "\"time\":\"2023-11-14T22:13:20.500Z\""));
	CHECK(strstr(w.text, "{\"x\":0.1000,\"y\":0.2000,\"width\":0.3000,\"height\":0.4000"));
	CHECK(strstr(w.text, "\"cat\""));
	CHECK(strstr(w.text, "\"zone\":\"door\""));
	CHECK(strstr(w.text, "\"phase\":\"point\""));
	api_world_tear_down(&w);
}

TEST(what_is_wrong_is_said)
{
	static const struct {
		const char *body, *says;
	} cases[] = {{"", "no JSON"}, {"[]", "no JSON object"}, {"{}", "topic: missing"},
		{"{\"topic\":\"Motion\"}", "small letters"}, {"{\"topic\":\"camera\"}", "the server's own"},
		{"{\"topic\":\"recording\"}", "the server's own"}, {"{\"topic\":5}", "topic: no text"},
		{"{\"topic\":\"a\",\"phase\":\"middle\"}", "none of begin"},
		{"{\"topic\":\"a\",\"id\":1}", "the server gives it"}, {"{\"phase\":\"end\"}", "id: missing"},
		{"{\"phase\":\"end\",\"id\":-1}", "id: not what"},
		{"{\"topic\":\"a\",\"score\":2}", "score: no number"},
		{"{\"topic\":\"a\",\"score\":\"1\"}", "score: no number"},
		{"{\"topic\":\"a\",\"extra\":1}", "no member of an event"},
		{"{\"topic\":\"a\",\"boxes\":1}", "boxes: no list"},
		{"{\"topic\":\"a\",\"boxes\":[{\"x\":1}]}", "y is missing"},
		{"{\"topic\":\"a\",\"boxes\":[{\"z\":1}]}", "no member of a box"},
		{"{\"topic\":\"a\",\"data\":1}", "data: no object"},
		{"{\"topic\":\"a\",\"topic\":\"b\"}", "no JSON"}};

	set_up();
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		CHECK_INT(post("front", cases[i].body), 400);
		if (!strstr(w.text, cases[i].says))
			printf("# %s: %s\n", cases[i].body, w.text);
		CHECK(strstr(w.text, cases[i].says));
	}
	CHECK_INT(post("yard", "{\"topic\":\"a\"}"), 404);
	CHECK_INT(api_ask(&w, "POST", "/api/v1/cameras/front/events", "", "{}"), 415);
	CHECK_INT(count(""), 0);
	api_world_tear_down(&w);
}

TEST(a_flood_is_stopped_and_may_come_again)
{
	int taken = 0;

	set_up();
	while (post("front", "{\"topic\":\"motion\"}") == 201 && taken < 2 * EVENT_POST_RATE)
		taken++;
	CHECK(taken >= 1000 && taken < 1200);
	CHECK_INT(w.reply.status, 429);
	CHECK_STR(api_header(&w, "retry-after"), "1");
	graph_ahead_ns += 2 * CLOCK_SECOND;
	CHECK_INT(post("front", "{\"topic\":\"motion\"}"), 201);
	CHECK_INT(count(""), 1000); /* the journal's */
	api_world_tear_down(&w);
}

TEST(too_many_that_go_on_are_refused_and_silent_ones_end)
{
	set_up();
	for (int i = 0; i < 64; i++)
		CHECK_INT(post("front", "{\"phase\":\"begin\",\"topic\":\"motion\",\"lasts\":30}"), 201);
	CHECK_INT(post("front", "{\"phase\":\"begin\",\"topic\":\"motion\"}"), 429);
	CHECK_INT(post("back", "{\"phase\":\"begin\",\"topic\":\"motion\"}"), 201);
	graph_ahead_ns += 40 * CLOCK_SECOND;
	events_look(&w.events);
	CHECK_INT(post("front", "{\"phase\":\"begin\",\"topic\":\"motion\"}"), 201);
	CHECK(strstr(list(""), "\"phase\":\"end\""));
	api_world_tear_down(&w);
}

TEST(the_journal_is_read_by_camera_topic_time_and_place)
{
	char query[64];
	unsigned long long seq;

	set_up();
	CHECK_INT(post("front", "{\"topic\":\"motion\",\"time\":1000}"), 201);
	CHECK_INT(post("front", "{\"topic\":\"object\",\"label\":\"person\",\"time\":2000}"), 201);
	seq = id_of_answer();
	CHECK_INT(post("back", "{\"topic\":\"object\",\"label\":\"cat\",\"time\":3000}"), 201);
	CHECK_INT(count(""), 3);
	CHECK_INT(count("camera=front"), 2);
	CHECK_INT(count("topic=motion"), 1);
	CHECK_INT(count("topic=object"), 2);
	CHECK_INT(count("topic=object.person"), 1);
	CHECK_INT(count("topic=motion,object.c*"), 2);
	CHECK_INT(count("since=1500"), 2);
	CHECK_INT(count("since=1970-01-01T00:40:00Z"), 1);
	CHECK_INT(count("since=1970-01-01T01:40:00%2B01:00"), 1);
	CHECK_INT(count("limit=1"), 1);
	CHECK(strstr(w.text, "\"cat\""));
	snprintf(query, sizeof(query), "since=%llu", seq);
	CHECK_INT(count(query), 1);
	CHECK_INT(api_ask(&w, "GET", "/api/v1/events", "camera=yard", NULL), 404);
	CHECK_INT(api_ask(&w, "GET", "/api/v1/events", "limit=0", NULL), 400);
	CHECK_INT(api_ask(&w, "GET", "/api/v1/events", "since=yesterday", NULL), 400);
	CHECK_INT(api_ask(&w, "GET", "/api/v1/events", "camera=%00", NULL), 400);
	CHECK_INT(api_ask(&w, "GET", "/api/v1/events", "topic=%00", NULL), 400);
	api_world_tear_down(&w);
}

TEST(what_happens_is_streamed_to_who_listens)
{
	set_up();
	CHECK_INT(post("front", "{\"topic\":\"motion\"}"), 201); /* before */
	CHECK_INT(api_get(&w, "/api/v1/events/stream"), 200);
	CHECK_STR(w.reply.type, "text/event-stream");
	CHECK_STR(api_piece(&w), "retry: 1000\n\n");
	CHECK_INT(w.api.n_streams, 1);
	graph_ahead_ns += 16 * CLOCK_SECOND;
	CHECK_STR(api_piece(&w), ":\n\n"); /* nothing has happened: a sign of life */
	api_end_stream(&w);
	CHECK_INT(w.api.n_streams, 0);
	api_world_tear_down(&w);
}

TEST(who_was_cut_off_goes_on_where_it_was)
{
	char last[32];

	set_up();
	CHECK_INT(post("front", "{\"topic\":\"motion\"}"), 201);
	snprintf(last, sizeof(last), "%llu", id_of_answer());
	CHECK_INT(post("front", "{\"topic\":\"object\",\"label\":\"cat\"}"), 201);
	w.headers[0] = (struct cam_header){"last-event-id", last};
	CHECK_INT(api_get(&w, "/api/v1/events/stream"), 200);
	CHECK_STR(api_piece(&w), "retry: 1000\n\n");
	CHECK(strstr(api_piece(&w), "event: object\ndata: {\"seq\":"));
	CHECK(!strstr(w.piece, "motion"));
	api_end_stream(&w);
	api_world_tear_down(&w);
}

TEST(streams_end_with_the_server_and_there_are_only_so_many)
{
	struct cam_stream *streams[EVENT_STREAMS];

	set_up();
	for (size_t i = 0; i < EVENT_STREAMS; i++) {
		CHECK_INT(api_get(&w, "/api/v1/events/stream"), 200);
		streams[i] = w.reply.stream;
		w.reply.stream = NULL;
	}
	CHECK_INT(api_get(&w, "/api/v1/events/stream"), 503);
	CHECK_INT(api_ask(&w, "GET", "/api/v1/events/stream", "limit=x", NULL), 400);
	for (size_t i = 1; i < EVENT_STREAMS; i++) {
		w.reply.stream = streams[i];
		api_end_stream(&w);
	}
	CHECK_INT(w.api.n_streams, 1);
	w.reply.stream = streams[0];
	event_stream_end_all(&w.api);
	CHECK_INT(w.api.n_streams, 0);
	(void)api_piece(&w);
	CHECK(w.piece_len < 0);
	api_end_stream(&w);
	api_world_tear_down(&w);
}

TEST(the_server_tells_how_its_cameras_fare)
{
	set_up();
	camera_watch_look(&w.graph.graph, &w.events);
	for (int i = 0; i < 20; i++)
		graph_actor_publish("front.source", true);
	graph_world_settle(&w.graph);
	camera_watch_state(&w.graph.graph, &w.events, graph_world_node(&w.graph, "front.source")->node);
	camera_watch_state(&w.graph.graph, &w.events, graph_world_node(&w.graph, "front.recorder")->node);
	CHECK(strstr(list("camera=front&topic=camera.live"), "\"label\":\"live\""));
	graph_ahead_ns += 10 * CLOCK_SECOND;
	camera_watch_look(&w.graph.graph, &w.events);
	camera_watch_look(&w.graph.graph, &w.events);
	CHECK_INT(count("camera=front&topic=camera.stalled"), 1);
	api_world_tear_down(&w);
}

TEST(a_stage_that_does_not_work_is_an_event_until_it_does)
{
	api_world_set_up(
		&w, "cameras: {front: {source: {plugin: src}, recorder: {plugin: rec, fails: once}}}\n");
	camera_watch_look(&w.graph.graph, &w.events);
	CHECK(strstr(list("topic=camera.fault"), "\"stage\":\"front.recorder\",\"error\":\"not yet\""));
	GRAPH_UNTIL(&w.graph, node_life(graph_world_node(&w.graph, "front.recorder")->node) == NODE_RUNNING);
	graph_ahead_ns += 100 * CLOCK_SECOND;
	camera_watch_look(&w.graph.graph, &w.events);
	CHECK_INT(count("topic=camera.fault"), 2);
	CHECK(strstr(w.text, "works_again"));
	camera_watch_ended(&w.events, graph_world_node(&w.graph, "front.recorder")->node);
	api_world_tear_down(&w);
}

RUN_TESTS(T(an_event_begins_goes_on_and_ends_under_one_id), T(what_is_posted_is_whole),
	T(what_is_wrong_is_said), T(a_flood_is_stopped_and_may_come_again),
	T(too_many_that_go_on_are_refused_and_silent_ones_end),
	T(the_journal_is_read_by_camera_topic_time_and_place), T(what_happens_is_streamed_to_who_listens),
	T(who_was_cut_off_goes_on_where_it_was), T(streams_end_with_the_server_and_there_are_only_so_many),
	T(the_server_tells_how_its_cameras_fare), T(a_stage_that_does_not_work_is_an_event_until_it_does))
