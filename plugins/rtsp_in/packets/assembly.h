/* SPDX-License-Identifier: MIT */
/** @file assembly.h An access unit that is being put together from packets, in memory that is kept. [any] */
#ifndef CAM_RTSP_IN_ASSEMBLY_H
#define CAM_RTSP_IN_ASSEMBLY_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** A keyframe of 8 MB is a large one. Behind each unit UNIT_PADDING zeros may be read, as decoders do. */
enum { UNIT_MAX = 16 << 20, UNIT_PADDING = 64 };

/** One access unit: Annex B with four-byte start codes, a JPEG file, or a frame of audio. */
struct access_unit {
	uint8_t *data; /**< malloc'd to fit: the taker's to free() */
	size_t len;
	uint32_t
		rtp_time; /**< of its first slice or fragment; AAC: counted on from there for further frames */
	int64_t arrival_ns; /**< of its last byte */
	/** Something is missing in it, or before it where others are needed to decode it: H.264, H.265. */
	bool broken;
	bool gap; /**< something is missing before it */
};

struct unit_sink {
	/** Takes the unit's memory over in any case. @return 0, or -errno, which the pushing call hands on */
	int (*take)(void *arg, struct access_unit *);
	void *arg;
};

/** The unit under way. Zero-initialise, then set the sink. */
struct assembly {
	struct unit_sink sink;
	uint8_t *data;
	size_t len, room;
	uint32_t time;
	int64_t arrival_ns;
	bool broken, gap;
	/* how much of room has been used of late */
	size_t used;
	unsigned n_used;
};

void assembly_free(struct assembly *);
/** Append bytes to the unit. @return 0, -EMSGSIZE or -ENOMEM */
int assembly_add(struct assembly *, const void *data, size_t len);
/**
 * Hand these bytes on as a unit, with arrival_ns, broken and gap of the unit under way; clears gap.
 * @return what take() returned, -EMSGSIZE or -ENOMEM
 */
int assembly_give(struct assembly *, const uint8_t *data, size_t len, uint32_t time);
/** The unit under way is over: give it if it has bytes; its damage is over with it. @return as assembly_give() */
int assembly_end(struct assembly *);
/** Forget the unit under way. */
void assembly_drop(struct assembly *);
#endif
