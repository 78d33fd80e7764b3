/* SPDX-License-Identifier: MIT */
/** @file allow.h The answer where nothing is for a path, or not by this method. [loop] */
#ifndef CAM_API_ALLOW_H
#define CAM_API_ALLOW_H
#include "core/graph/graph.h"

/** 405 with the methods that there are for the path, or 404. */
void allow_others(const struct graph *, const struct cam_request *, struct cam_reply *);
#endif
