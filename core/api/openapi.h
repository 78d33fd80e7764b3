/* SPDX-License-Identifier: MIT */
/** @file openapi.h What the server answers, as an OpenAPI 3.1 document made of the routes that there are. [loop] */
#ifndef CAM_API_OPENAPI_H
#define CAM_API_OPENAPI_H
#include "core/graph/graph.h"

/** @param core the core's own routes, in the form of a plugin's: name, routes and operations count */
void openapi_print(const struct graph *, const struct cam_plugin *core, struct text *out);
#endif
