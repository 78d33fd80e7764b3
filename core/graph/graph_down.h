/* SPDX-License-Identifier: MIT */
/**
 * @file graph_down.h
 * Nodes of the graph go down: sources, detectors and sinks stop first, then recorders with all that was sent, then
 * listeners, which have heard everything, then buffers. When all that is leaving has ended, what takes its place is made,
 * or everything has ended. [loop]
 */
#ifndef CAM_GRAPH_GRAPH_DOWN_H
#define CAM_GRAPH_GRAPH_DOWN_H
#include "core/graph/graph.h"

/** Stop the nodes that are leaving, in order; maybe they have ended, and the next ones are made, before this returns. */
void graph_go_down(struct graph *);
/** Begin to stop everything; on_down() tells, maybe before this returns. */
void graph_stop(struct graph *);
/** The world's callback comes here. */
void graph_node_ended(struct graph *, struct cam_node *node);
/** Log what has not ended yet, after graph_stop(), and is left behind. @return whether something is lost with it */
bool graph_leave_hanging(struct graph *);
/** @return whether a node on the io pool has not ended yet */
bool graph_waits_for_disk(const struct graph *);
#endif
