/* SPDX-License-Identifier: MIT */
/**
 * @file decoder.h
 * One video decoder: packets in, whole pictures out. FFmpeg, one thread. All calls in one place at a time.
 */
#ifndef CAM_MEDIA_DECODER_H
#define CAM_MEDIA_DECODER_H
#include <cam/plugin.h>

struct AVFrame;
struct decoder;

/** Pixels of a side, and of a picture: the largest frame of H.264 level 6.2 (139264 macroblocks). */
enum { DECODER_MIN_SIDE = 16, DECODER_MAX_SIDE = 8192, DECODER_MAX_PIXELS = 139264 * 256 };

/** A decoded picture. */
struct decoded {
	struct AVFrame *frame; /**< Lent until the next call; take a reference to keep it. */
	struct cam_buf like; /**< seq, times and flags of the packet it came from; no planes, no caps. */
};

/** @return 0 and *ret, or -ENOTSUP, -E2BIG, -EINVAL, -ENOMEM with a sentence in *ret_why (static) */
int decoder_new(const struct cam_caps *caps, struct decoder **ret, const char **ret_why);
/** NULL is allowed. */
void decoder_free(struct decoder *);
/** Forget what came before: the next picture is that of a keyframe. */
void decoder_flush(struct decoder *);
/** Whether pictures that no other refers to may be left out from here on, to be through sooner. */
void decoder_hurry(struct decoder *, bool hurry);
/** @return 0, -EBADMSG: could not be decoded, or -ENOMEM. Take all pictures before the next one. */
int decoder_push(struct decoder *, const struct cam_buf *packet);
/**
 * @return 1 and the next picture, 0: no more for now, -EBADMSG: a damaged one was thrown away, go on.
 * Before the first undamaged keyframe (or H.264 recovery point) there are none; those that refer to a damaged one have CAM_CORRUPT.
 */
int decoder_take(struct decoder *, struct decoded *ret);
#endif
