/* SPDX-License-Identifier: MIT */
/** @file node_world.h A real loop, real pools and one camera, for tests of nodes with plugins made up by them. */
#ifndef CAM_TESTS_NODE_WORLD_H
#define CAM_TESTS_NODE_WORLD_H
#include "core/plugin/host.h"
#include "core/plugin/node.h"
#include "core/plugin/node_reload.h"
#include "core/plugin/node_state.h"

struct world {
	struct loop loop;
	struct node_world node;
	struct budget budget;
	int lost; /* what a node has failed with at its end */
	const struct link_flow *flow; /* of a node; what its links have dropped is read before it goes */
	unsigned long long *ret_dropped;
	struct log log;
	struct camera *camera;
	struct port *port;
	struct cam_node *nodes[2];
	int started, start_errors, ended, log_fd;
	int stop_after; /* starts (well or not) after which all nodes are stopped */
	uv_timer_t deadline;
	bool late;
	const atomic_int *goal; /* stop everything once it is at least goal_is */
	int goal_is;
	uint64_t give_up; /* ms of the loop */
};

void world_set_up(struct world *);
/** @param config what create() gets: a pointer to a pointer of the test's */
void world_add(struct world *, int i, const struct cam_plugin *plugin, const void *config);
/** Begin to stop all nodes. */
void world_stop(struct world *);
/** Run until everything has ended; after `ms` it is stopped. */
void world_run(struct world *, uint64_t ms);
/** Run until a counter has come so far, for 20 s at most, then stop everything. @return whether it has */
bool world_run_until(struct world *, const atomic_int *counter, int value);
#endif
