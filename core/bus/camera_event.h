/* SPDX-License-Identifier: MIT */
/**
 * @file camera_event.h
 * What the server itself tells of a camera: events of the topic "camera". Labels that are points: connecting, live,
 * stalled, retrying, failed, stopped (its source's states), clock (it stamps at another rate than it sends, or does so no
 * more), refused (pictures that somebody asked for are not made). "fault" lasts as long as a stage of it does not work.
 */
#ifndef CAM_BUS_CAMERA_EVENT_H
#define CAM_BUS_CAMERA_EVENT_H
#include "core/bus/events.h"
#include "lib/text.h"

/** [any] A point. @param json members, an object; its text is freed. @param events NULL: nobody is told */
void camera_event_tell(struct events *events, const char *camera, const char *label, struct text *json);
/** [any] It begins, and goes on until events_end_owner(). As camera_event_tell(). @return 0 or -errno */
int camera_event_begin(
	struct events *events, const void *owner, const char *camera, const char *label, struct text *json);
#endif
