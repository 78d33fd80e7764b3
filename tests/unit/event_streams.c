/* SPDX-License-Identifier: MIT */
/* Events as they happen, for programs outside. Linked with --wrap=clock_gettime. */
#include "core/api/event_stream.h"

#include "lib/clock.h"
#include "tests/unit/api_fixture.h"

#include <errno.h>

#define TWO "cameras: {front: {source: {plugin: src}}, yard: {source: {plugin: src}}}\n"

static void listen_as(const char *name, const char *query, const char *last_id)
{
	const struct cam_header headers[] = {{last_id ? "last-event-id" : NULL, last_id}, {0}};
	const struct cam_who *who = api_who(name);

	CHECK_INT(api_send(&(struct cam_request){.size = sizeof(struct cam_request),
			  .method = "GET",
			  .path = "/api/v1/events/stream",
			  .query = query,
			  .headers = headers,
			  .who = who}),
		200);
	who_unref(who);
	CHECK_STR(got.type, "text/event-stream");
	CHECK_STR(read_piece(), "retry: 1000\n\n");
}

static long long post(const char *camera, const char *topic)
{
	struct cam_stream *stream = got.stream;
	char path[64], body[64];

	snprintf(path, sizeof(path), "/api/v1/cameras/%s/events", camera);
	snprintf(body, sizeof(body), "{\"topic\":\"%s\"}", topic);
	CHECK_INT(ask_as("", "POST", path, body), 201);
	got.stream = stream;
	return posted_id();
}

TEST(a_stream_begins_with_the_present)
{
	char wanted[64];
	long long id;

	api_begin(TWO);
	post("front", "before");
	listen_as("", "", NULL);
	CHECK_INT(a.api.n_streams, 1);
	begin_read();
	graph_world_settle(&w);
	CHECK(!has_piece);
	id = post("front", "a");
	GRAPH_UNTIL(&w, has_piece);
	snprintf(wanted, sizeof(wanted), "id: %lld\nevent: a\ndata: {\"seq\":%lld,", id, id);
	CHECK(!strncmp(piece, wanted, strlen(wanted)));
	CHECK_STR(piece + piece_n - 3, "}\n\n");
	CHECK(strchr(piece, '\n') && !strstr(piece, "before"));
	post("front", "b");
	post("yard", "c");
	CHECK(strstr(read_piece(), "event: b\n") &&
		strstr(piece, "event: c\n")); /* all that there is, at once */
	close_stream();
	CHECK_INT(a.api.n_streams, 0);
	api_world_tear_down(&a);
}

TEST(a_stream_goes_on_where_it_was_cut_off)
{
	char last[32];

	api_begin(TWO);
	snprintf(last, sizeof(last), "%lld", post("front", "a"));
	post("front", "b");
	listen_as("", "", last);
	CHECK(strstr(read_piece(), "event: b\n") && !strstr(piece, "event: a\n") &&
		!strstr(piece, "event: missed"));
	close_stream();
	snprintf(last, sizeof(last), "topic=a,b&since=%llu", (unsigned long long)events_last(&a.events) - 2);
	listen_as("", last, "x"); /* no seq: the query counts */
	CHECK(strstr(read_piece(), "event: a\n") && strstr(piece, "event: b\n"));
	close_stream();
	listen_as("", "since=0&topic=a", NULL);
	CHECK(strstr(read_piece(), "event: a\n") && !strstr(piece, "event: missed"));
	close_stream();
	api_world_tear_down(&a);
}

TEST(who_misses_some_is_told_once)
{
	api_begin(TWO);
	listen_as("", "topic=a", NULL);
	for (int i = 0; i < EVENTS_REMEMBERED + 5; i++) {
		struct cam_event e = {.size = sizeof(e),
			.phase = CAM_POINT,
			.topic = i == EVENTS_REMEMBERED ? "a" : "b",
			.camera = "front",
			.node = ""};

		CHECK_INT(events_raise(&a.events, &w, &e, 0), 0);
	}
	CHECK(!strncmp(read_piece(), "event: missed\ndata: {\"why\":", 27));
	while (!strstr(piece, "event: a\n"))
		(void)read_piece();
	begin_read();
	graph_world_settle(&w);
	CHECK(!has_piece);
	close_stream();
	api_world_tear_down(&a);
}

TEST(who_knows_the_future_is_told_once_that_it_missed_some)
{
	api_begin(TWO); /* nothing has happened */
	CHECK_INT(a.events.n, 0);
	listen_as("", "", "99999999999999999");
	CHECK(!strncmp(read_piece(), "event: missed\n", 14));
	begin_read();
	graph_world_settle(&w);
	CHECK(!has_piece);
	close_stream();
	api_world_tear_down(&a);
}

TEST(a_silent_stream_beats)
{
	api_begin(TWO);
	listen_as("", "topic=none", NULL);
	begin_read();
	graph_ahead_ns += 16 * CLOCK_SECOND;
	GRAPH_UNTIL(&w, has_piece);
	CHECK_STR(piece, ":\n\n");
	graph_ahead_ns += 16 * CLOCK_SECOND; /* while nobody reads */
	graph_world_settle(&w);
	CHECK_STR(read_piece(), ":\n\n");
	close_stream();
	api_world_tear_down(&a);
}

TEST(a_stream_tells_what_may_be_seen)
{
	char last[32];

	api_begin(TWO API_USERS "server: {anonymous: control}\n");
	snprintf(last, sizeof(last), "%lld", post("front", "past") - 1);
	listen_as("vf", "topic=past,a,b", last); /* the past is for who may play back */
	begin_read();
	post("yard", "a");
	graph_world_settle(&w);
	CHECK(!has_piece);
	post("front", "b");
	GRAPH_UNTIL(&w, has_piece);
	CHECK(strstr(piece, "event: b\n") && !strstr(piece, "event: a\n") && !strstr(piece, "past"));
	close_stream();
	listen_as("p", "", last);
	CHECK(strstr(read_piece(), "event: past\n"));
	close_stream();
	api_world_tear_down(&a);
}

TEST(who_has_left_hears_nothing_more_at_once)
{
	api_begin(TWO API_USERS);
	listen_as("v", "", NULL);
	begin_read();
	api_world_load(&a, TWO);
	GRAPH_UNTIL(&w, has_piece);
	CHECK_INT(piece_n, 0);
	close_stream();
	api_world_tear_down(&a);
}

TEST(so_many_listen_and_no_more)
{
	struct cam_stream *streams[EVENT_STREAMS];

	api_begin(TWO);
	for (size_t i = 0; i < EVENT_STREAMS; i++) {
		CHECK_INT(ask_as("", "GET", "/api/v1/events/stream", NULL), 200);
		streams[i] = got.stream;
	}
	CHECK_INT(ask_as("", "GET", "/api/v1/events/stream", NULL), 503);
	CHECK(strstr(got.body, "too many programs listen"));
	for (size_t i = 0; i < EVENT_STREAMS; i++)
		stream_close(streams[i]);
	graph_world_settle(&w);
	CHECK_INT(ask_as("", "GET", "/api/v1/events/stream", NULL), 200);
	got.stream = streams[0] = got.stream;
	close_stream();
	api_world_tear_down(&a);
}

TEST(streams_end_with_the_server)
{
	api_begin(TWO);
	listen_as("", "", NULL);
	begin_read();
	graph_world_settle(&w);
	event_stream_end_all(&a.api);
	GRAPH_UNTIL(&w, has_piece);
	CHECK_INT(piece_n, -EPIPE);
	CHECK_INT(a.api.n_streams, 0);
	close_stream();
	api_world_tear_down(&a);
}

RUN_TESTS(T(a_stream_begins_with_the_present), T(a_stream_goes_on_where_it_was_cut_off),
	T(who_misses_some_is_told_once), T(who_knows_the_future_is_told_once_that_it_missed_some),
	T(a_silent_stream_beats), T(a_stream_tells_what_may_be_seen),
	T(who_has_left_hears_nothing_more_at_once), T(so_many_listen_and_no_more),
	T(streams_end_with_the_server))
