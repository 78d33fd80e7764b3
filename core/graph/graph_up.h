/* SPDX-License-Identifier: MIT */
/**
 * @file graph_up.h
 * The graph goes up: all but the sources start first, and sources when all of those have answered, so that nothing a camera
 * sends is missed. Nodes that take another configuration as they run answer too. [loop]
 */
#ifndef CAM_GRAPH_GRAPH_UP_H
#define CAM_GRAPH_GRAPH_UP_H
#include "core/graph/graph.h"

/** Start what has not begun, and tell what stays of its next configuration. */
void graph_go_up(struct graph *);
/** The world's callbacks come here. */
void graph_node_started(struct graph *, struct cam_node *node, int err);
void graph_node_reloaded(struct graph *, struct cam_node *node);
#endif
