/* SPDX-License-Identifier: MIT */
/** @file users_section.h The section `users`. [loop] */
#ifndef CAM_CONFIG_USERS_SECTION_H
#define CAM_CONFIG_USERS_SECTION_H
#include "core/config/loading.h"

/** Fill out->pub.users. */
void users_load(struct load *);
#endif
