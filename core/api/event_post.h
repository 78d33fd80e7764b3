/* SPDX-License-Identifier: MIT */
/** @file event_post.h POST /api/v1/cameras/{camera}/events: events that programs outside tell of. [loop] */
#ifndef CAM_API_EVENT_POST_H
#define CAM_API_EVENT_POST_H
#include "core/api/ask.h"

enum {
	EVENT_POST_BYTES = 65536, /**< of a body */
	EVENT_POST_RATE = 1000, /**< a second, and at once */
	EVENT_POST_LASTS = 60, /**< seconds after which one that is silent ends, unless it says how many */
	EVENT_POST_LASTS_MOST = 3600
};

/** See api_ask.done. */
void event_post(const struct api_ask *);
#endif
