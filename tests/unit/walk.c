/* SPDX-License-Identifier: MIT */
/* Who is asked what, and whether they may: walk, api, own, allow. Linked with --wrap=clock_gettime. */
#include "core/api/event_post.h"
#include "core/bus/event_link.h"
#include "tests/unit/api_fixture.h"

#include "lib/clock.h"

#include <errno.h>
#include <libavutil/base64.h>

#define TWO                                                                                                  \
	"cameras: {front: {source: {plugin: src}, recorder: {plugin: rec}, other: {plugin: rec}}, "          \
	"yard: {source: {plugin: src}, recorder: {plugin: rec}}}\n"                                          \
	"sinks: {web: {plugin: snk}, near: {plugin: snk, from: yard}}\n"

/* ---- which nodes are asked ---- */

TEST(nodes_are_asked_in_order_until_one_has_it)
{
	api_begin(TWO);
	CHECK_INT(ask_as("", "GET", "/fake/yard.recorder", NULL), 200);
	CHECK_STR(got.body, "found");
	CHECK_STR(graph_world_did(), "ask front.recorder, ask front.other, ask yard.recorder");
	CHECK_INT(ask_as("", "GET", "/fake/nobody", NULL), 404);
	CHECK_STR(got.body, "there is nothing of this name\n");
	CHECK_STR(graph_world_did(),
		"ask front.recorder, ask front.other, ask yard.recorder, ask web, ask near");
	CHECK_INT(ask_as("", "GET", "/fake/broken", NULL), 500);
	CHECK_STR(graph_world_did(), "ask front.recorder");
	CHECK_INT(ask_as("", "HEAD", "/fake/web", NULL), 200);
	api_world_tear_down(&a);
}

TEST(only_nodes_that_see_the_camera_are_asked)
{
	api_begin(TWO);
	CHECK_INT(ask_as("", "GET", "/fake/near?camera=yard", NULL), 200);
	CHECK_STR(graph_world_did(), "ask yard.recorder, ask web, ask near");
	CHECK_INT(ask_as("", "GET", "/fake/near?camera=front", NULL), 404);
	CHECK_STR(graph_world_did(), "ask front.recorder, ask front.other, ask web");
	CHECK_INT(ask_as("", "GET", "/of/yard/fake", NULL), 200);
	CHECK_STR(graph_world_did(), "ask yard.recorder");
	CHECK_INT(ask_as("", "GET", "/of/nobody/fake", NULL), 404);
	CHECK_STR(got.body, "there is no camera of this name; see /api/v1/cameras\n");
	CHECK_INT(ask_as("", "GET", "/fake/near?camera=", NULL), 200); /* none is named */
	api_world_tear_down(&a);
}

TEST(a_name_that_is_too_long_is_no_camera_s)
{
	char path[400];

	api_begin(TWO);
	(void)graph_world_did();
	snprintf(path, sizeof(path), "/of/%0300d/fake", 1);
	CHECK_INT(ask_as("", "GET", path, NULL), 404);
	snprintf(path, sizeof(path), "/fake/near?camera=%0300d", 1);
	CHECK_INT(ask_as("", "GET", path, NULL), 404);
	snprintf(path, sizeof(path), "/api/v1/cameras/%0300d", 1);
	CHECK_INT(ask_as("", "GET", path, NULL), 404);
	CHECK_STR(graph_world_did(), "");
	api_world_tear_down(&a);
}

TEST(nodes_of_cameras_that_are_not_seen_are_not_asked)
{
	api_begin(TWO API_USERS);
	CHECK_INT(ask_as("vf", "GET", "/fake/nobody", NULL), 404);
	CHECK_STR(graph_world_did(), "ask front.recorder, ask front.other, ask web, ask near");
	CHECK_INT(ask_as("vf", "GET", "/of/front/fake", NULL), 200);
	(void)graph_world_did();
	CHECK_INT(ask_as("vf", "GET", "/of/yard/fake", NULL), 404);
	CHECK_STR(got.body,
		"there is no camera of this name; see /api/v1/cameras\n"); /* as if there were none */
	CHECK_INT(ask_as("vf", "GET", "/fake/near?camera=yard", NULL), 404);
	CHECK_STR(graph_world_did(), "");
	api_world_tear_down(&a);
}

static void reload(struct graph_world *world)
{
	world->on_tick = NULL;
	CHECK_INT(graph_load(&world->graph,
			  graph_config(
				  "cameras: {yard: {source: {plugin: src}}}\nsinks: {web: {plugin: snk}}\n")),
		0);
}

TEST(a_reload_on_the_way_is_noticed)
{
	int n;

	api_begin(TWO);
	n = got.n;
	api_request(&a.api,
		&(struct cam_request){.size = sizeof(struct cam_request),
			.method = "GET",
			.path = "/fake/nobody",
			.query = "",
			.peer = "::1"},
		on_answer, &got);
	reload(&w);
	GRAPH_UNTIL(&w, got.n > n);
	CHECK(got.status == 404 || got.status == 503);
	graph_world_settle(&w);
	api_world_tear_down(&a);
}

/* ---- rights ---- */

TEST(a_route_asks_for_its_right)
{
	api_begin(TWO API_USERS);
	CHECK_INT(ask_as("v", "POST", "/taken", "x"), 403);
	CHECK_STR(got.body, "your role does not include this; see `users` in the configuration\n");
	CHECK_INT(ask_as("p", "POST", "/taken", "x"), 403);
	CHECK_INT(ask_as("c", "POST", "/taken", "x"), 200);
	CHECK_INT(ask_as("c", "DELETE", "/of/front/fake", NULL), 403);
	CHECK_INT(ask_as("a", "DELETE", "/of/front/fake", NULL), 200);
	CHECK_INT(ask_as("", "GET", "/fake/web", NULL), 401);
	CHECK(strstr(got.headers, "www-authenticate: Basic"));
	CHECK_INT(ask_as("", "PUT", "/open", NULL), 200);
	CHECK_INT(ask_as("v", "GET", "/api/v1/events", NULL), 403);
	CHECK_INT(ask_as("p", "GET", "/api/v1/events", NULL), 200);
	CHECK_INT(ask_as("", "GET", "/api/v1/cameras", NULL), 401);
	CHECK_INT(ask_as("", "GET", "/api/v1/cameras/front", NULL), 401);
	CHECK_INT(ask_as("", "GET", "/api/v1/cameras/none", NULL), 401); /* which there are is not told */
	CHECK_INT(ask_as("", "GET", "/healthz", NULL), 200);
	api_world_tear_down(&a);
}

TEST(what_may_not_be_seen_does_not_exist)
{
	api_begin(TWO API_USERS);
	CHECK_INT(ask_as("vf", "GET", "/api/v1/cameras/front", NULL), 200);
	CHECK_INT(ask_as("vf", "GET", "/api/v1/cameras/yard", NULL), 404);
	CHECK_INT(ask_as("v", "GET", "/api/v1/cameras/yard", NULL), 200);
	CHECK_INT(ask_as("cf", "POST", "/api/v1/cameras/yard/events", "{\"topic\":\"x\"}"), 404);
	CHECK_INT(ask_as("cf", "POST", "/api/v1/cameras/front/events", "{\"topic\":\"x\"}"), 201);
	CHECK_INT(ask_as("vf", "GET", "/metrics", NULL), 403);
	CHECK(strstr(got.body, "a user who sees them all"));
	CHECK_INT(ask_as("v", "GET", "/metrics", NULL), 200);
	CHECK_INT(ask_as("vf", "GET", "/api/v1/openapi.json", NULL), 200);
	api_world_tear_down(&a);
}

TEST(the_list_of_cameras_is_of_those_that_are_seen)
{
	api_begin(TWO API_USERS);
	CHECK_INT(ask_as("v", "GET", "/api/v1/cameras", NULL), 200);
	CHECK(!got.stream && strstr(got.body, "\"name\":\"yard\"") && strstr(got.body, "\"web\""));
	CHECK_INT(ask_as("vf", "GET", "/api/v1/cameras", NULL), 200);
	CHECK(got.stream);
	CHECK(strstr(read_piece(), "\"name\":\"front\"") && !strstr(piece, "yard"));
	CHECK(!strncmp(piece, "{\"cameras\":[{", 12) && strstr(piece, "],\"nodes\":[]}\n"));
	CHECK_INT((read_piece(), piece_n), 0);
	close_stream();
	CHECK_INT(ask_as("vf", "GET", "/api/v1/cameras", NULL), 200);
	api_world_load(&a, TWO API_USERS); /* another configuration is another list */
	CHECK_INT((read_piece(), piece_n), -EIO);
	close_stream();
	api_world_tear_down(&a);
}

TEST(readiness_is_explained_to_who_may_see)
{
	char basic[80] = "Basic ";
	const struct cam_header headers[] = {{"authorization", basic}, {0}},
				wrong[] = {{"authorization", "Basic eDp5"}, {0}};
	struct cam_request r = {.size = sizeof(r), .method = "GET", .path = "/readyz"};

	api_begin("cameras: {front: {source: {plugin: src}, recorder: {plugin: rec, required: "
		  "true}}}\n" API_USERS);
	CHECK_INT(ask_as("", "GET", "/readyz", NULL), 200);
	a.api.ready = false;
	CHECK_INT(ask_as("", "GET", "/readyz", NULL), 503);
	CHECK_STR(got.body, "starting\n");
	a.api.ready = true;
	graph_actor("front.recorder")->host->fail(graph_actor("front.recorder")->node, -EIO);
	GRAPH_UNTIL(&w, node_life(graph_world_node(&w, "front.recorder")->node) == NODE_WAITING);
	CHECK_INT(ask_as("", "GET", "/readyz", NULL), 503);
	CHECK_STR(got.body, "something does not work; log in to see what\n");
	CHECK_INT(ask_as("vf", "GET", "/readyz", NULL), 503);
	CHECK(strstr(got.body, "log in to see")); /* what is not told by camera is told to who sees all */
	CHECK_INT(ask_as("v", "GET", "/readyz", NULL), 503);
	CHECK(strstr(got.body, "front.recorder is not running"));
	av_base64_encode(basic + 6, (int)sizeof(basic) - 6, (const uint8_t *)"v:x", 3);
	r.headers = headers;
	CHECK_INT(api_send(&r), 503);
	CHECK(strstr(got.body, "front.recorder is not running"));
	r.headers = wrong;
	CHECK_INT(api_send(&r), 503);
	CHECK(strstr(got.body, "log in to see"));
	api_world_tear_down(&a);
}

TEST(who_asks_is_found_out_by_the_headers)
{
	char basic[80] = "Basic ";
	const struct cam_header headers[] = {{"authorization", basic}, {0}};
	const struct cam_request r = {
		.size = sizeof(r), .method = "GET", .path = "/api/v1/cameras/yard", .headers = headers};

	api_begin(TWO API_USERS);
	av_base64_encode(basic + 6, (int)sizeof(basic) - 6, (const uint8_t *)"v:x", 3);
	CHECK_INT(api_send(&r), 200);
	av_base64_encode(basic + 6, (int)sizeof(basic) - 6, (const uint8_t *)"vf:x", 4);
	CHECK_INT(api_send(&r), 404);
	av_base64_encode(basic + 6, (int)sizeof(basic) - 6, (const uint8_t *)"vf:y", 4);
	CHECK_INT(api_send(&r), 401);
	api_world_tear_down(&a);
}

/* ---- what is not there ---- */

TEST(methods_that_there_are_not_are_told)
{
	api_begin(TWO);
	CHECK_INT(ask_as("", "DELETE", "/fake/x", NULL), 405);
	CHECK_STR(got.headers, "allow: GET, HEAD");
	CHECK_INT(ask_as("", "PUT", "/of/front/fake", NULL), 405);
	CHECK_STR(got.headers, "allow: GET, HEAD, DELETE");
	CHECK_INT(ask_as("", "GET", "/taken", NULL), 405);
	CHECK_STR(got.headers, "allow: POST");
	CHECK_INT(ask_as("", "POST", "/healthz", NULL), 405);
	CHECK_STR(got.headers, "allow: GET, HEAD");
	CHECK_INT(ask_as("", "GET", "/api/v1/cameras/front/events", NULL), 405);
	CHECK_STR(got.headers, "allow: POST");
	CHECK_INT(ask_as("", "BREW", "/healthz", NULL), 405);
	CHECK_INT(ask_as("", "GET", "/nothing", NULL), 404);
	CHECK_STR(got.body, "there is nothing here; / is the viewer\n");
	CHECK_STR(got.headers, "");
	api_world_tear_down(&a);
}

TEST(a_body_is_as_long_as_its_route_takes)
{
	static char huge[EVENT_POST_BYTES + 2];

	api_begin(TWO);
	CHECK_INT(ask_as("", "POST", "/taken", "0123456789"), 200);
	CHECK_INT(ask_as("", "POST", "/taken", "0123456789x"), 413);
	CHECK_STR(got.body, "the body is too long\n");
	CHECK_INT(ask_as("", "GET", "/fake/web", "x"), 413);
	CHECK_STR(got.body, "this takes no body\n");
	CHECK_INT(ask_as("", "GET", "/healthz", "x"), 413);
	CHECK_STR(got.body, "this takes no body\n");
	memset(huge, ' ', EVENT_POST_BYTES + 1);
	CHECK_INT(ask_as("", "POST", "/api/v1/cameras/front/events", huge), 413);
	CHECK_STR(got.body, "the body is too long\n");
	huge[EVENT_POST_BYTES] = '\0';
	CHECK_INT(ask_as("", "POST", "/api/v1/cameras/front/events", huge), 400);
	api_world_tear_down(&a);
}

/* ---- what nodes hear ---- */

static int raise_motion(const char *node, const char *camera, uint32_t phase, uint64_t *id)
{
	struct cam_event e = {.size = sizeof(e),
		.phase = phase,
		.id = *id,
		.topic = "motion",
		.camera = camera,
		.score = 0.5f};
	int err = graph_actor(node)->host->raise(graph_actor(node)->node, &e);

	*id = e.id;
	return err;
}

TEST(an_event_is_heard_by_who_sees_the_camera)
{
	uint64_t id = 0;

	api_begin(TWO "listeners: {ear: {plugin: lis}, deaf: {plugin: lis, from: yard}}\n");
	CHECK_INT(raise_motion("front.other", "yard", CAM_POINT, &id), 0); /* a stage's is its own camera's */
	GRAPH_UNTIL(&w, graph_actor("ear")->heard == 1 && graph_actor("web")->heard == 1);
	graph_world_settle(&w);
	CHECK_INT(graph_actor("ear")->heard_id, id);
	CHECK_INT(graph_actor("front.recorder")->heard, 1);
	CHECK_INT(graph_actor("front.other")->heard, 1);
	CHECK_INT(
		graph_actor("yard.recorder")->heard + graph_actor("deaf")->heard + graph_actor("near")->heard,
		0);
	CHECK_INT(raise_motion("ear", "yard", CAM_POINT, &id), 0);
	GRAPH_UNTIL(&w, graph_actor("deaf")->heard == 1 && graph_actor("yard.recorder")->heard == 1);
	CHECK_INT(raise_motion("deaf", "front", CAM_POINT, &id), -ENOENT);
	CHECK_INT(raise_motion("ear", NULL, CAM_POINT, &id), -ENOENT);
	CHECK_INT(atomic_load(&node_event_flow(graph_actor("ear")->node)->heard), 2);
	api_world_tear_down(&a);
}

TEST(what_a_stage_hears_outlives_the_configuration_it_stands_in)
{
#define HEARS(ease)                                                                                          \
	"cameras: {front: {source: {plugin: src}, recorder: {plugin: rec, on: 'object,motion', ease: " #ease \
	"}, other: {plugin: rec, on: object}}}\n"
	struct cam_node *node;
	uint64_t id = 0;

	api_begin(HEARS(0));
	node = graph_actor("front.recorder")->node;
	api_world_load(&a, HEARS(1));
	graph_world_settle(&w);
	CHECK(graph_actor("front.recorder")->node == node); /* it goes on as it runs */
	CHECK_INT(raise_motion("front.recorder", NULL, CAM_POINT, &id), 0);
	GRAPH_UNTIL(&w, graph_actor("front.recorder")->heard == 1);
	CHECK_INT(graph_actor("front.other")->heard, 0);
	api_world_tear_down(&a);
}

TEST(what_a_node_began_ends_with_it)
{
	uint64_t id = 0;

	api_begin(TWO);
	CHECK_INT(raise_motion("front.recorder", NULL, CAM_BEGIN, &id), 0);
	CHECK_INT(raise_motion("front.recorder", NULL, CAM_UPDATE, &id), 0);
	graph_actor("front.recorder")->host->fail(graph_actor("front.recorder")->node, -EIO);
	GRAPH_UNTIL(&w, !a.events.n_open);
	CHECK_INT(ask_as("", "GET", "/api/v1/events?topic=motion", NULL), 200);
	CHECK(strstr(got.body, "\"data\":{\"ended_by\": \"stage_stopped\"}"));
	api_world_tear_down(&a);
}

RUN_TESTS(T(nodes_are_asked_in_order_until_one_has_it), T(only_nodes_that_see_the_camera_are_asked),
	T(a_name_that_is_too_long_is_no_camera_s), T(nodes_of_cameras_that_are_not_seen_are_not_asked),
	T(a_reload_on_the_way_is_noticed), T(a_route_asks_for_its_right),
	T(what_may_not_be_seen_does_not_exist), T(the_list_of_cameras_is_of_those_that_are_seen),
	T(readiness_is_explained_to_who_may_see), T(who_asks_is_found_out_by_the_headers),
	T(methods_that_there_are_not_are_told), T(a_body_is_as_long_as_its_route_takes),
	T(an_event_is_heard_by_who_sees_the_camera),
	T(what_a_stage_hears_outlives_the_configuration_it_stands_in), T(what_a_node_began_ends_with_it))
