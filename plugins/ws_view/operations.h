/* SPDX-License-Identifier: MIT */
/** @file operations.h What is answered here, and how; for the descriptor. */
#ifndef WS_VIEW_OPERATIONS_H
#define WS_VIEW_OPERATIONS_H
#include <cam/http.h>

extern const struct cam_route ws_view_routes[];
extern const struct cam_operation ws_view_operations[];
#endif
