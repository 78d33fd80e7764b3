/* SPDX-License-Identifier: MIT */
/** @file required.h Whether the server has to have a node. [any] */
#ifndef CAM_CONFIG_REQUIRED_H
#define CAM_CONFIG_REQUIRED_H
#include "core/config/config.h"

/** `required`, into a struct config_node. */
extern const struct cam_opt config_required_option;

/** @return whether its failure to start ends the server at start-up; one that does not is tried again, as it is later */
bool config_ends_server(const struct config_node *node);
#endif
