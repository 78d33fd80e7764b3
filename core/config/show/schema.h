/* SPDX-License-Identifier: MIT */
/** @file schema.h --schema. [loop] */
#ifndef CAM_CONFIG_SHOW_SCHEMA_H
#define CAM_CONFIG_SHOW_SCHEMA_H
#include "core/config/config.h"
#include "lib/text.h"

/** --schema: the configuration file as a JSON Schema, draft 2020-12, with a line end. */
void config_schema(const struct config_plugins *, struct text *out);
#endif
