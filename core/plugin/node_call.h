/* SPDX-License-Identifier: MIT */
/** @file node_call.h Calls that wait for their turn in the place of a node. */
#ifndef CAM_PLUGIN_NODE_CALL_H
#define CAM_PLUGIN_NODE_CALL_H
#include "core/plugin/cam_node.h"

/**
 * [any] See cam_host.post: fn is called in the node's place with the plugin's self, unless it has stopped, or begun anew,
 * until then. @return 0, -ENOMEM, -ENOTSUP: it has a thread of its own
 */
int node_call(struct cam_node *, void (*fn)(void *self, void *arg), void *arg);
#endif
