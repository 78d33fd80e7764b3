/* SPDX-License-Identifier: MIT */
/** @file manual.h What is rendered from the command line's table too: cam_server(1) and the completion. [loop] */
#ifndef CAM_APP_MANUAL_H
#define CAM_APP_MANUAL_H
#include "core/config/config.h"

/** cam_server(1) */
void manual_man(struct text *out);
/** Completion for bash. Keys and values are of the plugins found; names of plugins are asked for when completing. */
void manual_completion(const struct config_plugins *, struct text *out);
#endif
