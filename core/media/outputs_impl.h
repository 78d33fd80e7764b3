/* SPDX-License-Identifier: MIT */
/** @file outputs_impl.h Between the files of the outputs. */
#ifndef CAM_MEDIA_OUTPUTS_IMPL_H
#define CAM_MEDIA_OUTPUTS_IMPL_H
#include "core/media/outputs.h"

struct size {
	struct size *next;
	struct rendition *rendition;
	bool used; /* by an output */
};

/* What an output is told, the gravest first. */
struct told {
	int err;
	const char *why; /* static; NULL: nothing */
};

struct engine_output {
	struct engine_output *next; /* of the same client */
	struct client *client;
	struct engine_taker taker;
	uint32_t form, codec, width, height, quality; /* as wished */
	int64_t fps_num, fps_den; /* 0/0: all */
	int64_t max_age_ns; /* older pictures than that are of no use to it; 0: none is too old */
	struct size *size; /* what serves it; NULL: nothing could be made */
	uint32_t made_quality;
	struct told lowered; /* by the choice of size and quality */
	int64_t slot; /* of the grid, in which the last picture was delivered */
	int64_t owed_slot; /* in which it has been put off */
	bool started, owed; /* those are valid */
	bool chosen; /* size has been, if only in vain; else it has come since */
	int64_t owed_ns; /* since when */
	int64_t missed_ns; /* when it last went without a picture that was due, 0: not lately */
	bool starved; /* it has had none for long, for lack of time */
	struct told told; /* last */
	bool removed; /* goes when no output is being called */
};

struct client {
	struct client *next;
	const void *node;
	uint64_t owner;
	bool first; /* all that comes first is one client */
	struct quota_account account; /* not of those who come first */
	struct engine_output *outputs, **tail;
	unsigned n; /* of them */
	struct engine_output *resume; /* which of them is next, when there was no time for all */
	struct engine_output *cursor; /* while renditions are chosen */
	bool behind; /* there was no time for all, of the current picture */
};

/** Choose renditions for all outputs by the camera's size, and free those that are not used any more. */
void outputs_arrange(struct outputs *, int width, int height);
/** Free what has been removed. */
void outputs_sweep(struct outputs *);
/** Tell an output what it has to know, if it is another than before. */
void outputs_tell_one(struct outputs *, struct engine_output *);

static inline bool output_is_gone(const struct engine_output *o)
{
	return o->removed || (o->taker.left && atomic_load_explicit(o->taker.left, memory_order_relaxed));
}
#endif
