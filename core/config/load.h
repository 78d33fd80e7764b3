/* SPDX-License-Identifier: MIT */
/** @file load.h From YAML, environment and --set to the configuration. [loop] */
#ifndef CAM_CONFIG_LOAD_H
#define CAM_CONFIG_LOAD_H
#include "core/config/config.h"
#include "lib/text.h"

/**
 * Load, merge, check. Calls each plugin's check(). @param errors gets every problem, a line each:
 * "file:line:col: path: reason" @return 0 and *ret, or -EINVAL, -ENOENT, -ENOMEM with at least one line in errors
 */
int config_load(const struct config_input *, struct config **ret, struct text *errors);
/** NULL is allowed. */
void config_free(struct config *);
#endif
