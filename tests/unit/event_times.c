/* SPDX-License-Identifier: MIT */
/* Times far off, in events that programs outside post and in what is asked for. */
#include "core/api/event_filter.h"
#include "core/api/event_post.h"
#include "core/bus/camera.h"
#include "core/graph/graph.h"
#include "tests/check.h"

static struct api api;
static struct events events;
static int status;

static void done(void *arg, struct cam_reply *reply)
{
	(void)arg;
	status = reply->status;
	if (reply->release)
		reply->release(reply);
}

static int post(struct graph *graph, const char *body)
{
	static const struct cam_header headers[] = {{"content-type", "application/json"}, {0}};
	struct cam_request request = {.size = sizeof(request),
		.method = "POST",
		.query = "",
		.body = body,
		.body_len = strlen(body),
		.headers = headers};

	api = (struct api){.graph = graph, .events = &events};
	status = 0;
	event_post(&(struct api_ask){&api, &request, 0, done, NULL});
	return status;
}

TEST(an_event_has_a_time_that_fits)
{
	char name[] = "front";
	struct camera camera = {.name = name}, *cameras[] = {&camera};
	struct graph graph = {.cameras = cameras, .n_cameras = 1};

	events_init(&events, 0);
	CHECK_INT(post(&graph, "{\"topic\": \"trigger\", \"time\": 8999999999}"), 201);
	CHECK_INT(post(&graph, "{\"topic\": \"trigger\", \"time\": 99999999999}"), 400);
	CHECK_INT(post(&graph, "{\"topic\": \"trigger\", \"time\": 0}"), 400);
	events_destroy(&events);
}

static int64_t since(const char *query)
{
	struct cam_request request = {.size = sizeof(request), .query = query};
	struct event_filter filter;
	struct cam_reply reply;

	CHECK(event_filter_read(
		&filter, &(struct api_ask){.api = &api, .request = &request}, CAM_PLAYBACK, &reply));
	return filter.since_ns;
}

TEST(since_may_be_any_time)
{
	CHECK_INT(since("since=1764079200"), 1764079200 * CAM_SECOND);
	CHECK_INT(since("since=2025-11-25T14:00:00Z"), 1764079200 * CAM_SECOND);
	CHECK_INT(since("since=2025-11-25T15:00:00%2B01:00"), 1764079200 * CAM_SECOND);
	CHECK(since("since=99999999999") > 9000000000 * CAM_SECOND);
	CHECK(since("since=4052-11-25T14:00:00Z") > 9000000000 * CAM_SECOND);
	CHECK(since("since=0001-01-01T00:00:00Z") < -9000000000 * CAM_SECOND);
}

RUN_TESTS(T(an_event_has_a_time_that_fits), T(since_may_be_any_time))
