/* SPDX-License-Identifier: MIT */
/** @file host.h The table of services that every node gets; see <cam/plugin.h>. */
#ifndef CAM_PLUGIN_HOST_H
#define CAM_PLUGIN_HOST_H
#include <cam/plugin.h>

extern const struct cam_host node_host;
#endif
