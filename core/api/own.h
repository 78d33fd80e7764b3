/* SPDX-License-Identifier: MIT */
/** @file own.h What the core answers itself. [loop] */
#ifndef CAM_API_OWN_H
#define CAM_API_OWN_H
#include "core/api/ask.h"

/** @return the route at a place, NULL behind the last; its handle is NULL */
const struct cam_route *own_route(size_t at);
/** Answer it; whoever asks may, and its camera is there. */
void own_answer(size_t at, const struct api_ask *);
#endif
