/* SPDX-License-Identifier: MIT */
/* What a request is about: patterns of routes, and where things stand in a configuration. */
#include "core/api/pattern.h"
#include "core/graph/graph_index.h"
#include "tests/check.h"

#include <stdio.h>
#include <stdlib.h>

/* @return "TAIL CAMERA" of a path of this pattern, "-" of one that is not */
static const char *match(const char *pattern, const char *path)
{
	static char text[256];
	struct pattern_hit hit;

	if (!pattern_matches(pattern, path, &hit))
		return "-";
	snprintf(text, sizeof(text), "%s|%.*s", hit.tail, (int)hit.camera_len, hit.camera ? hit.camera : "");
	return text;
}

TEST(a_pattern_is_of_whole_segments)
{
	CHECK_STR(match("/metrics", "/metrics"), "|");
	CHECK_STR(match("/metrics", "/metrics/"), "-");
	CHECK_STR(match("/metrics", "/metric"), "-");
	CHECK_STR(match("/a/b", "/a"), "-");
	CHECK_STR(match("/a", "/a/b"), "-");
	CHECK_STR(match("/", "/"), "|");
	CHECK_STR(match("/", "/x"), "-");
}

TEST(a_star_stands_for_the_rest)
{
	CHECK_STR(match("/a/*", "/a/b"), "b|");
	CHECK_STR(match("/a/*", "/a/b/c"), "b/c|");
	CHECK_STR(match("/a/*", "/a/"), "-");
	CHECK_STR(match("/a/*", "/a"), "-");
	CHECK_STR(match("/a/*", "/b/c"), "-");
	CHECK_STR(match("/a/x*", "/a/xyz"), "yz|");
	CHECK_STR(match("/a/xyz*", "/a/x"), "-");
	CHECK_STR(match("/*", "/a"), "a|");
}

TEST(a_camera_is_one_segment)
{
	CHECK_STR(match("/r/{camera}/*", "/r/front/day/file"), "day/file|front");
	CHECK_STR(match("/r/{camera}/*", "/r/front"), "-");
	CHECK_STR(match("/r/{camera}/*", "/r/front/"), "-");
	CHECK_STR(match("/r/{camera}/*", "/r//x"), "-");
	CHECK_STR(match("/r/{camera}", "/r/front"), "|front");
	CHECK_STR(match("/r/{camera}", "/r/front/x"), "-");
	CHECK_STR(match("/r/{camera}/live", "/r/front/live"), "|front");
	CHECK_STR(match("/r/{camera}/live", "/r/front/dead"), "-");
	CHECK_STR(match("/r/{camera}x", "/r/front"), "-");
	CHECK_STR(match("/r/{camera}x", "/r/{camera}x"), "|");
}

enum { CAMERAS = 300 };
static const struct cam_plugin plugins[3];
static char names[CAMERAS][8], node_names[2 * CAMERAS][20];
static const char *cameras[CAMERAS];
static struct config_node nodes[2 * CAMERAS + 2];

/* Cameras in no order of their names, each third with one node and the others with two; and two sinks. */
static struct config make_config(void)
{
	struct config c = {.nodes = nodes, .cameras = cameras, .n_cameras = CAMERAS};

	for (size_t i = 0; i < CAMERAS; i++) {
		snprintf(names[i], sizeof(names[i]), "c%03zu", i * 7 % CAMERAS);
		cameras[i] = names[i];
		for (size_t k = 0; k < 1 + (i % 3 != 0); k++) {
			snprintf(node_names[c.n_nodes], sizeof(node_names[0]), "%s.%s", names[i],
				k ? "buffer" : "source");
			nodes[c.n_nodes] = (struct config_node){
				.name = node_names[c.n_nodes], .camera = names[i], .plugin = &plugins[k]};
			c.n_nodes++;
		}
	}
	nodes[c.n_nodes++] = (struct config_node){.name = "web", .plugin = &plugins[2]};
	nodes[c.n_nodes++] = (struct config_node){.name = "side", .plugin = &plugins[2]};
	return c;
}

TEST(everything_is_found_where_it_stands)
{
	struct config c = make_config();
	struct graph_index x;

	CHECK_INT(graph_index_make(&x, &c), 0);
	for (size_t i = 0; i < CAMERAS; i++) {
		size_t n = x.first[i + 1] - x.first[i];

		CHECK_INT(graph_index_camera(&x, cameras[i]), i);
		CHECK_INT(n, 1 + (i % 3 != 0));
		for (size_t k = x.first[i]; k < x.first[i + 1]; k++)
			CHECK_STR(c.nodes[k].camera, cameras[i]);
	}
	for (size_t k = 0; k < c.n_nodes; k++)
		CHECK(graph_index_node(&x, &c,
			      &(struct config_node){.name = nodes[k].name, .camera = nodes[k].camera}) ==
			&nodes[k]);
	CHECK_INT(c.n_nodes - x.first[CAMERAS], 2);
	CHECK_INT(x.n_plugins, 3);
	CHECK(x.plugins[0] == &plugins[0] && x.plugins[1] == &plugins[1] && x.plugins[2] == &plugins[2]);
	graph_index_free(&x);
}

TEST(what_is_not_there_is_not_found)
{
	struct config c = make_config(), none = {0};
	struct graph_index x;

	CHECK_INT(graph_index_make(&x, &c), 0);
	CHECK(graph_index_camera(&x, "c") == GRAPH_NO_CAMERA);
	CHECK(graph_index_camera(&x, "c300") == GRAPH_NO_CAMERA);
	CHECK(graph_index_camera(&x, "") == GRAPH_NO_CAMERA);
	CHECK(graph_index_camera(&x, NULL) == GRAPH_NO_CAMERA);
	CHECK(!graph_index_node(&x, &c, &(struct config_node){.name = "c001.recorder", .camera = "c001"}));
	CHECK(!graph_index_node(&x, &c, &(struct config_node){.name = "c001.source", .camera = "nobody"}));
	CHECK(!graph_index_node(&x, &c, &(struct config_node){.name = "c001.source"}));
	graph_index_free(&x);
	CHECK_INT(graph_index_make(&x, &none), 0);
	CHECK(graph_index_camera(&x, "c001") == GRAPH_NO_CAMERA);
	graph_index_free(&x);
	graph_index_free(&x);
}

RUN_TESTS(T(a_pattern_is_of_whole_segments), T(a_star_stands_for_the_rest), T(a_camera_is_one_segment),
	T(everything_is_found_where_it_stands), T(what_is_not_there_is_not_found))
