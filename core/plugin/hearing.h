/* SPDX-License-Identifier: MIT */
/** @file hearing.h What a node hears of what happens to cameras: see cam_plugin.event. */
#ifndef CAM_PLUGIN_HEARING_H
#define CAM_PLUGIN_HEARING_H
#include "core/plugin/node_world.h"

/** [node] It has started: from here on it hears. Does nothing for a plugin that hears nothing. @return 0 or -ENOMEM */
int hearing_begin(struct cam_node *);
/** [node] It is to stop, or has not started: it hears nothing any more. */
void hearing_end(struct cam_node *);
#endif
