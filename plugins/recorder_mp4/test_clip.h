/* SPDX-License-Identifier: MIT */
/** @file test_clip.h  Small clips made by libavcodec, and MP4 files read back by libavformat. */
#ifndef CAM_RECORDER_MP4_TEST_CLIP_H
#define CAM_RECORDER_MP4_TEST_CLIP_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CLIP_MAX = 1024 };

/** An access unit; times in units of the clip's time base. */
struct clip_unit {
	uint8_t *data;
	size_t len;
	int64_t dts, pts;
	bool key;
};

struct clip {
	struct clip_unit unit[CLIP_MAX];
	int n;
	uint8_t *extradata;
	size_t extradata_len;
	bool annex_b;
};

struct clip_make {
	const char *encoder; /**< "libx264" */
	int frames, gop, b_frames, width, height;
	bool global_header; /**< Parameter sets in extradata rather than in the keyframes. */
};

/** Encode moving bars, or a tone at 48000 Hz for an audio encoder (width 0). @return false without that encoder */
bool clip_make(struct clip *, const struct clip_make *);
void clip_free(struct clip *);
/** @return whether `len` bytes at `data` (length-prefixed for Annex B units) are exactly the unit */
bool clip_same(const struct clip *, int unit, const uint8_t *data, size_t len);

/** One packet read back. */
struct clip_read {
	int stream;
	int64_t dts, pts, duration;
	bool key;
	uint8_t *data;
	size_t len;
};

struct clip_file {
	struct clip_read packet[2 * CLIP_MAX];
	int n, streams, warnings;
	int codec_id[2], width, height;
	int64_t timescale[2];
	char warning[256]; /**< the first that libavformat gave */
};

/** Read a file through libavformat. @return 0, or an AVERROR; what was read until then is there in any case */
int clip_file_read(struct clip_file *, const char *path);
void clip_file_free(struct clip_file *);
#endif
