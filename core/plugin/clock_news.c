/* SPDX-License-Identifier: MIT */
#include "core/plugin/clock_news.h"

#include "core/bus/camera_event.h"
#include "lib/clock.h"

#include <stdlib.h>

/* A rate that is off by more is a fault and not a crystal. */
#define OFF 0.02

static bool is_apart(double rate, double from)
{
	return rate > from * (1 + OFF) || rate < from * (1 - OFF);
}

static void raise_rate(struct cam_node *n, uint32_t track, double rate)
{
	struct text json = {0};

	text_printf(&json, "{\"track\":%u,\"clock_rate\":%.5f}", track, rate);
	camera_event_tell(n->world->events, n->spec.camera->name, "clock", &json);
}

static void tell_rate(struct cam_node *n, uint32_t track, double rate)
{
	const struct timeline_track *k = &n->spec.camera->timeline.track[track];
	double sent = k->step_ns > 0 ? (double)CLOCK_SECOND / (double)k->step_ns : 0;

	if (!is_apart(rate, 1))
		log_line(n->world->log, LOG_INFO, n->spec.name, "the camera's %s clock is right again",
			track ? "audio" : "video");
	else if (!track)
		log_line(n->world->log, LOG_WARN, n->spec.name,
			"the camera stamps %.1f frames a second and sends %.1f; its clock is corrected",
			sent / rate, sent);
	else
		log_line(n->world->log, LOG_WARN, n->spec.name,
			"the camera stamps %.2f s of audio a second; its clock is corrected", rate);
}

/* All cameras see the wall clock set; one says it. @return whether it has not been said */
static bool is_new(struct cam_node *n, int64_t offset_ns)
{
	int64_t told = n->world->wall_told_ns ? atomic_exchange(n->world->wall_told_ns, offset_ns) : 0;

	return llabs(offset_ns - told) > WALL_SET_BACK;
}

static void tell_wall(struct cam_node *n, const struct wall *w)
{
	if (is_new(n, w->offset_ns))
		log_line(n->world->log, LOG_WARN, NULL,
			"the wall clock was set %s by %.1f s; names and times of what is recorded follow it",
			w->set_by_ns < 0 ? "back" : "forward",
			(double)llabs(w->set_by_ns) / (double)CLOCK_SECOND);
}

void clock_news_tell(struct cam_node *n)
{
	struct camera *c = n->spec.camera;

	for (uint32_t i = 0; i < CAM_MAX_TRACKS; i++) {
		double rate = timeline_clock_rate(&c->timeline.track[i]);

		if (is_apart(rate, c->told_rate[i])) {
			tell_rate(n, i, rate);
			raise_rate(n, i, rate);
			c->told_rate[i] = rate;
		}
	}
	if (c->told_sets != c->timeline.wall.sets) {
		tell_wall(n, &c->timeline.wall);
		c->told_sets = c->timeline.wall.sets;
	}
	c->told_news = c->timeline.news;
}
