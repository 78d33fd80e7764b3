/* SPDX-License-Identifier: MIT */
/** @file users.h Who may log in: the section `users`. [loop] */
#ifndef CAM_CONFIG_USERS_H
#define CAM_CONFIG_USERS_H
#include "core/config/load.h"

/** Of each user, into a struct config_user; LOAD_USER_OPTIONS of them. */
extern const struct cam_opt config_user_options[];

/** Fill out->pub.users. */
void load_users(struct load *);
/** @return why a text is no hash of a password by crypt(3) that can be used, NULL: it is one */
const char *users_hash_fault(const char *text);
#endif
