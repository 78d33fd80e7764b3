/* SPDX-License-Identifier: MIT */
/** @file man.h The manual of the configuration file. [loop] */
#ifndef CAM_CONFIG_SHOW_MAN_H
#define CAM_CONFIG_SHOW_MAN_H
#include "core/config/config.h"
#include "lib/text.h"

/** cam_server.yaml(5) */
void config_man(const struct config_plugins *, struct text *out);
#endif
