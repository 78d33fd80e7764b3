/* SPDX-License-Identifier: MIT */
/**
 * @file mp4.h
 * One fragmented MP4 file being written, over libavformat's muxer. Nothing is decoded, and a packet is copied once,
 * into the fragment. The file is valid up to its last fragment at any time. One thread at a time.
 */
#ifndef CAM_RECORDER_MP4_MP4_H
#define CAM_RECORDER_MP4_MP4_H
#include <cam/plugin.h>

#define MP4_VIDEO_TIMESCALE                                                                                  \
	90000 /**< RTP's clock for video (RFC 3551 section 5), so that nothing is rounded. */

enum mp4_track { MP4_VIDEO, MP4_AUDIO, MP4_TRACKS };

struct mp4;

/** What a file holds; the pointers are lent for the call. */
struct mp4_format {
	const struct cam_caps *video;
	const uint8_t *parameter_sets; /**< Annex B, 64 readable bytes behind its end; NULL for MJPEG. */
	size_t parameter_sets_len;
	uint32_t width, height;
	const struct cam_caps *audio; /**< AAC with its configuration, or Opus; NULL: none. */
	int64_t wall_ns; /**< For the creation time. */
};

/** A sample's place in time, in ticks of mp4_timescale(). */
struct mp4_time {
	int64_t dts, pts, duration;
};

/** @return the ticks a second of a track */
int64_t mp4_timescale(const struct mp4_format *, enum mp4_track);

/**
 * Begin a file on fd, which stays the caller's; its header goes out with the first fragment.
 * @return 0 and *ret, -ENOMEM, or -EINVAL: the muxer cannot use this format
 */
int mp4_new(int fd, const struct mp4_format *, struct mp4 **ret);
/** Add a packet to the fragment. DTS rise strictly in each track. @return 0 or -errno */
int mp4_add(struct mp4 *, enum mp4_track, const struct cam_buf *, struct mp4_time);
/** Hand the fragment to the kernel: safe from a crash of this program. @param sync from a power cut too @return 0 or -errno */
int mp4_flush(struct mp4 *, bool sync);
/** Write the index that ends the file, and sync. Call mp4_flush() before. @return 0 or -errno */
int mp4_finish(struct mp4 *);
/** @return the bytes up to the end of the last fragment that was written whole */
int64_t mp4_good_bytes(const struct mp4 *);
/** NULL is allowed. Writes nothing. */
void mp4_free(struct mp4 *);
#endif
