/* SPDX-License-Identifier: MIT */
#include "plugins/test_in/encoder.h"

#include "plugins/lib/av/codec.h"

#include <errno.h>
#include <libavcodec/avcodec.h>
#include <libavutil/opt.h>
#include <string.h>

/* From this height on cameras use the colours of BT.709. */
enum { HD_HEIGHT = 720, MJPEG_QSCALE = 4 };

/* FFmpeg's errors are negated errno, or tags far below them. */
static int to_errno(int err)
{
	return err >= 0 ? 0 : err > -4096 ? err : -EIO;
}

static const AVCodec *find(uint32_t fourcc)
{
	const AVCodec *codec = NULL;

	if (fourcc == CAM_H264)
		codec = avcodec_find_encoder_by_name("libx264");
	else if (fourcc == CAM_HEVC)
		codec = avcodec_find_encoder_by_name("libx265");
	return codec ? codec : avcodec_find_encoder(av_codec_id(fourcc));
}

static void set_format(AVCodecContext *c, const struct encoder_want *want)
{
	bool hd = want->height >= HD_HEIGHT;

	c->width = want->width;
	c->height = want->height;
	c->time_base = (AVRational){1, want->fps};
	c->framerate = (AVRational){want->fps, 1};
	c->pix_fmt = AV_PIX_FMT_YUV420P;
	c->color_range = AVCOL_RANGE_MPEG;
	if (want->codec == CAM_MJPG) {
		c->pix_fmt = AV_PIX_FMT_YUVJ420P;
		c->color_range = AVCOL_RANGE_JPEG;
		hd = false; /* JFIF knows BT.601 only */
	}
	c->colorspace = hd ? AVCOL_SPC_BT709 : AVCOL_SPC_SMPTE170M;
	c->color_primaries = hd ? AVCOL_PRI_BT709 : AVCOL_PRI_SMPTE170M;
	c->color_trc = hd ? AVCOL_TRC_BT709 : AVCOL_TRC_SMPTE170M;
}

/* One thread and no look-ahead: the cpu pool spreads cameras over cores, and each picture comes out at once. */
static void set_speed(AVCodecContext *c, const struct encoder_want *want)
{
	c->thread_count = 1;
	c->max_b_frames = 0;
	c->log_level_offset = 16; /* what encoders tell about themselves is nothing for the server's log */
	if (want->codec == CAM_MJPG) {
		c->flags |= AV_CODEC_FLAG_QSCALE;
		c->global_quality = MJPEG_QSCALE * FF_QP2LAMBDA;
		return;
	}
	c->gop_size = (int)want->gop;
	c->bit_rate = c->rc_max_rate = want->bits_per_second;
	c->rc_buffer_size = (int)want->bits_per_second;
	/* Encoders without one of these do without it. */
	av_opt_set(c, "preset", "ultrafast", AV_OPT_SEARCH_CHILDREN);
	av_opt_set(c, "tune", "zerolatency", AV_OPT_SEARCH_CHILDREN);
	av_opt_set(c, "forced-idr", "1", AV_OPT_SEARCH_CHILDREN);
	av_opt_set(c, "x265-params", "log-level=none:pools=none:frame-threads=1:scenecut=0:open-gop=0",
		AV_OPT_SEARCH_CHILDREN);
}

static int new_frame(struct encoder *e)
{
	AVFrame *f = e->frame = av_frame_alloc();

	if (!f)
		return AVERROR(ENOMEM);
	f->width = e->codec->width;
	f->height = e->codec->height;
	f->format = e->codec->pix_fmt;
	f->color_range = e->codec->color_range;
	f->colorspace = e->codec->colorspace;
	f->color_primaries = e->codec->color_primaries;
	f->color_trc = e->codec->color_trc;
	return av_frame_get_buffer(f, 0);
}

int encoder_open(struct encoder *e, const struct encoder_want *want)
{
	const AVCodec *codec = find(want->codec);
	int err;

	memset(e, 0, sizeof(*e));
	e->gop = want->gop;
	if (!codec)
		return -ENOSYS;
	e->codec = avcodec_alloc_context3(codec);
	if (!e->codec)
		return -ENOMEM;
	set_format(e->codec, want);
	set_speed(e->codec, want);
	err = avcodec_open2(e->codec, codec, NULL);
	if (err >= 0)
		err = new_frame(e);
	return to_errno(err);
}

void encoder_close(struct encoder *e)
{
	avcodec_free_context(&e->codec);
	av_frame_free(&e->frame);
}

int encoder_canvas(struct encoder *e, struct canvas *ret_canvas)
{
	AVFrame *f = e->frame;
	int err = av_frame_make_writable(f);

	if (err < 0)
		return to_errno(err);
	*ret_canvas = (struct canvas){
		.plane = {f->data[0], f->data[1], f->data[2]},
		.stride = {f->linesize[0], f->linesize[1], f->linesize[2]},
		.width = f->width,
		.height = f->height,
		.bt709 = f->colorspace == AVCOL_SPC_BT709,
		.full = f->color_range == AVCOL_RANGE_JPEG,
	};
	return 0;
}

int encoder_encode(struct encoder *e, int64_t pts, struct AVPacket **ret_packet)
{
	AVPacket *packet;
	int err;

	e->frame->pts = pts;
	e->frame->pict_type = e->made++ % e->gop ? AV_PICTURE_TYPE_NONE : AV_PICTURE_TYPE_I;
	e->frame->quality = e->codec->global_quality;
	err = avcodec_send_frame(e->codec, e->frame);
	if (err < 0)
		return to_errno(err);
	packet = av_packet_alloc();
	if (!packet)
		return -ENOMEM;
	err = avcodec_receive_packet(e->codec, packet);
	if (err < 0) {
		av_packet_free(&packet);
		return to_errno(err);
	}
	*ret_packet = packet;
	return 0;
}
