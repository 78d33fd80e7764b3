/* SPDX-License-Identifier: MIT */
/** @file wiring.h Rules among nodes. [loop] */
#ifndef CAM_CONFIG_WIRING_H
#define CAM_CONFIG_WIRING_H
#include "core/config/loading.h"

/** Among the stages of the camera being resolved. */
void wiring_check_camera(struct load *, const struct where *camera_at, const char *camera);
/** Among all nodes and users. */
void wiring_check_all(struct load *);
#endif
