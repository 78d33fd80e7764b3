/* SPDX-License-Identifier: MIT */
/** @file event_filter.h What of the journal somebody asks for: ?camera=&topic=&since=&limit=. [loop] */
#ifndef CAM_API_EVENT_FILTER_H
#define CAM_API_EVENT_FILTER_H
#include "core/api/ask.h"
#include "core/bus/event.h"

struct event_filter {
	char camera[256]; /**< one; "": all */
	char topic[256]; /**< patterns of event_matches(), with commas between them; "": all */
	uint64_t after; /**< event_seq() */
	int64_t since_ns; /**< CLOCK_REALTIME */
	int64_t limit; /**< the newest so many */
	const struct cam_who *who; /**< borrowed */
	uint32_t right; /**< that it takes to be told of one */
};

/** @param right that it takes to be told of an event @return whether the query is right; else *reply says what is wrong */
bool event_filter_read(
	struct event_filter *, const struct api_ask *, uint32_t right, struct cam_reply *reply);
/** @return whether it is asked for, and who asks may be told */
bool event_filter_passes(const struct event_filter *, struct users *, const struct event *);
#endif
