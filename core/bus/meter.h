/* SPDX-License-Identifier: MIT */
/**
 * @file meter.h
 * What a camera's source delivers: rate, size, codec, bit rate. Written in the source's place, read by [any].
 */
#ifndef CAM_BUS_METER_H
#define CAM_BUS_METER_H
#include <cam/plugin.h>
#include <pthread.h>
#include <stdatomic.h>

#include "core/bus/timeline.h"

enum { METER_FRAMES = 64 };

struct meter {
	pthread_mutex_t lock;
	struct meter_frame {
		int64_t arrival_ns;
		uint64_t bytes; /**< of this frame and of what came before it since the last */
	} frames[METER_FRAMES]; /**< the latest, a ring */
	unsigned n, next;
	uint64_t pending_bytes;
	uint32_t codec, width, height;
	int64_t last_video_ns; /**< arrival of the last video packet, 0: none */
	atomic_ullong packets, bytes, dropped, repaired;
	/* Of the time line: see timeline.h. */
	atomic_ullong repairs[TIMELINE_REPAIRS]; /**< by kind; repaired is their sum */
	_Atomic double clock_rate; /**< of the video track */
	atomic_llong jitter_ns; /**< of the video track */
	atomic_uint wall_sets; /**< how often the wall clock was set */
};

/** A reading; rates are over the last 64 frames, at most 10 s. */
struct meter_reading {
	uint32_t codec, width, height;
	double fps;
	uint64_t bits_per_second;
	int64_t last_video_ns;
};

void meter_init(struct meter *);
void meter_destroy(struct meter *);
/** [source] Count a packet of so many bytes. */
void meter_count(struct meter *, const struct cam_buf *buf, size_t bytes);
/** [any] */
void meter_read(struct meter *, struct meter_reading *ret);
#endif
