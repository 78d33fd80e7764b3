/* SPDX-License-Identifier: MIT */
/** @file who.h Who asks: a name to look up among the users whenever something is to be decided. [any] */
#ifndef CAM_PLUGIN_WHO_H
#define CAM_PLUGIN_WHO_H
#include <cam/plugin.h>

struct cam_who;

/**
 * @param name of a user, copied; "": nobody has logged in
 * @param is_local nobody who has logged in, on this machine
 * @param login which login it was: another password makes another one; 0 with name ""
 * @return a reference, NULL without memory
 */
const struct cam_who *who_new(const char *name, bool is_local, uint64_t login);
/** NULL is allowed. */
const struct cam_who *who_ref(const struct cam_who *);
/** NULL is allowed. */
void who_unref(const struct cam_who *);
const char *who_name(const struct cam_who *);
bool who_is_local(const struct cam_who *);
uint64_t who_login(const struct cam_who *);
#endif
