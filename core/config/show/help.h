/* SPDX-License-Identifier: MIT */
/** @file help.h --help PLUGIN. [loop] */
#ifndef CAM_CONFIG_SHOW_HELP_H
#define CAM_CONFIG_SHOW_HELP_H
#include <cam/plugin.h>

#include "lib/text.h"

/** --help PLUGIN: the plugin, its options, statistics and routes. */
void config_help(const struct cam_plugin *, struct text *out);
#endif
