/* SPDX-License-Identifier: MIT */
/* Which node is asked, what the core answers itself, and what is told of cameras. Linked with --wrap=clock_gettime. */
#include "core/api/status.h"
#include "lib/clock.h"
#include "tests/check.h"
#include "tests/unit/api_world.h"

#include <errno.h>

static struct api_world w;

#define TWO                                                                                                  \
	"cameras:\n"                                                                                         \
	"  front: {source: {plugin: src}, recorder: {plugin: rec}}\n"                                        \
	"  back: {source: {plugin: src}, recorder: {plugin: rec}, second: {plugin: rec}}\n"                  \
	"sinks:\n"                                                                                           \
	"  web: {plugin: snk}\n"                                                                             \
	"  side: {plugin: snk, from: back}\n"

static void publish(const char *source, int n)
{
	while (n--)
		graph_actor_publish(source, true);
	graph_world_settle(&w.graph);
}

static bool has(const char *text)
{
	bool is = strstr(w.text, text);

	if (!is)
		printf("# \"%s\" is not in:\n# %.4000s\n", text, w.text);
	return is;
}

TEST(nodes_are_asked_in_order_until_one_has_it)
{
	api_world_set_up(&w, TWO);
	CHECK_INT(api_get(&w, "/fake/back.recorder"), 200);
	CHECK_STR(w.text, "found");
	CHECK_STR(graph_world_did(), "ask front.recorder, ask back.recorder");
	CHECK_INT(api_get(&w, "/fake/nobody"), 404);
	CHECK_STR(w.text, "there is nothing of this name\n");
	CHECK_STR(graph_world_did(),
		"ask front.recorder, ask back.recorder, ask back.second, ask web, ask side");
	CHECK_INT(api_get(&w, "/fake/broken"), 500);
	CHECK_STR(graph_world_did(), "ask front.recorder");
	api_world_tear_down(&w);
}

TEST(a_request_about_a_camera_is_for_those_who_see_it)
{
	api_world_set_up(&w, TWO);
	CHECK_INT(api_get(&w, "/of/front/fake"), 200);
	CHECK_STR(graph_world_did(), "ask front.recorder");
	CHECK_INT(api_ask(&w, "GET", "/fake/nobody", "camera=back", NULL), 404);
	CHECK_STR(graph_world_did(), "ask back.recorder, ask back.second, ask web, ask side");
	CHECK_INT(api_ask(&w, "GET", "/fake/nobody", "camera=front", NULL), 404);
	CHECK_STR(graph_world_did(), "ask front.recorder, ask web");
	CHECK_INT(api_get(&w, "/of/yard/fake"), 404);
	CHECK(has("there is no camera of this name"));
	CHECK_INT(api_ask(&w, "GET", "/fake/nobody", "camera=yard", NULL), 404);
	CHECK(has("there is no camera of this name"));
	CHECK_STR(graph_world_did(), "");
	api_world_tear_down(&w);
}

TEST(other_paths_and_methods_are_told_what_there_is)
{
	api_world_set_up(&w, TWO);
	CHECK_INT(api_get(&w, "/nothing"), 404);
	CHECK(has("there is nothing here; / is the viewer"));
	CHECK_INT(api_ask(&w, "DELETE", "/fake/x", "", NULL), 405);
	CHECK_STR(api_header(&w, "allow"), "GET, HEAD");
	CHECK_INT(api_ask(&w, "PUT", "/api/v1/cameras/front/events", "", NULL), 405);
	CHECK_STR(api_header(&w, "allow"), "POST");
	CHECK_INT(api_ask(&w, "POST", "/metrics", "", NULL), 405);
	CHECK_INT(api_ask(&w, "HEAD", "/healthz", "", NULL), 200);
	CHECK_INT(api_ask(&w, "GET", "/healthz", "", "a body"), 413);
	CHECK_INT(api_ask(&w, "GET", "/fake/x", "", "a body"), 413);
	api_world_tear_down(&w);
}

TEST(a_node_that_does_not_run_answers_that_it_does_not)
{
	api_world_set_up(
		&w, "cameras: {a: {source: {plugin: src}, recorder: {plugin: rec, fails: start}}}\n");
	CHECK_INT(api_get(&w, "/of/a/fake"), 503);
	CHECK(has("not running"));
	api_world_tear_down(&w);
}

TEST(readiness_is_all_but_sources_and_what_may_do_without)
{
	api_world_set_up(&w,
		"cameras: {a: {source: {plugin: src, fails: start}, recorder: {plugin: rec, fails: "
		"start}, second: {plugin: rec, fails: start, required: false}}}\n");
	CHECK_INT(api_get(&w, "/healthz"), 200);
	CHECK_STR(w.text, "ok\n");
	CHECK_INT(api_get(&w, "/readyz"), 503);
	CHECK_STR(w.text, "a.recorder is not running: it cannot start\n");
	api_world_load(&w, "cameras: {a: {source: {plugin: src, fails: start}}}\n");
	CHECK_INT(api_get(&w, "/readyz"), 200);
	CHECK_STR(w.text, "ready\n");
	w.api.ready = false;
	CHECK_INT(api_get(&w, "/readyz"), 503);
	CHECK_STR(w.text, "starting\n");
	api_world_tear_down(&w);
}

TEST(what_works_badly_is_unready_too)
{
	api_world_set_up(&w, "cameras: {a: {source: {plugin: src}, recorder: {plugin: rec, later: true}}}\n");
	publish("a.source", 20);
	for (int i = 0; i < 13; i++, graph_ahead_ns += CLOCK_SECOND)
		graph_look(&w.graph.graph);
	CHECK_INT(api_get(&w, "/readyz"), 503);
	CHECK(has("a.recorder does not work: packets wait, and none has been taken for"));
	CHECK_INT(api_get(&w, "/api/v1/cameras/a"), 200);
	CHECK(has("\"error\":\"recorder: packets wait"));
	api_world_tear_down(&w);
}

TEST(a_camera_is_told_with_its_stages)
{
	api_world_set_up(&w, TWO);
	CHECK_INT(api_get(&w, "/api/v1/cameras/front"), 200);
	CHECK_STR(w.reply.type, "application/json");
	CHECK(has("{\"name\":\"front\",\"file_name\":\"front\",\"state\":\"connecting\",\"error\":\"\""));
	publish("front.source", 20);
	CHECK_INT(api_get(&w, "/api/v1/cameras/front"), 200);
	CHECK(has("\"state\":\"live\""));
	CHECK(has("\"codec\":\"H264\",\"width\":64,\"height\":48"));
	CHECK(has("\"packets\":20"));
	CHECK(has("\"subscribers\":1"));
	CHECK(has("{\"name\":\"recorder\",\"plugin\":\"rec\",\"kind\":\"recorder\",\"state\":\"live\""));
	CHECK(has("{\"name\":\"web\",\"plugin\":\"snk\""));
	CHECK(!strstr(w.text, "\"side\"") && !strstr(w.text, "\"second\""));
	graph_ahead_ns += 10 * CLOCK_SECOND;
	CHECK_INT(api_get(&w, "/api/v1/cameras/front"), 200);
	CHECK(has("\"state\":\"stalled\""));
	CHECK_INT(api_get(&w, "/api/v1/cameras/yard"), 404);
	api_world_tear_down(&w);
}

TEST(all_cameras_are_told_in_order_and_what_is_of_none)
{
	api_world_set_up(&w, TWO);
	CHECK_INT(api_get(&w, "/api/v1/cameras"), 200);
	CHECK(!strncmp(w.text, "{\"cameras\":[{\"name\":\"front\"", 27));
	CHECK(strstr(w.text, "{\"name\":\"back\"") > strstr(w.text, "{\"name\":\"front\""));
	CHECK(strstr(w.text, "\"nodes\":[{\"name\":\"web\""));
	api_world_tear_down(&w);
}

TEST(long_answers_are_shared_for_a_second_and_made_anew_after_a_reload)
{
	const void *first;

	api_world_set_up(&w, TWO);
	CHECK_INT(api_get(&w, "/api/v1/cameras"), 200);
	first = w.reply.data;
	CHECK_INT(api_get(&w, "/api/v1/cameras"), 200);
	CHECK(w.reply.data == first);
	api_world_load(&w, "cameras: {yard: {source: {plugin: src}}}\n");
	CHECK_INT(api_get(&w, "/api/v1/cameras"), 200);
	CHECK(has("\"yard\"") && !strstr(w.text, "\"front\""));
	first = w.reply.data;
	graph_ahead_ns += 2 * CLOCK_SECOND;
	publish("yard.source", 20);
	CHECK_INT(api_get(&w, "/api/v1/cameras"), 200);
	CHECK(has("\"packets\":20"));
	api_world_tear_down(&w);
}

static int statuses[2];

static void on_end(void *arg, struct cam_reply *reply)
{
	*(int *)arg = reply->status;
}

/* They ask at the last moment. */
static void ask_and_close(struct graph_world *g)
{
	struct cam_request r = {
		.size = sizeof(r), .method = "GET", .path = "/metrics", .query = "", .tail = ""};

	(void)g;
	api_request(&w.api, &r, on_end, &statuses[0]);
	r.path = "/api/v1/cameras";
	api_request(&w.api, &r, on_end, &statuses[1]);
	CHECK_INT(statuses[0], 0);
	api_close(&w.api);
}

TEST(who_waits_when_the_server_ends_is_told_so)
{
	api_world_set_up(&w, TWO);
	w.graph.on_close = ask_and_close;
	api_world_tear_down(&w);
	CHECK_INT(statuses[0], 503);
	CHECK_INT(statuses[1], 503);
}

TEST(metrics_are_of_the_server_of_cameras_of_nodes_and_of_plugins)
{
	api_world_set_up(&w, TWO);
	publish("front.source", 20);
	graph_actor("front.recorder")->host->stat(graph_actor("front.recorder")->node, 0, 7);
	graph_actor("front.recorder")->host->stat(graph_actor("front.recorder")->node, 1, 2);
	graph_actor("front.recorder")->host->stat(graph_actor("front.recorder")->node, 1, 3);
	graph_count_loss(&w.graph.graph, "old.recorder");
	CHECK_INT(api_get(&w, "/metrics"), 200);
	CHECK_STR(w.reply.type, "text/plain; version=0.0.4; charset=utf-8");
	CHECK(has("# TYPE cam_camera_live gauge\ncam_camera_live{camera=\"front\"} 1\n"
		  "cam_camera_live{camera=\"back\"} 0\n"));
	CHECK(has("cam_camera_packets_total{camera=\"front\"} 20\n"));
	CHECK(has("cam_camera_bytes_total{camera=\"front\"} 200\n"));
	CHECK(has("cam_camera_state{camera=\"front\",state=\"live\"} 1\n"));
	CHECK(has("cam_camera_state{camera=\"back\",state=\"live\"} 0\n"));
	CHECK(has("cam_node_running{node=\"web\"} 1\n"));
	CHECK(has("cam_link_passed_total{node=\"front.recorder\"} 20\n"));
	CHECK(has("cam_link_bytes_total{node=\"front.recorder\"} 200\n"));
	CHECK(has("cam_rec_things{node=\"front.recorder\"} 7\n"));
	CHECK(has("# TYPE cam_rec_done_total counter\ncam_rec_done_total{node=\"front.recorder\"} 5\n"));
	CHECK(has("cam_lost_total{node=\"old.recorder\"} 1\n"));
	CHECK(has("cam_uptime_seconds "));
	CHECK(has("cam_log_lines_total{level=\"error\"} "));
	CHECK(has("cam_loop_turn_seconds_bucket{le=\"+Inf\"} "));
	CHECK(has("cam_queue_memory_limit_bytes "));
	api_world_tear_down(&w);
}

TEST(labels_are_escaped)
{
	api_world_set_up(&w, "cameras: {'a\"b': {source: {plugin: src}}}\n");
	CHECK_INT(api_get(&w, "/metrics"), 200);
	CHECK(has("cam_camera_live{camera=\"a\\\"b\"} 0\n"));
	api_world_tear_down(&w);
}

TEST(a_server_without_cameras_has_metrics)
{
	api_world_set_up(&w, "cameras: {a: {source: {plugin: src}}}\n");
	CHECK_INT(api_get(&w, "/metrics"), 200);
	CHECK(has("# HELP cam_rec_things") == false);
	api_world_tear_down(&w);
}

TEST(the_document_tells_of_all_routes)
{
	api_world_set_up(&w, TWO);
	CHECK_INT(api_get(&w, "/api/v1/openapi.json"), 200);
	CHECK(!strncmp(w.text, "{\"openapi\":\"3.1.0\"", 18));
	CHECK(has("\"/api/v1/cameras/{camera}\":{\"get\":{\"summary\":\"One "
		  "camera.\",\"tags\":[\"cam_server\"]"));
	CHECK(has("\"/fake/{name}\":{\"get\":{\"summary\":\"One "
		  "node.\",\"tags\":[\"rec\"]"));
	CHECK(has("\"description\":\"It is there.\""));
	CHECK(has("\"/of/{camera}/fake\":{\"get\":{\"summary\":\"A camera's node.\",\"tags\":[\"rec\"]"));
	CHECK(has("\"parameters\":[{\"name\":\"camera\",\"in\":\"path\""));
	CHECK(has("\"components\":{\"schemas\":{\"camera\":{\"type\":\"object\",\"required\":[\"name\""));
	CHECK(has("\"enum\":[\"connecting\",\"live\",\"stalled\",\"retrying\",\"failed\",\"stopped\"]"));
	api_world_tear_down(&w);
}

TEST(a_digest_changes_with_states)
{
	uint64_t before;
	size_t live;

	api_world_set_up(&w, TWO);
	before = status_digest(&w.graph.graph, &live);
	CHECK_INT(live, 0);
	CHECK(status_digest(&w.graph.graph, &live) == before);
	publish("front.source", 20);
	CHECK(status_digest(&w.graph.graph, &live) != before);
	CHECK_INT(live, 1);
	CHECK_STR(status_name(CAM_RETRYING), "retrying");
	CHECK_STR(status_name(99), "");
	api_world_tear_down(&w);
}

RUN_TESTS(T(nodes_are_asked_in_order_until_one_has_it), T(a_request_about_a_camera_is_for_those_who_see_it),
	T(other_paths_and_methods_are_told_what_there_is),
	T(a_node_that_does_not_run_answers_that_it_does_not),
	T(readiness_is_all_but_sources_and_what_may_do_without), T(what_works_badly_is_unready_too),
	T(a_camera_is_told_with_its_stages), T(all_cameras_are_told_in_order_and_what_is_of_none),
	T(long_answers_are_shared_for_a_second_and_made_anew_after_a_reload),
	T(who_waits_when_the_server_ends_is_told_so),
	T(metrics_are_of_the_server_of_cameras_of_nodes_and_of_plugins), T(labels_are_escaped),
	T(a_server_without_cameras_has_metrics), T(the_document_tells_of_all_routes),
	T(a_digest_changes_with_states))
