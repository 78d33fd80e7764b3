/* SPDX-License-Identifier: MIT */
#include "core/api/event_list.h"

#include "core/api/event_filter.h"
#include "core/api/event_json.h"
#include "core/api/reply.h"

#include <stdlib.h>

/* Those that pass, in place. @return how many */
static size_t sift(const struct api_ask *ask, const struct event_filter *f, struct event **event, size_t n)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++)
		if (event_filter_passes(f, &ask->api->users, event[i]))
			event[kept++] = event[i];
		else
			event_unref(event[i]);
	return kept;
}

static void print(struct event **event, size_t n, const struct event_filter *f, bool missed, struct text *out)
{
	size_t first = n > (size_t)f->limit ? n - (size_t)f->limit : 0;

	text_add(out, "{\"events\":[");
	for (size_t i = first; i < n; i++) {
		text_add(out, i > first ? ",\n" : "\n");
		event_json(event[i], out);
	}
	text_printf(out, "],\"missed\":%s}\n", missed && f->after ? "true" : "false");
}

void event_list(const struct api_ask *ask)
{
	struct event_filter filter;
	struct cam_reply reply;
	struct text body = {0};
	bool is_right = event_filter_read(&filter, ask, CAM_PLAYBACK, &reply);
	struct event **event = is_right ? calloc(EVENTS_REMEMBERED, sizeof(*event)) : NULL;
	bool missed;
	size_t n;

	if (is_right && !event) {
		reply_text(&reply, 503, "out of memory\n");
	} else if (is_right) {
		n = events_read(ask->api->events, filter.after, event, EVENTS_REMEMBERED, &missed);
		n = sift(ask, &filter, event, n);
		print(event, n, &filter, missed, &body);
		reply_body(&reply, "application/json", &body);
		for (size_t i = 0; i < n; i++)
			event_unref(event[i]);
	}
	free(event);
	ask->done(ask->arg, &reply);
}
