/* SPDX-License-Identifier: MIT */
/** @file print.h --print-config. [loop] */
#ifndef CAM_CONFIG_SHOW_PRINT_H
#define CAM_CONFIG_SHOW_PRINT_H
#include "core/config/config.h"
#include "lib/text.h"

/** Every value with its origin as a YAML comment, secrets masked: --print-config. */
void config_print(const struct config *, struct text *out);
#endif
