/* SPDX-License-Identifier: MIT */
/**
 * @file segment.h
 * One recording: a file, and the camera's time line laid onto the file's. The file begins at a video keyframe at DTS
 * 0; composition offsets are positive, so there is no edit list. Samples are handed in fragment by fragment.
 */
#ifndef CAM_RECORDER_MP4_SEGMENT_H
#define CAM_RECORDER_MP4_SEGMENT_H
#include "plugins/recorder_mp4/mp4.h"
#include "plugins/recorder_mp4/tree.h"

/** A track's place on the file's time line, in its ticks. */
struct segment_track {
	const struct cam_caps *caps; /**< One reference; NULL: the file has no such track. */
	int64_t timescale;
	int64_t next; /**< The least DTS that the next packet may have. */
	int64_t last; /**< The DTS of the last packet, or -1. */
	int64_t duration; /**< The last one seen: that of a packet whose successor is not known. */
};

struct segment {
	const struct cam_host *host;
	struct mp4 *mp4; /**< NULL: no file is open. */
	struct tree_file file;
	int64_t start_ns; /**< dts_ns of the first packet. */
	int64_t wall_ns; /**< Its wall time. */
	int64_t bytes; /**< Of the file that was closed, up to what plays. */
	struct segment_track track[MP4_TRACKS];
	bool synced; /**< The last fragment is on the disk. */
	uint64_t repaired; /**< Time stamps mended since the last look. */
};

/** Packets in the order they came. They are the caller's. */
struct segment_packets {
	const struct cam_buf *const *buf;
	size_t n;
	const struct cam_buf
		*next_video; /**< What follows, or NULL: then the last packet's duration is guessed. */
	bool last; /**< Nothing follows in this file: write the last audio packet too. */
};

/**
 * Begin a recording with this keyframe. @param audio the audio's caps, or NULL
 * @return 0; -ENODATA: the keyframe lacks parameter sets or a size; -EINVAL: the muxer refuses them; or the disk's
 * -errno
 */
int segment_open(struct segment *, const struct cam_host *, int dir_fd, const char *camera,
	const struct cam_buf *key, const struct cam_caps *audio);
/**
 * Write the packets as one fragment; what a power cut may cost is at most one that was written before. Packets of tracks that the file does not have
 * are left out.
 * @param ret_held the audio packet that was not written because its duration shows only in what follows: hand it in
 * again first; NULL: none. It is one of `packets`.
 * @return 0 or -errno
 */
int segment_write(struct segment *, const struct segment_packets *, const struct cam_buf **ret_held);
/** Write the index and close the file. @return 0 or -errno; the file is closed in any case */
int segment_finish(struct segment *);
/** Close the file after `err`, leaving it playable up to the last whole fragment where the disk allows it. */
void segment_abandon(struct segment *, int err);
#endif
