/* SPDX-License-Identifier: MIT */
/**
 * @file recorder.h
 * A camera's recorder: gathers packets into fragments, cuts segments at keyframes. All of it runs on the io strand.
 */
#ifndef CAM_RECORDER_MP4_RECORDER_H
#define CAM_RECORDER_MP4_RECORDER_H
#include "plugins/recorder_mp4/segment.h"

#include <cam/file_name.h>

struct recorder_config {
	const char *directory;
	int64_t segment_ns, fragment_ns, history_ns;
	int64_t min_free; /* bytes, or negative percent */
	bool audio;
	bool overwrite;
};

enum recorder_stat {
	STAT_SEGMENTS,
	STAT_FRAGMENTS,
	STAT_PACKETS,
	STAT_BYTES,
	STAT_SKIPPED,
	STAT_REPAIRED,
	STAT_ERRORS,
	STAT_DELETED,
	STAT_SECONDS
};

struct recorder {
	struct cam_node *node;
	const struct cam_host *host;
	const struct recorder_config *config;
	const char *camera;
	char folder[CAM_FILE_NAME_BYTES]; /* the camera's name as it stands in those of folders and files */
	int dir_fd; /* -1 before start() */
	struct cam_sub *sub;
	/* The fragment that is being gathered, one reference each; a segment's first packet is a keyframe. */
	const struct cam_buf **pending;
	size_t n_pending, room;
	uint64_t pending_bytes;
	struct segment segment; /* open after its first fragment has been gathered */
	int64_t start_ns; /* dts_ns of the segment's first packet */
	int64_t wall_ns; /* and its wall time, less that */
	const struct cam_caps *video, *audio; /* the current formats, one reference each */
	uint32_t audio_track;
	int64_t last_dts_ns; /* of the last video packet */
	int64_t audio_dts_ns; /* of the last audio packet */
	bool armed; /* tick() is set for the pending fragment, else for a camera that has fallen silent */
	bool cut_wanted; /* at the next keyframe, because the audio has changed */
	bool told; /* that the file has been opened, and not yet what became of it */
	bool warned_audio, warned_video, warned_params;
};

/** The codecs of video that are recorded, 0 at the end. */
extern const uint32_t recorder_codecs[];

/** How long packets may wait in the queue, so that the disk's thread wakes seldom. */
int64_t recorder_batch_ns(const struct recorder *);
/** @return 0, or -errno with the error told to the host: the node has failed */
int recorder_take(struct recorder *, const struct cam_buf *);
/** What has waited for long is written out; a file that nothing comes for is finished. @return as above */
int recorder_tick(struct recorder *);
/** Write out and finish the file. @param reason as in recording_event.h @return as above */
int recorder_end_segment(struct recorder *, const char *reason);
/** Frees what it holds; writes nothing. */
void recorder_finish(struct recorder *);
/** Delete the oldest where allowed. @return 0, or -ENOSPC with the error told: less than `min_free` is free */
int recorder_check_space(struct recorder *);
/** Tell the host what is wrong with the directory. @return err */
int recorder_error(struct recorder *, int err);
#endif
