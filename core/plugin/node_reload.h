/* SPDX-License-Identifier: MIT */
/** @file node_reload.h A node takes another configuration as it runs, in its own place; where it cannot, it is made anew. [loop] */
#ifndef CAM_PLUGIN_NODE_RELOAD_H
#define CAM_PLUGIN_NODE_RELOAD_H
#include "core/plugin/cam_node.h"

/**
 * Give it another configuration of its plugin, which differs in CAM_RELOADABLE options only; once until
 * world->reloaded(), which tells, later or never if it is stopped before. A plugin that runs and has reload() takes it as
 * it runs; where that fails it is made anew at once; one that is down has it from its next start. Not CAM_ON_THREAD.
 */
void node_reload(struct cam_node *, const void *config);

void node_reload_init(struct cam_node *);
/** Have the plugin told of `next_config`: it is running. */
void node_reload_hand_over(struct cam_node *);
/** `next_config`, if there is one, is what it is created with, or has taken. */
void node_reload_take(struct cam_node *);
#endif
