/* SPDX-License-Identifier: MIT */
/** @file watcher.h Whom tiles and views tell what happens to them: their viewer, and who that is. */
#ifndef WS_VIEW_WATCHER_H
#define WS_VIEW_WATCHER_H
#include "plugins/ws_view/view/limit.h"

#include <cam/plugin.h>

struct watcher {
	/** A tile has a word or a picture. */
	void (*has_news)(struct watcher *);
	/** It does not get what it has asked for: count it, and tell it and the log before long. */
	void (*limited)(struct watcher *, enum limit);
	const struct cam_who *who; /**< whose rights count */
};
#endif
