/* SPDX-License-Identifier: MIT */
/**
 * @file annexb.h
 * Parameter sets in H.264 and H.265 byte streams (ITU-T H.264 and H.265, Annex B). Nothing is decoded; every byte may
 * be hostile. [any]
 */
#ifndef CAM_LIB_AV_ANNEXB_H
#define CAM_LIB_AV_ANNEXB_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** More than this is no camera's parameter sets. */
enum { ANNEXB_SETS_MAX = 16384, ANNEXB_SETS_COUNT = 64 };

/** Parameter sets with four-byte start codes: VPS (H.265), then SPS, then PPS. */
struct annexb_sets {
	size_t len, n; /* bytes, sets */
	uint8_t data[ANNEXB_SETS_MAX];
};

/** One NAL unit inside a byte stream; data points at its header. */
struct annexb_nal {
	const uint8_t *data;
	size_t len;
};

/** What matters about a NAL unit's type. The first three are numbered in the order that sets are kept in. */
enum annexb_kind {
	ANNEXB_VPS,
	ANNEXB_SPS,
	ANNEXB_PPS,
	ANNEXB_SLICE,
	ANNEXB_DELIMITER,
	ANNEXB_SEI,
	ANNEXB_OTHER
};

/** @return the kind of a unit of CAM_H264 or CAM_HEVC; ANNEXB_SEI only for what stands in front of the slices */
enum annexb_kind annexb_kind(uint32_t codec, const struct annexb_nal *);

/**
 * Find the next NAL unit. @param pos where to look; moved behind the unit
 * @return 1 and *ret, or 0 at the end
 */
int annexb_next(const uint8_t *data, size_t len, size_t *pos, struct annexb_nal *ret);

/**
 * Bring the sets up to date with an access unit: those that stand in front of its first slice replace those of their
 * kind. @param codec CAM_H264 or CAM_HEVC
 * @return 1: they have changed, 0: they have not, -EMSGSIZE: more than ANNEXB_SETS_MAX bytes or ANNEXB_SETS_COUNT
 * sets, and nothing has changed
 */
int annexb_sets_update(uint32_t codec, struct annexb_sets *sets, const uint8_t *unit, size_t len);

/** @return whether decoding can start at this access unit: it is IDR or IRAP, or has a recovery point without delay */
bool annexb_is_key(uint32_t codec, const uint8_t *unit, size_t len);

/** @return whether an SPS and a PPS, for H.265 a VPS too, are there */
bool annexb_sets_complete(uint32_t codec, const struct annexb_sets *);
#endif
