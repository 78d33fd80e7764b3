/* SPDX-License-Identifier: MIT */
/** @file user_options.h The options of a user. [any] */
#ifndef CAM_CONFIG_USER_OPTIONS_H
#define CAM_CONFIG_USER_OPTIONS_H
#include "core/config/loading.h"

enum { USER_HASH, USER_ROLE, USER_CAMERAS, USER_SINCE };

/** Into a struct config_user; LOAD_USER_OPTIONS of them, in the order above. */
extern const struct cam_opt user_options[];
#endif
