/* SPDX-License-Identifier: MIT */
/** @file render.h What is rendered from the command line's table too: cam_server(1) and the completion. [loop] */
#ifndef CAM_APP_RENDER_H
#define CAM_APP_RENDER_H
#include "core/config/config.h"

/** cam_server(1) */
void render_man(struct text *out);
/** Completion for bash. Keys and values are of the plugins found; names of plugins are asked for when completing. */
void render_completion(const struct config_plugins *, struct text *out);
#endif
