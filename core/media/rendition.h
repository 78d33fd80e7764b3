/* SPDX-License-Identifier: MIT */
/**
 * @file rendition.h
 * What is made of a camera's pictures at one size: I420 scaled once, and from that BGR3, GREY and JPEGs, each made when
 * first asked for and then shared. All calls in one place at a time; the buffers are anyone's.
 */
#ifndef CAM_MEDIA_RENDITION_H
#define CAM_MEDIA_RENDITION_H
#include "core/media/decoder.h"

#include <stdatomic.h>

/** What struct engine_stats is read from. */
struct engine_counters {
	atomic_uint_least64_t decoded, scaled, converted, encoded, errors, skipped;
	atomic_uint decoders, scalers, encoders;
};

struct rendition;

/** Pixels of a side that may be wished for. */
enum { RENDITION_MIN_SIDE = 2, RENDITION_MAX_SIDE = 8192 };

/** @param width, height as in struct cam_want @param counters outlive it @return NULL without memory */
struct rendition *rendition_new(uint32_t width, uint32_t height, struct engine_counters *counters);
/** NULL is allowed. */
void rendition_free(struct rendition *);
/** @return whether it is for that wished size */
bool rendition_fits(const struct rendition *, uint32_t width, uint32_t height);
/** Somebody will ask for JPEGs of this quality. @return 0 or -ENOMEM */
int rendition_use_quality(struct rendition *, uint32_t quality);
/** One of those leaves. */
void rendition_drop_quality(struct rendition *, uint32_t quality);

/** All that follows, up to rendition_end(), is about this picture, which must stay as long. */
void rendition_begin(struct rendition *, const struct decoded *picture);
/** Lets go of what was made. */
void rendition_end(struct rendition *);
/** @param codec CAM_I420, CAM_BGR3 or CAM_GREY @return a picture lent until rendition_end(); NULL: could not be made */
const struct cam_buf *rendition_picture(struct rendition *, uint32_t codec);
/** @return a JPEG of a quality in use, lent until rendition_end(); NULL: could not be made */
const struct cam_buf *rendition_jpeg(struct rendition *, uint32_t quality);
/** @return the bytes of a picture without any padding */
size_t rendition_packed_bytes(const struct rendition *, uint32_t codec);
/**
 * Make the picture in the caller's memory, without padding, planes one after the other.
 * @return a reference to a buffer that points there, NULL: could not be made
 */
const struct cam_buf *rendition_into(struct rendition *, uint32_t codec, uint8_t *memory);
#endif
