/* SPDX-License-Identifier: MIT */
/** @file camera_watch.h Notices how cameras and their stages fare, and tells it as events. [loop] */
#ifndef CAM_API_CAMERA_WATCH_H
#define CAM_API_CAMERA_WATCH_H
#include "core/bus/events.h"
#include "core/graph/graph.h"

/** A node's state has changed: if it is a camera's source, that is told. */
void camera_watch_state(const struct graph *, struct events *, const struct cam_node *);
/** Once a second: states that time alone changes, and stages that work no more, or again. */
void camera_watch_look(const struct graph *, struct events *);
/** A node has ended for good: what was told of it ends. */
void camera_watch_ended(struct events *, const struct cam_node *);
#endif
