/* SPDX-License-Identifier: MIT */
/* A graph goes up and down in order, and says so. Linked with --wrap=clock_gettime. */
#include "tests/check.h"

#include "core/config/load.h"
#include "tests/unit/graph_world.h"

#include <errno.h>

static struct graph_world w;

#define ALL                                                                                                  \
	"cameras:\n"                                                                                         \
	"  a:\n"                                                                                             \
	"    source: {plugin: src}\n"                                                                        \
	"    buffer: {plugin: buf}\n"                                                                        \
	"    recorder: {plugin: rec}\n"                                                                      \
	"    detector: {plugin: det}\n"                                                                      \
	"sinks:\n"                                                                                           \
	"  web: {plugin: snk}\n"                                                                             \
	"listeners:\n"                                                                                       \
	"  ear: {plugin: lis}\n"

TEST(sources_start_when_all_others_have_answered)
{
	graph_world_set_up(&w);
	CHECK_INT(graph_world_load(&w, ALL), 0);
	CHECK_INT(w.ups, 1);
	graph_world_settle(&w);
	CHECK_STR(graph_world_did(),
		"start a.buffer, start a.recorder, start a.detector, start web, start ear, start a.source");
	CHECK_INT(w.graph.n_nodes, 6);
	CHECK_INT(w.graph.n_cameras, 1);
	graph_world_tear_down(&w);
	CHECK_INT(w.lost, 0);
}

TEST(sources_and_sinks_stop_first_then_recorders_then_listeners_then_buffers)
{
	graph_world_set_up(&w);
	graph_world_load(&w, ALL);
	graph_world_settle(&w);
	(void)graph_world_did();
	graph_world_tear_down(&w);
	/* What stops together is told to in the order of the kinds, the last ones first. */
	CHECK_STR(graph_world_did(),
		"stop a.detector, stop web, stop a.source, free a.detector, free web, free a.source, stop "
		"a.recorder, free a.recorder, stop ear, free ear, stop a.buffer, free a.buffer");
}

TEST(a_recorder_that_takes_its_time_keeps_its_buffer_and_its_listeners)
{
	graph_world_set_up(&w);
	graph_world_load(&w, "cameras:\n"
			     "  a: {source: {plugin: src}, buffer: {plugin: buf}, recorder: {plugin: rec, "
			     "holds: true}}\n"
			     "listeners: {ear: {plugin: lis}}\n");
	graph_world_settle(&w);
	(void)graph_world_did();
	graph_stop(&w.graph);
	graph_stop(&w.graph); /* once more is once */
	graph_world_settle(&w);
	CHECK_STR(graph_world_did(), "stop a.source, free a.source, stop a.recorder");
	CHECK(!w.downs);
	graph_actor_end("a.recorder");
	graph_world_tear_down(&w);
	CHECK_STR(graph_world_did(), "free a.recorder, stop ear, free ear, stop a.buffer, free a.buffer");
}

TEST(a_sink_that_cannot_start_is_named_and_nothing_of_a_camera_starts)
{
	graph_world_set_up(&w);
	CHECK_INT(graph_world_load(&w, "cameras: {a: {source: {plugin: src}}}\n"
				       "sinks: {web: {plugin: snk, fails: start}}\n"),
		-EIO);
	CHECK_STR(w.up_failed, "web");
	CHECK_STR(graph_world_did(), "start web, free web");
	graph_world_tear_down(&w);
	CHECK_STR(graph_world_did(), "");
}

TEST(a_stage_that_cannot_start_is_tried_again_and_holds_up_nobody)
{
	graph_world_set_up(&w);
	CHECK_INT(graph_world_load(&w,
			  "cameras: {a: {source: {plugin: src}, recorder: {plugin: rec, fails: once}}}\n"),
		0);
	CHECK(strstr(graph_world_log(&w), "warn a.recorder: not yet; trying again in 0."));
	CHECK_INT(node_life(graph_world_node(&w, "a.recorder")->node), NODE_WAITING);
	GRAPH_UNTIL(&w, node_life(graph_world_node(&w, "a.recorder")->node) == NODE_RUNNING);
	CHECK_INT(w.ups, 1);
	graph_world_tear_down(&w);
}

TEST(a_stage_that_is_required_ends_what_comes_up)
{
	graph_world_set_up(&w);
	CHECK_INT(graph_world_load(&w, "cameras: {a: {source: {plugin: src}, recorder: {plugin: rec, fails: "
				       "create, required: true}}}\n"),
		-EIO);
	CHECK_STR(w.up_failed, "a.recorder");
	graph_world_tear_down(&w);
}

TEST(a_source_that_cannot_start_is_no_reason_not_to_be_up)
{
	graph_world_set_up(&w);
	CHECK_INT(graph_world_load(
			  &w, "cameras: {a: {source: {plugin: src, fails: start}, b: {plugin: buf}}}\n"),
		0);
	GRAPH_UNTIL(&w, node_life(graph_world_node(&w, "a.source")->node) == NODE_WAITING);
	CHECK_INT(w.up_err, 0);
	graph_world_tear_down(&w);
}

TEST(a_graph_without_a_buffer_or_a_recorder_goes_up_and_down)
{
	graph_world_set_up(&w);
	CHECK_INT(graph_world_load(&w, "cameras: {a: {source: {plugin: src}}}\n"), 0);
	graph_world_settle(&w);
	CHECK_STR(graph_world_did(), "start a.source");
	graph_world_tear_down(&w);
	CHECK_STR(graph_world_did(), "stop a.source, free a.source");
}

TEST(a_graph_that_was_never_loaded_goes_down)
{
	size_t n = 1;

	graph_world_set_up(&w);
	CHECK(graph_nodes_of(&w.graph, GRAPH_NO_CAMERA, &n) == NULL);
	CHECK_INT(n, 0);
	CHECK(!graph_find_camera(&w.graph, NULL, "a"));
	graph_world_tear_down(&w);
}

TEST(one_configuration_at_a_time)
{
	struct config *second = graph_config("cameras: {b: {source: {plugin: src}}}\n");

	graph_world_set_up(&w);
	CHECK_INT(graph_world_load(&w, "cameras: {a: {source: {plugin: src, holds: true}}}\n"), 0);
	graph_world_settle(&w);
	CHECK_INT(graph_load(&w.graph, graph_config("cameras: {b: {source: {plugin: src}}}\n")), 0);
	graph_world_settle(&w); /* the source does not end */
	CHECK_INT(graph_load(&w.graph, second), -EBUSY);
	graph_actor_end("a.source");
	GRAPH_UNTIL(&w, w.ups == 2);
	graph_stop(&w.graph);
	CHECK_INT(graph_load(&w.graph, second), -EBUSY);
	config_free(second);
	graph_world_tear_down(&w);
}

TEST(packets_pass_the_buffers_in_their_order_and_those_who_ask_for_one)
{
	graph_world_set_up(&w);
	graph_world_load(&w, "cameras:\n"
			     "  a:\n"
			     "    source: {plugin: src}\n"
			     "    late: {plugin: buf, from: second}\n"
			     "    first: {plugin: buf}\n"
			     "    second: {plugin: buf, from: first}\n"
			     "    all: {plugin: rec}\n"
			     "    raw: {plugin: rec, from: source}\n"
			     "sinks: {web: {plugin: snk, of: a}}\n");
	graph_world_settle(&w);
	CHECK(!port_parent(graph_world_node(&w, "a.source")->port));
	CHECK(port_parent(graph_world_node(&w, "a.first")->port) == graph_world_node(&w, "a.source")->port);
	CHECK(port_parent(graph_world_node(&w, "a.second")->port) == graph_world_node(&w, "a.first")->port);
	CHECK(port_parent(graph_world_node(&w, "a.late")->port) == graph_world_node(&w, "a.second")->port);
	CHECK(port_parent(w.graph.cameras[0]->port) == graph_world_node(&w, "a.late")->port);
	CHECK(!graph_port(&w.graph, "a", "all"));
	CHECK(!graph_port(&w.graph, "a", NULL));
	for (int i = 0; i < 20; i++)
		graph_actor_publish("a.source", i == 0);
	GRAPH_UNTIL(&w, graph_actor("a.raw")->packets == 20 && graph_actor("a.all")->packets == 20 &&
				graph_actor("web")->packets == 20);
	graph_world_tear_down(&w);
}

RUN_TESTS(T(sources_start_when_all_others_have_answered),
	T(sources_and_sinks_stop_first_then_recorders_then_listeners_then_buffers),
	T(a_recorder_that_takes_its_time_keeps_its_buffer_and_its_listeners),
	T(a_sink_that_cannot_start_is_named_and_nothing_of_a_camera_starts),
	T(a_stage_that_cannot_start_is_tried_again_and_holds_up_nobody),
	T(a_stage_that_is_required_ends_what_comes_up),
	T(a_source_that_cannot_start_is_no_reason_not_to_be_up),
	T(a_graph_without_a_buffer_or_a_recorder_goes_up_and_down),
	T(a_graph_that_was_never_loaded_goes_down), T(one_configuration_at_a_time),
	T(packets_pass_the_buffers_in_their_order_and_those_who_ask_for_one))
