/* SPDX-License-Identifier: MIT */
/** @file status.h What a camera is doing, as others see it. [loop] */
#ifndef CAM_APP_STATUS_H
#define CAM_APP_STATUS_H
#include "core/app/graph.h"

/** Fill in a camera's status. @param error room for its last error, which ret points to */
void status_read(const struct graph *, struct camera *, struct cam_camera *ret, char error[256]);
/** @return "connecting", "live", "stalled", "retrying", "failed" or "stopped" */
const char *status_name(uint32_t state);
/** Add a camera as a JSON object. */
void status_json(const struct cam_camera *, struct text *out);
/** Add the JSON Schema of what status_json() adds. */
void status_schema(struct text *out);
/** @return a number that is another when any camera's state is another */
uint64_t status_digest(const struct graph *);
#endif
