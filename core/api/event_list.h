/* SPDX-License-Identifier: MIT */
/** @file event_list.h GET /api/v1/events: what the journal holds. [loop] */
#ifndef CAM_API_EVENT_LIST_H
#define CAM_API_EVENT_LIST_H
#include "core/api/ask.h"

/** See api_ask.done. */
void event_list(const struct api_ask *);
#endif
