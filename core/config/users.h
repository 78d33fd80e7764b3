/* SPDX-License-Identifier: MIT */
/** @file users.h The section `users`. [loop] */
#ifndef CAM_CONFIG_USERS_H
#define CAM_CONFIG_USERS_H
#include "core/config/loading.h"

/** Fill out->pub.users. */
void users_load(struct load *);
#endif
