/* SPDX-License-Identifier: MIT */
/**
 * @file params.h
 * What an MP4's header must know of a video track before its first packet: parameter sets and size. Caps bring them,
 * or the first keyframe does.
 */
#ifndef CAM_RECORDER_MP4_PARAMS_H
#define CAM_RECORDER_MP4_PARAMS_H
#include <cam/plugin.h>

struct params {
	uint8_t *sets; /**< Annex B, zero padded; NULL for MJPEG. Owned. */
	size_t len;
	uint32_t width, height;
};

/**
 * @param key the first keyframe of the file
 * @return 0 and *ret, to be freed with params_finish(); -ENODATA: neither has parameter sets or a size; -ENOMEM
 */
int params_find(const struct cam_buf *key, struct params *ret);
/** Frees what it holds; may be called on a zeroed struct. */
void params_finish(struct params *);
#endif
