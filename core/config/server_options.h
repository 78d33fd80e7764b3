/* SPDX-License-Identifier: MIT */
/** @file server_options.h The options of the server itself. [any] */
#ifndef CAM_CONFIG_SERVER_OPTIONS_H
#define CAM_CONFIG_SERVER_OPTIONS_H
#include "core/config/loading.h"

/** Into a struct config_server; LOAD_SERVER_OPTIONS of them. */
extern const struct cam_opt server_options[];
#endif
