/* SPDX-License-Identifier: MIT */
/**
 * @file env_near.h
 * Variables whose names look like those that are read here and are not: CAM_SERVER_CAMERAS_..., CAMERA_URL. What
 * Kubernetes and docker set by themselves for a service called cam-server or camera is none of them.
 */
#ifndef CAM_CONFIG_OVERLAY_ENV_NEAR_H
#define CAM_CONFIG_OVERLAY_ENV_NEAR_H
#include "core/config/tree/report.h"

/** What every override begins with. */
#define OVERRIDE_PREFIX "CAM_SERVER__"

/** Report names that are nearly overrides of this tree, each with the name that would be one. */
void env_near_overrides(const struct tree *root, char *const *variables, struct arena *, struct report *);
/** @return whether s, in any case, is an option of the server */
bool env_near_is_option(const char *s);
/** @return a whole name with its levels apart, "" when it names no section. @param rest behind the prefix */
const char *env_near_spelled(const struct tree *root, const char *rest, struct arena *);
/** Report names that are nearly those of single-camera mode. */
void env_near_single(char *const *variables, struct arena *, struct report *);
#endif
