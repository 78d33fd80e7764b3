/* SPDX-License-Identifier: MIT */
/**
 * @file unit.h
 * Puts access units of H.264 and H.265 together from the pieces that libavformat's RTP reader gives: a NAL unit, or a
 * fragment of one, at a time. A unit ends where another time stamp or a NAL unit that can only begin one comes.
 */
#ifndef CAM_RTSP_IN_UNIT_H
#define CAM_RTSP_IN_UNIT_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** A keyframe of 8 MB is a large one. */
enum { UNIT_MAX = 16 << 20 };

/** Zero-initialise, then set codec. */
struct unit {
	uint32_t codec; /**< CAM_H264 or CAM_HEVC */
	uint8_t *data; /**< malloc'd, or NULL; zeros stand behind len */
	size_t len, room;
	int64_t pts; /**< in the stream's time base */
	int64_t arrival_ns; /**< of the last byte */
	bool has_slice;
	bool broken; /**< something before this unit, or in it, is missing */
};

/** One piece, as it came. */
struct piece {
	const uint8_t *data;
	size_t len;
	int64_t pts;
	int64_t arrival_ns;
};

/** @return whether this piece begins another access unit, so that the present one must be taken first */
bool unit_ends_before(const struct unit *, const struct piece *);
/** Append. @return 0, -ENOMEM, or -EMSGSIZE: the unit is larger than UNIT_MAX */
int unit_add(struct unit *, const struct piece *);
/** Begin a new unit. @return the old one's bytes, now the caller's to free() */
uint8_t *unit_take(struct unit *);
/** Free what is there. */
void unit_clear(struct unit *);
#endif
