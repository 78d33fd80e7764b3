/* SPDX-License-Identifier: MIT */
/** @file graph_look.h Who does not work, or takes nothing of what waits. [loop] */
#ifndef CAM_GRAPH_GRAPH_LOOK_H
#define CAM_GRAPH_GRAPH_LOOK_H
#include "core/graph/graph.h"

/** Once a second: notice who takes nothing of what waits, and log it once; let nodes say what they have counted. */
void graph_look(struct graph *);
/** @return whether a node does not work, with why if that is known: see node_is_faulty(); or takes nothing of what waits */
bool graph_is_faulty(const struct graph_node *, char ret_text[256]);
#endif
