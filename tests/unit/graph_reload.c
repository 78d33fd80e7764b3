/* SPDX-License-Identifier: MIT */
/* What a reload makes anew and what stays, and a graph without memory. Linked with --wrap=clock_gettime,calloc,realloc. */
#include "tests/check.h"

#include "core/config/load.h"
#include "tests/unit/graph_world.h"

#include <errno.h>

static struct graph_world w;
static int fail_after = -1; /* allocations of the core until one fails; below 0: none does */

void *__real_calloc(size_t n, size_t bytes);
void *__wrap_calloc(size_t n, size_t bytes);
void *__wrap_calloc(size_t n, size_t bytes)
{
	return fail_after >= 0 && fail_after-- == 0 ? NULL : __real_calloc(n, bytes);
}

void *__real_realloc(void *old, size_t bytes);
void *__wrap_realloc(void *old, size_t bytes);
void *__wrap_realloc(void *old, size_t bytes)
{
	return fail_after >= 0 && fail_after-- == 0 ? NULL : __real_realloc(old, bytes);
}

static void begin(const char *yaml)
{
	graph_world_set_up(&w);
	CHECK_INT(graph_world_load(&w, yaml), 0);
	graph_world_settle(&w);
	(void)graph_world_did();
	(void)graph_world_log(&w);
}

static const char *reload(const char *yaml)
{
	CHECK_INT(graph_world_load(&w, yaml), 0);
	graph_world_settle(&w);
	return graph_world_did();
}

static void publish(int n)
{
	while (n--)
		graph_actor_publish("a.source", true);
	graph_world_settle(&w);
}

#define A "cameras: {a: {source: {plugin: src}, buffer: {plugin: buf}, recorder: {plugin: rec}}}\n"

TEST(what_is_the_same_stays)
{
	uint64_t generation;

	begin(A);
	generation = w.graph.generation;
	CHECK_STR(reload(A), "");
	CHECK(w.graph.generation != generation);
	CHECK_INT(w.graph.n_old, 2); /* nodes are of the first, the lists of the second */
	graph_world_tear_down(&w);
}

TEST(a_buffer_made_anew_costs_nobody_a_packet_nor_the_camera)
{
	const struct port *port;

	begin(A);
	publish(20);
	CHECK_INT(graph_actor("a.recorder")->packets, 20);
	port = graph_world_node(&w, "a.buffer")->port;
	CHECK_STR(reload("cameras: {a: {source: {plugin: src}, buffer: {plugin: buf, life: 1}, recorder: "
			 "{plugin: rec}}}\n"),
		"stop a.buffer, free a.buffer, start a.buffer");
	CHECK(graph_world_node(&w, "a.buffer")->port == port);
	publish(5);
	CHECK_INT(graph_actor("a.recorder")->packets, 25);
	CHECK_INT(graph_actor("a.recorder")->ended, 0);
	graph_world_tear_down(&w);
}

TEST(a_source_made_anew_ends_its_session_and_no_recorder)
{
	begin(A);
	publish(20);
	CHECK_STR(reload("cameras: {a: {source: {plugin: src, life: 1}, buffer: {plugin: buf}, recorder: "
			 "{plugin: rec}}}\n"),
		"stop a.source, free a.source, start a.source");
	publish(20);
	CHECK_INT(graph_actor("a.recorder")->packets, 40);
	CHECK_INT(graph_actor("a.recorder")->ended, 1);
	CHECK_INT(graph_actor("a.recorder")->marked, 1);
	graph_world_tear_down(&w);
}

TEST(options_that_can_are_taken_as_it_runs)
{
	begin(A);
	CHECK_STR(reload("cameras: {a: {source: {plugin: src, ease: 1}, buffer: {plugin: buf, ease: 2}, "
			 "recorder: {plugin: rec, ease: 3}}}\n"),
		"reload a.source, reload a.buffer, reload a.recorder");
	CHECK_INT(graph_actor("a.recorder")->conf->ease, 3);
	CHECK_INT(w.graph.n_old, 1);
	CHECK(graph_world_node(&w, "a.source")->conf == &w.graph.config->nodes[0]);
	graph_world_tear_down(&w);
}

TEST(who_cannot_take_them_as_it_runs_is_made_anew_alone)
{
	begin(A);
	CHECK_STR(
		reload("cameras: {a: {source: {plugin: src}, buffer: {plugin: buf}, recorder: {plugin: rec, "
		       "fails: reload}}}\n"),
		"reload a.recorder, stop a.recorder, free a.recorder, start a.recorder");
	CHECK(strstr(graph_world_log(&w),
		"info a.recorder: begins anew to take its new configuration: not as it runs"));
	graph_world_tear_down(&w);
}

TEST(who_has_no_reload_is_made_anew)
{
	begin("cameras: {a: {source: {plugin: src}, recorder: {plugin: stiff}}}\n");
	CHECK_STR(reload("cameras: {a: {source: {plugin: src}, recorder: {plugin: stiff, ease: 1}}}\n"),
		"stop a.recorder, free a.recorder, start a.recorder");
	graph_world_tear_down(&w);
}

TEST(another_plugin_another_place_and_another_name_are_other_nodes)
{
	begin("cameras: {a: {source: {plugin: src}, recorder: {plugin: rec}}}\n");
	CHECK_STR(reload("cameras: {a: {source: {plugin: src}, recorder: {plugin: stiff}}}\n"),
		"stop a.recorder, free a.recorder, start a.recorder");
	CHECK_STR(reload("cameras: {a: {source: {plugin: src}, keep: {plugin: stiff}}}\n"),
		"stop a.recorder, free a.recorder, start a.keep");
	CHECK_STR(reload("cameras: {a: {source: {plugin: src}, keep: {plugin: stiff, from: source}}}\n"),
		"stop a.keep, free a.keep, start a.keep");
	graph_world_tear_down(&w);
}

TEST(a_camera_that_leaves_is_gone_for_who_took_its_packets)
{
	begin("cameras: {a: {source: {plugin: src}}, b: {source: {plugin: src}}}\n"
	      "sinks: {web: {plugin: snk, of: b}}\n");
	CHECK_STR(reload("cameras: {a: {source: {plugin: src}}}\n"
			 "sinks: {web: {plugin: snk, of: b}}\n"),
		"stop b.source, free b.source, gone web");
	CHECK_INT(w.graph.n_cameras, 1);
	CHECK(graph_camera(&w.graph, "b") == GRAPH_NO_CAMERA);
	graph_world_tear_down(&w);
}

TEST(a_camera_that_comes_does_not_touch_the_others)
{
	begin("cameras: {b: {source: {plugin: src}}}\n");
	CHECK_STR(reload("cameras: {a: {source: {plugin: src}}, b: {source: {plugin: src}}}\n"),
		"start a.source");
	CHECK_INT(graph_camera(&w.graph, "a"), 0);
	CHECK_INT(graph_camera(&w.graph, "b"), 1);
	CHECK(graph_source(&w.graph, 1) == graph_world_node(&w, "b.source"));
	graph_world_tear_down(&w);
}

TEST(a_buffer_between_is_hung_without_touching_who_takes_from_it)
{
	begin("cameras: {a: {source: {plugin: src}, recorder: {plugin: rec}}}\n");
	publish(20);
	CHECK_STR(reload(A), "start a.buffer");
	CHECK(port_parent(w.graph.cameras[0]->port) == graph_world_node(&w, "a.buffer")->port);
	publish(5);
	CHECK_INT(graph_actor("a.recorder")->packets, 25);
	CHECK_STR(reload("cameras: {a: {source: {plugin: src}, recorder: {plugin: rec}}}\n"),
		"stop a.buffer, free a.buffer");
	publish(5);
	CHECK_INT(graph_actor("a.recorder")->packets, 30);
	graph_world_tear_down(&w);
}

TEST(who_waits_to_be_tried_again_is_made_anew_at_once)
{
	begin("cameras: {a: {source: {plugin: src, fails: start}}}\n");
	CHECK_INT(node_life(graph_world_node(&w, "a.source")->node), NODE_WAITING);
	CHECK_STR(reload("cameras: {a: {source: {plugin: src, ease: 1}}}\n"), "start a.source");
	CHECK_INT(node_life(graph_world_node(&w, "a.source")->node), NODE_RUNNING);
	graph_world_tear_down(&w);
}

TEST(once_up_a_sink_that_cannot_start_ends_nothing)
{
	begin("cameras: {a: {source: {plugin: src}}}\n");
	CHECK_STR(
		reload("cameras: {a: {source: {plugin: src}}}\nsinks: {web: {plugin: snk, fails: start}}\n"),
		"start web, free web");
	CHECK_INT(w.ups, 2);
	CHECK_INT(w.up_err, 0);
	graph_world_tear_down(&w);
}

TEST(a_server_that_stops_during_a_reload_stops)
{
	begin("cameras: {a: {source: {plugin: src, holds: true}}}\n");
	CHECK_INT(graph_load(&w.graph, graph_config("cameras: {b: {source: {plugin: src}}}\n")), 0);
	graph_stop(&w.graph);
	graph_actor_end("a.source");
	graph_world_tear_down(&w);
	CHECK_STR(graph_world_did(), "stop a.source, free a.source");
	CHECK_INT(w.ups, 1);
}

/* Each allocation of a load fails once: it is told, what was there goes on or is down cleanly, nothing is leaked. */
TEST(a_reload_without_memory_is_told_and_can_be_stopped)
{
	bool failed = true;

	for (int n = 0; failed; n++) {
		struct config *c;
		int err;

		begin(A "sinks: {web: {plugin: snk}}\n");
		c = graph_config(
			"cameras: {a: {source: {plugin: src, life: 1}, buffer: {plugin: buf, life: 1}},\n"
			" b: {source: {plugin: src}, buffer: {plugin: buf}}}\n"
			"listeners: {ear: {plugin: lis}}\n");
		fail_after = n;
		err = graph_load(&w.graph, c);
		if (err)
			config_free(c);
		else
			GRAPH_UNTIL(&w, w.ups == 2);
		failed = fail_after < 0;
		fail_after = -1;
		CHECK(err || !failed || w.up_err == -ENOMEM || w.up_err == 0);
		if (err)
			CHECK_INT(node_life(graph_world_node(&w, "a.source")->node), NODE_RUNNING);
		graph_world_tear_down(&w);
	}
}

RUN_TESTS(T(what_is_the_same_stays), T(a_buffer_made_anew_costs_nobody_a_packet_nor_the_camera),
	T(a_source_made_anew_ends_its_session_and_no_recorder), T(options_that_can_are_taken_as_it_runs),
	T(who_cannot_take_them_as_it_runs_is_made_anew_alone), T(who_has_no_reload_is_made_anew),
	T(another_plugin_another_place_and_another_name_are_other_nodes),
	T(a_camera_that_leaves_is_gone_for_who_took_its_packets),
	T(a_camera_that_comes_does_not_touch_the_others),
	T(a_buffer_between_is_hung_without_touching_who_takes_from_it),
	T(who_waits_to_be_tried_again_is_made_anew_at_once), T(once_up_a_sink_that_cannot_start_ends_nothing),
	T(a_server_that_stops_during_a_reload_stops), T(a_reload_without_memory_is_told_and_can_be_stopped))
