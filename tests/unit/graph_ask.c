/* SPDX-License-Identifier: MIT */
/* What is asked of a graph: who sees which camera, who does not work, what would be lost. Linked with --wrap=clock_gettime. */
#include "lib/clock.h"
#include "tests/check.h"
#include "tests/unit/graph_world.h"

#include <errno.h>

static struct graph_world w;

static void begin(const char *yaml)
{
	graph_world_set_up(&w);
	CHECK_INT(graph_world_load(&w, yaml), 0);
	graph_world_settle(&w);
	(void)graph_world_did();
	(void)graph_world_log(&w);
}

static const struct cam_node *node(const char *name)
{
	return graph_world_node(&w, name)->node;
}

/* @return whether this node is given that camera */
static bool finds(const char *viewer, const char *name)
{
	struct camera *c = graph_find_camera(&w.graph, node(viewer), name);
	bool found = c && !strcmp(c->name, name);

	camera_unref(c);
	return found;
}

TEST(a_stage_sees_its_own_camera_and_a_sink_those_of_its_from)
{
	begin("cameras: {front: {source: {plugin: src}}, back: {source: {plugin: src}}, yard: {source: "
	      "{plugin: "
	      "src}}}\n"
	      "sinks: {all: {plugin: snk}, some: {plugin: snk, from: \"front,y*\"}, one: {plugin: snk, from: "
	      "back}}\n");
	CHECK(finds("front.source", "front") && !finds("front.source", "back"));
	CHECK(finds("all", "front") && finds("all", "back") && finds("all", "yard"));
	CHECK(finds("some", "front") && !finds("some", "back") && finds("some", "yard"));
	CHECK(!finds("one", "front") && finds("one", "back"));
	CHECK(!finds("all", "fron") && !finds("all", ""));
	graph_world_tear_down(&w);
}

TEST(nodes_are_listed_by_camera_and_those_of_none)
{
	struct graph_node *const *nodes;
	size_t n;

	begin("cameras: {b: {source: {plugin: src}, recorder: {plugin: rec}}, a: {source: {plugin: src}}}\n"
	      "sinks: {web: {plugin: snk}}\nlisteners: {ear: {plugin: lis}}\n");
	nodes = graph_nodes_of(&w.graph, graph_camera(&w.graph, "b"), &n);
	CHECK_INT(n, 2);
	CHECK_STR(nodes[1]->conf->name, "b.recorder");
	nodes = graph_nodes_of(&w.graph, graph_camera(&w.graph, "a"), &n);
	CHECK_INT(n, 1);
	CHECK_STR(nodes[0]->conf->name, "a.source");
	nodes = graph_nodes_of(&w.graph, GRAPH_NO_CAMERA, &n);
	CHECK_INT(n, 2);
	CHECK_STR(nodes[0]->conf->name, "web");
	CHECK_STR(nodes[1]->conf->name, "ear");
	CHECK_STR(graph_source(&w.graph, 1)->conf->name, "a.source");
	graph_world_tear_down(&w);
}

static void look_for(int64_t seconds)
{
	for (graph_look(&w.graph); seconds--; graph_look(&w.graph))
		graph_ahead_ns += CLOCK_SECOND;
}

TEST(who_takes_nothing_of_what_waits_is_told_of_once)
{
	char why[256] = "";

	begin("cameras: {a: {source: {plugin: src}, recorder: {plugin: rec, later: true}, other: {plugin: "
	      "rec}}}\n"
	      "sinks: {web: {plugin: snk, of: a, later: true}}\n");
	for (int i = 0; i < 20; i++)
		graph_actor_publish("a.source", i == 0);
	GRAPH_UNTIL(&w, graph_actor("a.other")->packets == 20);
	look_for(9);
	CHECK(!graph_is_faulty(graph_world_node(&w, "a.recorder"), why));
	CHECK_STR(graph_world_log(&w), "");
	look_for(3);
	CHECK(graph_is_faulty(graph_world_node(&w, "a.recorder"), why));
	CHECK(strstr(why, "packets wait, and none has been taken for 1"));
	CHECK(strstr(why, "does the disk hang that holds /tmp/a.recorder"));
	CHECK(!graph_is_faulty(graph_world_node(&w, "a.other"), why));
	CHECK(!graph_is_faulty(graph_world_node(&w, "web"), why)); /* its viewer may be slow */
	CHECK(strstr(graph_world_log(&w), "warn a.recorder: packets wait, and none has been taken for 1"));
	look_for(30);
	CHECK_STR(graph_world_log(&w), "");
	graph_world_tear_down(&w);
}

TEST(who_takes_again_works_again)
{
	char why[256] = "";

	begin("cameras: {a: {source: {plugin: src}, recorder: {plugin: rec, later: true}}}\n");
	for (int i = 0; i < 20; i++)
		graph_actor_publish("a.source", i == 0);
	graph_world_settle(&w);
	look_for(15);
	CHECK(graph_is_faulty(graph_world_node(&w, "a.recorder"), why));
	CHECK_INT(
		graph_world_load(&w, "cameras: {a: {source: {plugin: src}, recorder: {plugin: rec}}}\n"), 0);
	graph_actor("a.recorder")
		->host->resume(graph_actor("a.recorder")->node, graph_actor("a.recorder")->sub);
	GRAPH_UNTIL(&w, graph_actor("a.recorder")->packets == 20);
	graph_look(&w.graph);
	CHECK(!graph_is_faulty(graph_world_node(&w, "a.recorder"), why));
	graph_world_tear_down(&w);
}

TEST(who_has_failed_does_not_work)
{
	char why[256] = "";

	begin("cameras: {a: {source: {plugin: src}, recorder: {plugin: rec, fails: full}}}\n");
	for (int i = 0; i < 20; i++)
		graph_actor_publish("a.source", i == 0);
	GRAPH_UNTIL(&w, node_life(node("a.recorder")) == NODE_WAITING);
	CHECK(graph_is_faulty(graph_world_node(&w, "a.recorder"), why));
	CHECK_STR(why, "the disk is full");
	graph_world_tear_down(&w);
	CHECK_INT(w.lost, 0); /* it had failed before it was to end, and was told of then */
}

TEST(losses_are_counted_by_the_node)
{
	begin("cameras: {a: {source: {plugin: src}}}\n");
	CHECK(!w.graph.losses);
	graph_count_loss(&w.graph, "a.recorder");
	graph_count_loss(&w.graph, "b.recorder");
	graph_count_loss(&w.graph, "a.recorder");
	CHECK_STR(w.graph.losses->node, "b.recorder");
	CHECK_INT(w.graph.losses->count, 1);
	CHECK_STR(w.graph.losses->next->node, "a.recorder");
	CHECK_INT(w.graph.losses->next->count, 2);
	CHECK(!w.graph.losses->next->next);
	graph_world_tear_down(&w);
}

TEST(what_hangs_is_named_and_only_a_recorder_loses_something)
{
	begin("cameras: {a: {source: {plugin: src, holds: true}, recorder: {plugin: rec}}}\n");
	CHECK(!graph_waits_for_disk(&w.graph));
	graph_stop(&w.graph);
	graph_world_settle(&w);
	CHECK(graph_leave_hanging(&w.graph)); /* the recorder runs: it waits for its source */
	CHECK(strstr(graph_world_log(&w), "warn a.source: does not end; leaving without it"));
	graph_actor_end("a.source");
	graph_world_tear_down(&w);

	begin("cameras: {a: {source: {plugin: src}, recorder: {plugin: disk, holds: true}}}\n");
	CHECK(graph_waits_for_disk(&w.graph));
	graph_stop(&w.graph);
	GRAPH_UNTIL(&w, strstr(graph_world_did(), "stop a.recorder"));
	CHECK(graph_waits_for_disk(&w.graph));
	CHECK(graph_leave_hanging(&w.graph));
	CHECK(strstr(graph_world_log(&w),
		"error a.recorder: does not end, because the disk under it does not answer; what it still "
		"held is lost"));
	graph_actor_end("a.recorder");
	graph_world_tear_down(&w);

	begin("cameras: {a: {source: {plugin: src, holds: true}}}\n");
	graph_stop(&w.graph);
	graph_world_settle(&w);
	CHECK(!graph_leave_hanging(&w.graph));
	graph_actor_end("a.source");
	graph_world_tear_down(&w);
}

TEST(a_node_that_could_not_keep_all_at_its_end_is_a_loss)
{
	begin("cameras: {a: {source: {plugin: src}, recorder: {plugin: rec, fails: end}}}\n");
	graph_world_tear_down(&w);
	CHECK_INT(w.lost, 1);
}

RUN_TESTS(T(a_stage_sees_its_own_camera_and_a_sink_those_of_its_from),
	T(nodes_are_listed_by_camera_and_those_of_none), T(who_takes_nothing_of_what_waits_is_told_of_once),
	T(who_takes_again_works_again), T(who_has_failed_does_not_work), T(losses_are_counted_by_the_node),
	T(what_hangs_is_named_and_only_a_recorder_loses_something),
	T(a_node_that_could_not_keep_all_at_its_end_is_a_loss))
