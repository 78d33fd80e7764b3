/* SPDX-License-Identifier: MIT */
/** @file node_end.h How a node is brought to an end: it fails, or is stopped; and when it is tried again. */
#ifndef CAM_PLUGIN_NODE_END_H
#define CAM_PLUGIN_NODE_END_H
#include "core/plugin/cam_node.h"

/** [any] See cam_host.fail. */
void node_fail(struct cam_node *, int err);
/** [loop] Begin to stop it, for good or not: it is running. */
void node_begin_stop(struct cam_node *);
/** [node, loop] The pause before the next try of a node that has failed after lived_ns. @return ns */
int64_t node_pause_ns(struct cam_node *, int err, int64_t lived_ns);
#endif
