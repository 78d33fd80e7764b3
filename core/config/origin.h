/* SPDX-License-Identifier: MIT */
/** @file origin.h Where values came from. [any] */
#ifndef CAM_CONFIG_ORIGIN_H
#define CAM_CONFIG_ORIGIN_H
#include "core/config/config.h"

/**
 * Where a value came from: "cam_server.yaml:12:5", "environment CAMERA_RTSP_URL", "--set", "default".
 * @param option a key of the node, NULL for the node itself @return owned by config
 */
const char *config_origin(const struct config *, const struct config_node *, const char *option);
#endif
