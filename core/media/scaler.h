/* SPDX-License-Identifier: MIT */
/**
 * @file scaler.h
 * Decoded pictures to JFIF I420 of one size: scale, then put colours right in place. All calls in one place at a time.
 */
#ifndef CAM_MEDIA_SCALER_H
#define CAM_MEDIA_SCALER_H
#include "core/media/colour.h"

struct AVFrame;
struct scaler;

/** @return NULL without memory */
struct scaler *scaler_new(void);
/** NULL is allowed. */
void scaler_free(struct scaler *);
/** @return whether the frame is I420 with JFIF colours already, so that at its own size nothing is to be done */
bool scaler_is_i420(const struct AVFrame *);
/**
 * Make a picture of width * height. Rows of `out` must be padded to a stride that is a multiple of 32: up to there
 * anything may be written. @return 0, -ENOMEM or -EINVAL: a pixel format that cannot be scaled
 */
int scaler_run(
	struct scaler *, const struct AVFrame *, const struct colour_planes *out, int width, int height);
#endif
