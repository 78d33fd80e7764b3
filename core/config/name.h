/* SPDX-License-Identifier: MIT */
/** @file name.h Names of cameras, and of what else has one. [loop] */
#ifndef CAM_CONFIG_NAME_H
#define CAM_CONFIG_NAME_H
#include "core/config/loading.h"

/** @return whether a key may be a camera's name; reported if not */
bool name_check_camera(struct load *, const struct tree *);
/** @return whether another's name is [a-z0-9_-]+, at most 64 characters, not "off"; reported if not */
bool name_check(struct load *, const struct tree *, const char *what);
/**
 * @return whether a key that is none may be the rest of a password, so that it must not be shown; this is reported, with
 * the key that is meant if it is none (NULL: no idea)
 */
bool name_is_cut(struct load *, const struct tree *, const char *meant);
/** @return " (it holds U+0430, ...)" for the first character that is not ASCII, "" if all are */
const char *name_odd_character(struct load *, const char *name);
#endif
