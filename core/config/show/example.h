/* SPDX-License-Identifier: MIT */
/** @file example.h --example. [loop] */
#ifndef CAM_CONFIG_SHOW_EXAMPLE_H
#define CAM_CONFIG_SHOW_EXAMPLE_H
#include "core/config/config.h"
#include "lib/text.h"

/** --example: config/cam_server.yaml; plugins that its template does not name stand at its end. */
void config_example(const struct config_plugins *, struct text *out);
#endif
