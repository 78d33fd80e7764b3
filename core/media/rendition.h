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
	atomic_uint_least64_t decoded, scaled, converted, encoded, errors, skipped, refused, lowered;
	atomic_uint decoders, scalers, encoders;
};

struct rendition;

/** Pixels of a side that may be wished for. */
enum { RENDITION_MIN_SIDE = 2, RENDITION_MAX_SIDE = 8192 };

/** @param width, height in pixels @param counters outlive it @return NULL without memory */
struct rendition *rendition_new(uint32_t width, uint32_t height, struct engine_counters *counters);
/** NULL is allowed. */
void rendition_free(struct rendition *);
uint32_t rendition_width(const struct rendition *);
uint32_t rendition_height(const struct rendition *);

/**
 * Somebody will ask for JPEGs of this quality. @param most if there are so many already, the nearest of them will do; 0:
 * as many as are asked for @return 0 and the quality to ask for, or -ENOMEM
 */
int rendition_use_quality(struct rendition *, uint32_t quality, unsigned most, uint32_t *ret);
/** Nobody does any more. Not between rendition_begin() and rendition_end(). */
void rendition_forget_qualities(struct rendition *);

/** All that follows, up to rendition_end(), is about this picture, which must stay as long. */
void rendition_begin(struct rendition *, const struct decoded *picture);
/** Lets go of what was made. */
void rendition_end(struct rendition *);
/** @param codec CAM_I420, CAM_BGR3 or CAM_GREY @return a picture lent until rendition_end(); NULL: could not be made */
const struct cam_buf *rendition_picture(struct rendition *, uint32_t codec);
/** @return a JPEG of a quality in use, lent until rendition_end(); NULL: could not be made */
const struct cam_buf *rendition_jpeg(struct rendition *, uint32_t quality);
/** @return whether that is made already. @param codec CAM_MJPG: a JPEG of that quality */
bool rendition_has(const struct rendition *, uint32_t codec, uint32_t quality);
/** @return the bytes of a picture without any padding */
size_t rendition_packed_bytes(const struct rendition *, uint32_t codec);
/**
 * Make the picture in the caller's memory, without padding, planes one after the other.
 * @return a reference to a buffer that points there, NULL: could not be made
 */
const struct cam_buf *rendition_into(struct rendition *, uint32_t codec, uint8_t *memory);
#endif
