/* SPDX-License-Identifier: MIT */
/**
 * @file demand.h
 * The demand for a camera's renditions. The first subscription makes the engine take packets from the camera's port,
 * starting at the last keyframe that history has; the last one to leave ends that. The engine works on the camera's
 * strand. Who comes and who leaves stands in a list that the strand looks at before each packet, so that neither waits
 * behind pictures; who leaves is left out at once, also of the picture that is being delivered.
 */
#ifndef CAM_BUS_DEMAND_H
#define CAM_BUS_DEMAND_H
#include "core/base/executor.h"
#include "core/bus/port.h"
#include "core/media/engine.h"

struct demand;
struct demand_sub; /**< one rendition subscription */

/** Where what is made goes. */
struct demand_end {
	struct link *link; /**< what is made goes into it; is told what is not, by link_refuse() */
	/** See struct cam_want; then deliveries go past the queue. NULL: through the queue. Called on the strand. */
	uint8_t *(*into)(void *arg, size_t bytes);
	void *arg;
	const void *node; /**< whose it is, with the wish's owner */
	bool first; /**< configured by the operator: exactly as wished, and ahead of others */
};

/** @param port where packets come from; outlives it @return NULL without memory */
struct demand *demand_new(struct executor *strand, struct port *port);
/** [before anything is added] What it may spend. @param quota, camera outlive it */
void demand_set_quota(struct demand *, struct quota *quota, const char *camera);
/** [strand, or nothing was ever added] NULL is allowed. */
void demand_free(struct demand *);

/** [any] Add a subscription, taking a reference to its link. @return 0 and *ret, -ENOMEM */
int demand_add(struct demand *, const struct cam_want *, const struct demand_end *, struct demand_sub **ret);
/** [any] Remove it; close the link first, so that nothing is delivered any more. NULL is allowed. */
void demand_remove(struct demand_sub *);
/** [any, once] The camera is gone: tell all who are subscribed. */
void demand_tell_gone(struct demand *);
/** [any] @return why there are no pictures of a camera with this format, as a static sentence; NULL: see engine_error() */
const char *demand_error(const struct demand *, uint32_t codec, uint32_t width, uint32_t height);
/** [any] */
void demand_get_stats(const struct demand *, struct engine_stats *ret);
/** [any] Subscriptions now. */
unsigned demand_count(const struct demand *);
#endif
