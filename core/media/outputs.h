/* SPDX-License-Identifier: MIT */
/**
 * @file outputs.h
 * The outputs of an engine: who they belong to, which renditions serve them, whose turn it is, and what they are told.
 * All calls in one place at a time.
 */
#ifndef CAM_MEDIA_OUTPUTS_H
#define CAM_MEDIA_OUTPUTS_H
#include "core/media/engine.h"
#include "core/media/rendition.h"

struct client; /* the outputs of one owner */
struct size; /* a rendition, while outputs use it */

struct outputs {
	struct quota_camera camera;
	struct engine_counters counters;
	struct client *clients; /**< in the order they came */
	struct client *turn; /**< who gets from the surplus first */
	unsigned n; /**< without the removed */
	struct size *sizes;
	int width, height; /**< of the camera, that renditions are chosen for */
	bool arranged; /**< renditions are chosen */
	bool busy; /**< an output is being called: nothing is freed */
	bool litter; /**< something is to be freed when that is over */
	int64_t origin_ns; /**< of the grid */
	bool has_origin;
	int64_t interval_ns; /**< of the most frequent wish, 0: all pictures; valid if `has_interval` */
	bool has_interval;
	int err; /**< what all are told, 0: nothing */
	const char *why;
};

/** Who is offered a picture. */
enum outputs_who {
	OUTPUTS_ALL,
	OUTPUTS_NEW /**< those that have had none yet; but who comes first: a leap in time would look like a change */
};

/** See engine_add(). */
int outputs_add(
	struct outputs *, const struct cam_want *, const struct engine_taker *, struct engine_output **ret);
/** It is called no more, and freed now or when no output is being called. */
void outputs_remove(struct outputs *, struct engine_output *);
/** All of them, at once. */
void outputs_free(struct outputs *);

/** Free all renditions: they are chosen anew for the next picture. */
void outputs_free_sizes(struct outputs *);

/** @return whether somebody is due to get a picture of that time, and may have it. @param late see outputs_may_decode() */
bool outputs_are_due(struct outputs *, int64_t time_ns, int64_t arrival_ns, enum outputs_who, bool late);
/**
 * @param begin with a keyframe @param late the camera is behind: only those within their share count
 * @return whether somebody may have it decoded
 */
bool outputs_may_decode(struct outputs *, bool begin, bool late);
/** The time that decoding has taken is the outputs' to pay for. */
void outputs_pay(struct outputs *, int64_t ns);
/** A picture of that time is not made, though some are due: nobody may have it decoded. */
void outputs_put_off(struct outputs *, int64_t time_ns);
/**
 * Offer a picture to those whose turn it is: first to who comes first, then to owners within their share, then, unless late,
 * to others. @return false: something could not be made
 */
bool outputs_deliver(struct outputs *, const struct decoded *, enum outputs_who, bool late);
/** Tell all, and all that come, why there are no pictures; 0: there are. @param why static */
void outputs_tell(struct outputs *, int err, const char *why);
/** @return the time between two pictures of the most frequent wish, 0: all pictures */
int64_t outputs_interval_ns(struct outputs *);
#endif
