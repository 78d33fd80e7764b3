/* SPDX-License-Identifier: MIT */
/**
 * @file engine.h
 * The renditions of one camera: packets in, pictures and JPEGs out. One decoder; one scale for each distinct size
 * and format; one JPEG for each distinct size and quality; each is made on its first output and freed with its last.
 * Whoever owns the engine feeds it packets while it has outputs (core/bus does).
 *
 * All calls are made in one place, the camera's strand; but for engine_stats(), which is [any].
 */
#ifndef CAM_MEDIA_ENGINE_H
#define CAM_MEDIA_ENGINE_H
#include <cam/plugin.h>

struct engine;
struct engine_output;

/** How an output takes what is made for it. Called from engine_push(). */
struct engine_taker {
	/** Lends a picture or JPEG. */
	void (*deliver)(void *arg, const struct cam_buf *buf);
	/** Memory for the next picture, see struct cam_want; NULL: the engine's own buffers. */
	uint8_t *(*into)(void *arg, size_t bytes);
	void *arg;
};

/** What has been made since the engine was, for metrics and tests. */
struct engine_stats {
	uint64_t decoded, scaled, encoded; /**< pictures decoded, scaled (or converted); JPEGs encoded */
	uint64_t errors; /**< packets that could not be decoded */
	uint64_t skipped; /**< pictures that nobody was due to get */
	uint32_t decoders, scalers, encoders; /**< that exist now */
};

/** @return an engine without outputs, hence without a decoder; NULL without memory */
struct engine *engine_new(void);
/** Frees the engine and its outputs. NULL is allowed. */
void engine_free(struct engine *);

/**
 * Add an output for a wish of form CAM_PICTURE or CAM_JPEG (its queue members are not looked at).
 * @return 0 and *ret, -EINVAL: impossible wish, -ENOMEM
 */
int engine_add(
	struct engine *, const struct cam_want *, const struct engine_taker *, struct engine_output **ret);
/** NULL is allowed. The last one takes the decoder with it. May be called from deliver(). */
void engine_remove(struct engine *, struct engine_output *);

/**
 * Decode a video packet and deliver what is due. A packet with CAM_DISCONTINUITY flushes the decoder; other caps
 * than the last make a new one. Pictures of packets with arrival_ns before catch_up_ns are decoded and not delivered, save
 * the last of them: that is how an output added in mid-GOP gets its first picture at once.
 * @return 0, or -errno with a sentence in *ret_why (static or owned by the engine until the next call)
 */
int engine_push(struct engine *, const struct cam_buf *packet, int64_t catch_up_ns, const char **ret_why);

/** [any] */
void engine_get_stats(const struct engine *, struct engine_stats *ret);
#endif
