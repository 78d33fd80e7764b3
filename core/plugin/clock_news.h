/* SPDX-License-Identifier: MIT */
/** @file clock_news.h What people are told of a camera's clock. */
#ifndef CAM_PLUGIN_CLOCK_NEWS_H
#define CAM_PLUGIN_CLOCK_NEWS_H
#include "core/plugin/cam_node.h"

/** [node] @return whether the time line has found something since the last time */
static inline bool clock_news_are_due(const struct camera *c)
{
	return c->told_news != c->timeline.news;
}

/** [node] A source has published: log it once when a rate is wrong or right again, and when the wall clock was set. */
void clock_news_tell(struct cam_node *);
#endif
