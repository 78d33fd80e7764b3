/* SPDX-License-Identifier: MIT */
/** @file match.h Names of cameras against patterns with * and ?. [any] */
#ifndef CAM_CONFIG_MATCH_H
#define CAM_CONFIG_MATCH_H
#include "core/config/config.h"

/** @return whether the `from` of a sink or listener (patterns with * and ?, by commas; NULL is "*") names this camera */
bool config_sees(const struct config_node *node, const char *camera);
/** @return whether the `cameras` of a user name this camera */
bool config_user_sees(const struct config_user *user, const char *camera);
#endif
