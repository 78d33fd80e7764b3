/* SPDX-License-Identifier: MIT */
/** @file camera_list.h GET /api/v1/cameras. [loop] */
#ifndef CAM_API_CAMERA_LIST_H
#define CAM_API_CAMERA_LIST_H
#include "core/api/ask.h"

/** All of it, as a document that is shared; its `arg` is the API. */
extern const struct document_maker camera_list_maker;

/** See api_ask.done: of who does not see all cameras, a list of their own. */
void camera_list(const struct api_ask *);
#endif
