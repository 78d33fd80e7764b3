/* SPDX-License-Identifier: MIT */
/** @file status.h What a camera, or a node, is doing, as others see it. [loop] */
#ifndef CAM_API_STATUS_H
#define CAM_API_STATUS_H
#include "core/graph/graph.h"

/** Room for the name of a stage and its error. */
enum { STATUS_ERROR_BYTES = 336 };

/**
 * Fill in the status of a camera, by its place.
 * @param error room for its last error, which ret points to: its source's, else "recorder: ..." of the first stage
 * that does not work
 */
void status_read(const struct graph *, size_t camera, struct cam_camera *ret, char error[STATUS_ERROR_BYTES]);
/** @return enum cam_state of a camera, by its place: its source's, or CAM_STALLED */
uint32_t status_state(const struct graph *, size_t camera);
/** @return "connecting", "live", "stalled", "retrying", "failed" or "stopped" */
const char *status_name(uint32_t state);
/** Add a camera, by its place, with its stages as a JSON object. */
void status_camera_json(const struct graph *, size_t camera, struct text *out);
/** Add a node as a JSON object. */
void status_node_json(const struct graph_node *, struct text *out);
/** Add the JSON Schemas of what those two add, by their names: "camera": ..., "node": ... */
void status_schemas(struct text *out);
/** @return a number that is another when any camera's state is another; how many are live */
uint64_t status_digest(const struct graph *, size_t *ret_live);
#endif
