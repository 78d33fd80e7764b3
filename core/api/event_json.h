/* SPDX-License-Identifier: MIT */
/** @file event_json.h Events as others read them. [any] */
#ifndef CAM_API_EVENT_JSON_H
#define CAM_API_EVENT_JSON_H
#include "core/bus/event.h"
#include "lib/text.h"

/** Add an event as a JSON object in one line. */
void event_json(const struct event *, struct text *out);
/** Add the JSON Schema of that, as "event": ... */
void event_schema(struct text *out);
/** @return "begin", "update", "end" or "point" */
const char *event_phase(uint32_t phase);
#endif
