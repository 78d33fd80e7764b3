/* SPDX-License-Identifier: MIT */
/** @file own_operations.h What /api/v1/openapi.json tells of the core's own routes. */
#ifndef CAM_API_OWN_OPERATIONS_H
#define CAM_API_OWN_OPERATIONS_H
#include <cam/plugin.h>

/** In the order of own.c. */
extern const struct cam_operation own_operations[];
#endif
