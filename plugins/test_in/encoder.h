/* SPDX-License-Identifier: MIT */
/** @file encoder.h An FFmpeg encoder that gives one packet for each picture at once. */
#ifndef CAM_TEST_IN_ENCODER_H
#define CAM_TEST_IN_ENCODER_H
#include "plugins/test_in/canvas.h"

#include <stddef.h>

struct AVCodecContext;
struct AVFrame;
struct AVPacket;

struct encoder {
	struct AVCodecContext *codec; /**< NULL when closed */
	struct AVFrame *frame;
	int64_t gop; /**< frames from one keyframe to the next */
	int64_t made; /**< frames encoded */
};

struct encoder_want {
	uint32_t codec; /**< CAM_H264, CAM_HEVC, CAM_MJPG */
	int width, height, fps;
	int64_t gop; /**< frames */
	int64_t bits_per_second;
};

/** @return 0, -ENOSYS: FFmpeg has no such encoder, or -errno of opening it. encoder_close() is allowed after all. */
int encoder_open(struct encoder *, const struct encoder_want *);
/** NULL members are allowed. */
void encoder_close(struct encoder *);
/** The picture to draw on next. @return 0 and *ret_canvas, valid until the next call */
int encoder_canvas(struct encoder *, struct canvas *ret_canvas);
/**
 * Encode what was drawn. @param pts in frames since the start; must grow
 * @return 0 and *ret_packet, the caller's to free with av_packet_free(), or -errno
 */
int encoder_encode(struct encoder *, int64_t pts, struct AVPacket **ret_packet);
#endif
