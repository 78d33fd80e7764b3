/* SPDX-License-Identifier: MIT */
/**
 * @file service.h
 * The server as a supervisor sees it: what it is told when, and whether the cameras get on. [loop]
 *
 * The watchdog is fed while the loop runs and no source claims to be live without publishing. A camera that is off, or
 * being looked for, is no fault of the server's. How long a live source may be silent is its option `stall_timeout`
 * (10 s if its plugin has none) and half the watchdog's time; after that it hangs, and only a new process helps.
 */
#ifndef CAM_SUPERVISE_SERVICE_H
#define CAM_SUPERVISE_SERVICE_H
#include "core/graph/graph.h"
#include "core/supervise/notify.h"

struct service {
	struct notify notify;
	const struct graph *graph;
	uv_timer_t feed;
	struct service_camera *cameras; /**< what each had published when last looked at */
	size_t n_cameras;
	char status[80]; /**< what was told last */
	bool hangs; /**< a source does, which has been logged */
};

/** Reads the environment: no thread runs yet. The loop is up. */
void service_init(struct service *, struct loop *, const struct graph *);
/** The graph is up, for the first time or after a reload. */
void service_ready(struct service *);
void service_reloading(struct service *);
/** States of cameras may have changed. @param live how many are */
void service_look(struct service *, size_t live);
void service_stopping(struct service *);
/** The handle closes with the loop's next turn; nothing is sent any more. */
void service_close(struct service *);
#endif
