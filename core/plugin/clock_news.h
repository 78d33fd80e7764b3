/* SPDX-License-Identifier: MIT */
/** @file clock_news.h What people are told of a camera's clock. */
#ifndef CAM_PLUGIN_CLOCK_NEWS_H
#define CAM_PLUGIN_CLOCK_NEWS_H
#include "core/plugin/cam_node.h"

/** A rate that is off by more is a fault and not a crystal. */
#define CLOCK_NEWS_OFF 0.02

static inline bool clock_news_is_apart(double rate, double from)
{
	return rate > from * (1 + CLOCK_NEWS_OFF) || rate < from * (1 - CLOCK_NEWS_OFF);
}

/** [node] @return whether there is something to tell since the last time, after a packet of this track */
static inline bool clock_news_is_due(const struct camera *c, uint32_t track)
{
	return c->told_sets != c->timeline.wall.sets ||
	       clock_news_is_apart(timeline_clock_rate(&c->timeline.track[track]), c->told_rate[track]);
}

/** [node] A source has published: log it once when a rate is wrong or right again, and when the wall clock was set. */
void clock_news_tell(struct cam_node *);
#endif
