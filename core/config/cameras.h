/* SPDX-License-Identifier: MIT */
/** @file cameras.h Cameras, sinks and listeners: the nodes. [loop] */
#ifndef CAM_CONFIG_CAMERAS_H
#define CAM_CONFIG_CAMERAS_H
#include "core/config/loading.h"

/** Make all nodes. */
void cameras_load(struct load *);
#endif
