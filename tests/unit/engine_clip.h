/* SPDX-License-Identifier: MIT */
/** @file engine_clip.h Short streams made on the spot, and a taker that remembers, for the tests of core/media/engine. */
#ifndef CAM_TESTS_ENGINE_CLIP_H
#define CAM_TESTS_ENGINE_CLIP_H
#include "core/media/buf.h"
#include "core/media/engine.h"

#include <libavutil/frame.h>

enum { CLIP_MAX = 64, TAKEN_MAX = 128 };

struct clip_spec {
	const char *encoder; /**< "libx264", "libx265", "mjpeg" */
	int width, height, fps, n, gop, bframes;
	int format; /**< enum AVPixelFormat */
	int matrix; /**< enum AVColorSpace */
	int range; /**< enum AVColorRange */
	void (*paint)(AVFrame *frame, int i);
	int painted; /**< The matrix that paint uses, when it is not the one that the stream names; 0: the same. */
	int refresh; /**< libx264: refresh bit by bit instead of keyframes */
	int keys; /**< libx264: so many pictures from the start are keyframes */
};

struct clip {
	const struct cam_caps *caps;
	struct cam_buf *packet[CLIP_MAX];
	int n;
};

/** Encodes; aborts when that fails. Packet i arrives at (i + 1) / fps s; pts_ns is that of picture i from 1 s on. */
void clip_make(struct clip *clip, const struct clip_spec *spec);
void clip_free(struct clip *clip);

/** A moving wave; wave() tells its luma (0 to 255) at x, y from 0 to 1. */
void paint_wave(AVFrame *frame, int i);
/** The same in ten bits. */
void paint_wave10(AVFrame *frame, int i);
double wave(double x, double y, int i);
/** Patches of the colours in patch_rgb[], PATCH_COLUMNS across, two rows; by the frame's matrix and range. */
void paint_patches(AVFrame *frame, int i);
enum { PATCH_COLUMNS = 4, PATCHES = 8 };
extern const uint8_t patch_rgb[PATCHES][3];

/** Keeps a reference to each buffer delivered. Comes first, unless the test says otherwise. */
struct taken {
	struct engine_taker taker; /**< Pass this one. */
	const struct cam_buf *buf[TAKEN_MAX];
	int n;
};
void taken_init(struct taken *taken);
void taken_free(struct taken *taken);
#endif
