/* SPDX-License-Identifier: MIT */
#include "core/bus/camera_event.h"

static int raise_event(struct events *events, const void *owner, uint32_t phase, const char *camera,
	const char *label, struct text *json)
{
	struct cam_event e = {.size = sizeof(e),
		.phase = phase,
		.topic = "camera",
		.label = label,
		.camera = camera,
		.node = "",
		.pts_ns = CAM_NO_TS,
		.json = json->failed ? NULL : text_str(json)};
	int err = events ? events_raise(events, owner, &e, 0) : 0;

	text_free(json);
	return err;
}

void camera_event_tell(struct events *events, const char *camera, const char *label, struct text *json)
{
	(void)raise_event(events, NULL, CAM_POINT, camera, label, json); /* refusals are counted */
}

int camera_event_begin(
	struct events *events, const void *owner, const char *camera, const char *label, struct text *json)
{
	return raise_event(events, owner, CAM_BEGIN, camera, label, json);
}
