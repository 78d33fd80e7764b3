/* SPDX-License-Identifier: MIT */
/** @file schema.h One value of the configuration file as JSON Schema. [loop] */
#ifndef CAM_CONFIG_SHOW_SCHEMA_H
#define CAM_CONFIG_SHOW_SCHEMA_H
#include <cam/plugin.h>

#include "lib/text.h"

/** Add `"name": {...}` for an option, with what YAML reads its values as: numbers and booleans too, if not quoted. */
void schema_option(const struct cam_opt *, struct text *out);
#endif
