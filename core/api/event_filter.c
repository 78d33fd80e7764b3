/* SPDX-License-Identifier: MIT */
#include "core/api/event_filter.h"

#include "core/api/reply.h"
#include "core/graph/graph.h"
#include "lib/clock.h"
#include "lib/query.h"

#include <string.h>
#include <time.h>

/* "2026-11-25T14:00:00Z", or with an offset. @return whether it is */
static bool read_time(const char *s, int64_t *ret_s)
{
	struct tm tm = {0};
	const char *end = strptime(s, "%Y-%m-%dT%H:%M:%S", &tm);
	int64_t offset = 0;

	if (!end)
		return false;
	if (*end == '.')
		end += 1 + strspn(end + 1, "0123456789");
	if (*end == 'Z' || *end == 'z') {
		end++;
	} else {
		struct tm zone = {0};
		int64_t sign = *end == '-' ? -1 : 1;
		const char *behind = *end == '+' || *end == '-' ? strptime(end + 1, "%H:%M", &zone) : NULL;

		if (!behind)
			return false;
		offset = sign * (zone.tm_hour * 3600 + zone.tm_min * 60);
		end = behind;
	}
	*ret_s = (int64_t)timegm(&tm) - offset;
	return !*end;
}

/* A seq of the journal is above any time in seconds that people live in, and exact in JSON: see events_init(). */
#define LEAST_SEQ INT64_C(100000000000)
#define MOST_SEQ (INT64_C(1) << 53)

/* @return the same in ns; what lies beyond their end in the year 2262 is that end */
static int64_t ns_of(int64_t seconds)
{
	const int64_t most = INT64_MAX / CLOCK_SECOND;

	return (seconds > most ? most : seconds < -most ? -most : seconds) * CLOCK_SECOND;
}

static bool read_since(struct event_filter *f, const char *query)
{
	char text[64];
	int64_t number;

	if (!query_has(query, "since"))
		return true;
	if (query_number(query, "since", 0, MOST_SEQ, &number) == 1) {
		if (number >= LEAST_SEQ)
			f->after = (uint64_t)number;
		else
			f->since_ns = number ? ns_of(number) : 1; /* 0: nothing was said */
		return true;
	}
	if (!query_value(query, "since", text, sizeof(text)) || !read_time(text, &number))
		return false;
	f->since_ns = ns_of(number);
	return true;
}

/* @return NULL, or what is wrong */
static const char *read_query(struct event_filter *f, const char *query)
{
	if (query_has(query, "camera") && !query_value(query, "camera", f->camera, sizeof(f->camera)))
		return "camera: no name\n";
	if (query_has(query, "topic") && !query_value(query, "topic", f->topic, sizeof(f->topic)))
		return "topic: no list of topics, as motion,object.person\n";
	if (query_number(query, "limit", 1, EVENTS_REMEMBERED, &f->limit) < 0)
		return "limit: no number from 1 to 1000\n";
	if (!read_since(f, query))
		return "since: no seq of an event, Unix seconds or time, as 2026-11-25T14:00:00Z\n";
	return NULL;
}

bool event_filter_read(
	struct event_filter *f, const struct api_ask *ask, uint32_t right, struct cam_reply *reply)
{
	struct api *a = ask->api;
	const struct cam_who *who = ask->request->who;
	const char *wrong;

	*f = (struct event_filter){.who = who, .right = right, .limit = EVENTS_REMEMBERED};
	wrong = read_query(f, ask->request->query);
	if (wrong)
		reply_text(reply, 400, wrong);
	else if (*f->camera && (graph_camera(a->graph, f->camera) == GRAPH_NO_CAMERA ||
				       !users_authorise(&a->users, who, right, f->camera, 0)))
		reply_text(reply, 404, REPLY_NO_CAMERA);
	else
		return true;
	return false;
}

static bool is_of_topic(const struct event_filter *f, const struct cam_event *e)
{
	const char *s = f->topic;
	char pattern[sizeof(f->topic)];

	while (*s) {
		size_t n = strcspn(s, ",");

		memcpy(pattern, s, n);
		pattern[n] = '\0';
		if (event_matches(e, pattern))
			return true;
		s += n + (s[n] == ',');
	}
	return !*f->topic;
}

bool event_filter_passes(const struct event_filter *f, struct users *users, const struct event *event)
{
	const struct cam_event *e = event_is(event);

	return (!*f->camera || !strcmp(f->camera, e->camera)) && e->wall_ns >= f->since_ns &&
	       is_of_topic(f, e) &&
	       users_authorise(users, f->who, f->right, e->camera, f->right == CAM_PLAYBACK ? e->wall_ns : 0);
}
