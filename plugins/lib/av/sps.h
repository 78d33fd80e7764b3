/* SPDX-License-Identifier: MIT */
/**
 * @file sps.h
 * What a sequence parameter set says about the pictures (ITU-T H.264 7.3.2.1.1 and E.1.1, H.265 7.3.2.2.1). Nothing
 * is decoded; every bit may be hostile. [any]
 */
#ifndef CAM_LIB_AV_SPS_H
#define CAM_LIB_AV_SPS_H
#include "plugins/lib/av/annexb.h"

/** No picture is wider or higher. */
enum { SPS_SIDE_MAX = 16384 };

struct sps {
	uint32_t width, height; /**< pixels, after cropping */
	uint32_t fps_num, fps_den; /**< 0/0 where not told */
	int reorder; /**< pictures that may stand between decoding and showing order; -1 where not told */
};

/** Read the first SPS of these sets. @return 0 and *ret, -ENOENT: there is none, -EINVAL: damaged or out of range */
int sps_read(uint32_t codec, const struct annexb_sets *, struct sps *ret);
#endif
