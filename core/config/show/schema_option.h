/* SPDX-License-Identifier: MIT */
/** @file schema_option.h One value of the configuration file as JSON Schema. [any] */
#ifndef CAM_CONFIG_SHOW_SCHEMA_OPTION_H
#define CAM_CONFIG_SHOW_SCHEMA_OPTION_H
#include <cam/plugin.h>

#include "lib/text.h"

/** Add `"name": {...}` for an option, with what YAML reads its values as: numbers and booleans too, if not quoted. */
void schema_option(const struct cam_opt *, struct text *out);
#endif
