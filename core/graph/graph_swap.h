/* SPDX-License-Identifier: MIT */
/** @file graph_swap.h Nodes and cameras are made of the next configuration, and take the place of those that have left. [loop] */
#ifndef CAM_GRAPH_GRAPH_SWAP_H
#define CAM_GRAPH_GRAPH_SWAP_H
#include "core/graph/graph.h"

/** What was leaving has ended: the next configuration comes into force, and the graph goes up. */
void graph_swap(struct graph *);
#endif
