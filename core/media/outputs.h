/* SPDX-License-Identifier: MIT */
/**
 * @file outputs.h
 * The outputs of an engine: who they belong to, how they come and leave, what they are told. Which renditions serve them is
 * chosen by arrange.h, whose turn it is by turns.h. All calls in one place at a time.
 */
#ifndef CAM_MEDIA_OUTPUTS_H
#define CAM_MEDIA_OUTPUTS_H
#include "core/media/quota.h"
#include "core/media/rendition.h"
#include "core/media/taker.h"

/** A rendition, while outputs use it. */
struct size {
	struct size *next;
	struct rendition *rendition;
	bool used; /**< by an output */
};

/** What an output is told. */
struct told {
	int err;
	const char *why; /**< static; NULL: nothing */
};

/** What somebody wishes for, and how it is served. */
struct engine_output {
	struct engine_output *next; /**< of the same client */
	struct outputs_client *client;
	struct engine_taker taker;
	uint32_t form, codec, width, height, quality; /**< as wished */
	int64_t fps_num, fps_den; /**< 0/0: all */
	int64_t max_age_ns; /**< older pictures than that are of no use to it; 0: none is too old */
	struct size *size; /**< what serves it; NULL: nothing could be made */
	uint32_t made_quality;
	struct told lowered; /**< by the choice of size and quality */
	int64_t slot; /**< of the grid, in which the last picture was delivered */
	int64_t owed_slot; /**< in which it has been put off */
	bool started, owed; /**< those are valid */
	bool chosen; /**< size has been, if only in vain; else it has come since */
	int64_t owed_ns; /**< since when */
	int64_t missed_ns; /**< when it last went without a picture that was due, 0: not lately */
	bool starved; /**< it has had none for long, for lack of time */
	struct told told; /**< last */
	bool removed; /**< goes when no output is being called */
};

/** The outputs of one owner. */
struct outputs_client {
	struct outputs_client *next;
	const void *node;
	uint64_t owner;
	bool first; /**< all that comes first is one client */
	struct quota_account account; /**< not of those who come first */
	struct engine_output *outputs, **tail;
	unsigned n; /**< of them */
	struct engine_output *resume; /**< which of them is next, when there was no time for all */
	struct engine_output *cursor; /**< while renditions are chosen */
	bool behind; /**< there was no time for all, of the current picture */
};

struct outputs {
	struct quota_camera camera;
	struct engine_counters counters;
	struct outputs_client *clients; /**< in the order they came */
	struct outputs_client *turn; /**< who gets from the surplus first */
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

/** See engine_add(). */
int outputs_add(
	struct outputs *, const struct cam_want *, const struct engine_taker *, struct engine_output **ret);
/** It is called no more, and freed now or when no output is being called. */
void outputs_remove(struct outputs *, struct engine_output *);
/** Free what has been removed. */
void outputs_sweep(struct outputs *);
/** All of them, at once. */
void outputs_free(struct outputs *);

/** Free renditions. @param all not only those that no output uses: they are chosen anew for the next picture */
void outputs_free_sizes(struct outputs *, bool all);

/** Tell an output what it has to know, if it is another than before. */
void outputs_tell_one(struct outputs *, struct engine_output *);
/** Tell all, and all that come, why there are no pictures; 0: there are. @param why static */
void outputs_tell(struct outputs *, int err, const char *why);

/** @return whether it is to get nothing any more */
static inline bool output_is_gone(const struct engine_output *o)
{
	return o->removed || (o->taker.left && atomic_load_explicit(o->taker.left, memory_order_relaxed));
}
#endif
