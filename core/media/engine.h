/* SPDX-License-Identifier: MIT */
/**
 * @file engine.h
 * The renditions of one camera: packets in, pictures and JPEGs out. One decoder; one scale for each distinct size,
 * from which pictures of each format and JPEGs of each distinct quality are made; each is made on its first output
 * and freed with its last. Whoever owns the engine feeds it packets while it has outputs (core/bus does).
 *
 * Outputs that come first (buffers', recorders', detectors') get exactly what they wish. The others share what the quota
 * allows, in a bounded number of sizes and qualities, none larger than the camera's; they are told what they do not get.
 *
 * All calls are made in one place, the camera's strand; but for engine_get_stats() and engine_error(), which are [any].
 */
#ifndef CAM_MEDIA_ENGINE_H
#define CAM_MEDIA_ENGINE_H
#include <cam/plugin.h>
#include <stdatomic.h>

#include "core/media/quota.h"
#include "core/media/taker.h"

struct engine;

/** What has been made since the engine was, for metrics and tests. */
struct engine_stats {
	uint64_t decoded, scaled, encoded; /**< pictures decoded; pictures scaled; JPEGs encoded */
	uint64_t errors; /**< packets that could not be decoded, damaged pictures thrown away */
	uint64_t skipped; /**< pictures that nobody was due to get */
	uint32_t decoders, scalers, encoders; /**< that exist now: 0 or 1; sizes; sizes and qualities */
	uint64_t converted; /**< pictures made BGR3 from scaled ones */
	uint64_t refused; /**< pictures that an output was due to get and did not, for lack of time */
	uint64_t lowered; /**< times that an output was told that it gets less than it wishes */
};

/**
 * Silences FFmpeg's own log for the whole process, since it is the library's one global: what goes wrong is told by
 * return values and counters. @return an engine without outputs, hence without a decoder; NULL without memory
 */
struct engine *engine_new(void);
/** Frees the engine and its outputs; buffers that others hold stay valid. NULL is allowed. */
void engine_free(struct engine *);
/** [before the first output] @param quota, camera its share of what, and its name: both outlive it */
void engine_set_quota(struct engine *, struct quota *quota, const char *camera);

/**
 * Add an output for a wish of form CAM_PICTURE or CAM_JPEG (of its queue members, pictures older than queue_age_ns are not
 * delivered ahead of the present).
 *
 * max_fps picks on a grid that all outputs share: the first picture of each 1/max_fps seconds of the camera's clock is
 * due. So the pictures of 5 a second are among those of 10 a second. The grid lies 10 ms before the first picture
 * delivered, so that time stamps of a camera with just that rate may be early by so much without a loss.
 *
 * @return 0 and *ret, -EINVAL: impossible wish, -ENOMEM
 */
int engine_add(
	struct engine *, const struct cam_want *, const struct engine_taker *, struct engine_output **ret);
/** NULL is allowed. The last one takes the decoder with it. From deliver() too: then with the end of the push. */
void engine_remove(struct engine *, struct engine_output *);
/** Outputs have come or left: the last picture that was decoded is delivered to those that have had none yet. */
void engine_show(struct engine *);

/**
 * Decode a video packet and deliver what is due. Does nothing without outputs. A packet with CAM_DISCONTINUITY flushes
 * the decoder; other caps than the last make a new one. Nothing is delivered before the first undamaged keyframe, and
 * no damaged picture.
 *
 * What nobody is due to get is not decoded, as far as the stream allows that: of Motion JPEG, of streams of keyframes, and
 * when one picture a second or less is wished for and keyframes come that often. What nobody may have decoded, by the quota,
 * is left out up to a keyframe.
 *
 * Pictures of packets with arrival_ns before catch_up_ns are delivered to outputs that have had none yet, and only decoded
 * for the others, save the last of them: that is how an output added in mid-GOP gets a picture at once, and then the
 * present. Let catch_up_ns be the arrival of the newest packet there is; the push of that one delivers its own picture, or
 * if it has none yet, the last one before.
 *
 * A packet that cannot be decoded is counted and no error. @return 0, or -errno with a sentence in *ret_why (static):
 * -EINVAL: not a video packet, -ENOTSUP: no decoder for these caps, -E2BIG (the same again until they change), -ENOMEM
 */
int engine_push(struct engine *, const struct cam_buf *packet, int64_t catch_up_ns, const char **ret_why);
/**
 * @param come an output has been added just now @return whether packets were left out that would be of use now: push them
 * again from the last keyframe on, after engine_rewind(), or go on at the next one
 */
bool engine_is_behind(struct engine *, bool come);
/** What is pushed next has been pushed before. */
void engine_rewind(struct engine *);

/**
 * [any] @return why the last outputs got nothing of packets of this format, as a static sentence; NULL: they did, or nobody
 * has asked
 */
const char *engine_error(const struct engine *, uint32_t codec, uint32_t width, uint32_t height);
/** [any] */
void engine_get_stats(const struct engine *, struct engine_stats *ret);
#endif
