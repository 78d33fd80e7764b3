/* SPDX-License-Identifier: MIT */
/**
 * @file pictures.h
 * What the whole server has to do with pictures: the quota of their making, saying now and then that more are asked for
 * than that allows, and giving memory back when fewer are. All calls are [loop].
 */
#ifndef CAM_APP_PICTURES_H
#define CAM_APP_PICTURES_H
#include "core/base/log.h"
#include "core/base/strand.h"
#include "core/media/quota.h"

struct pictures {
	struct quota quota;
	struct log *log;
	struct strand *strand; /**< the heap is trimmed on it; NULL without memory */
	struct task trim;
	atomic_bool trimming;
};

/** @param cpu the pool that pictures are made on, which outlives pictures_close() */
void pictures_init(struct pictures *, struct pool *cpu, struct log *log);
/** Once a second. */
void pictures_look(struct pictures *);
/** No more looks; before the pool ends. */
void pictures_close(struct pictures *);
/** After the pool has ended. */
void pictures_destroy(struct pictures *);
#endif
