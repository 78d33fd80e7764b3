/* SPDX-License-Identifier: MIT */
#include "tests/unit/engine_clip.h"

#include <libavcodec/avcodec.h>
#include <libavutil/opt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* x265 itself loses memory with each encoder; read by LeakSanitizer. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:libx265";
}

const uint8_t patch_rgb[PATCHES][3] = {
	{255, 255, 255},
	{0, 0, 0},
	{128, 128, 128},
	{220, 30, 30},
	{30, 220, 30},
	{30, 30, 220},
	{200, 160, 40},
	{90, 60, 150},
};

static void must(int ok, const char *what)
{
	if (ok)
		return;
	printf("Bail out! clip: %s\n", what);
	exit(1);
}

double wave(double x, double y, int i)
{
	return 128 + 70 * sin(6.28 * 3 * x + i * 0.3) + 40 * cos(6.28 * 2 * y - i * 0.2);
}

/* Luma 0 to 255 to the frame's range. */
static uint8_t ranged(const AVFrame *f, double v)
{
	return (uint8_t)lrint(f->color_range == AVCOL_RANGE_JPEG ? v : 16 + v * 219 / 255);
}

static int chroma_rows(const AVFrame *f)
{
	return f->format == AV_PIX_FMT_YUV420P ? (f->height + 1) / 2 : f->height;
}

void paint_wave(AVFrame *f, int i)
{
	for (int y = 0; y < f->height; y++)
		for (int x = 0; x < f->width; x++)
			f->data[0][y * f->linesize[0] + x] =
				ranged(f, wave((x + 0.5) / f->width, (y + 0.5) / f->height, i));
	for (int p = 1; p < 3 && f->data[p]; p++)
		memset(f->data[p], 128, (size_t)f->linesize[p] * (size_t)chroma_rows(f));
}

void paint_wave10(AVFrame *f, int i)
{
	for (int p = 0; p < 3; p++) {
		int h = p ? (f->height + 1) / 2 : f->height, w = p ? (f->width + 1) / 2 : f->width;

		for (int y = 0; y < h; y++) {
			for (int x = 0; x < w; x++) {
				double v = p ? 128 : 16 + wave((x + 0.5) / w, (y + 0.5) / h, i) * 219 / 255;
				uint16_t sample = (uint16_t)lrint(4 * v);

				memcpy(f->data[p] + y * f->linesize[p] + 2 * x, &sample, sizeof(sample));
			}
		}
	}
}

static void rgb_to_yuv(const AVFrame *f, const uint8_t rgb[3], uint8_t ret[3])
{
	double kr = f->colorspace == AVCOL_SPC_BT709 ? 0.2126 : 0.299;
	double kb = f->colorspace == AVCOL_SPC_BT709 ? 0.0722 : 0.114;
	double y = kr * rgb[0] + (1 - kr - kb) * rgb[1] + kb * rgb[2];
	double scale = f->color_range == AVCOL_RANGE_JPEG ? 1 : 224.0 / 255;

	ret[0] = ranged(f, y);
	ret[1] = (uint8_t)lrint(128 + scale * (rgb[2] - y) / (2 * (1 - kb)));
	ret[2] = (uint8_t)lrint(128 + scale * (rgb[0] - y) / (2 * (1 - kr)));
}

void paint_patches(AVFrame *f, int i)
{
	(void)i;
	for (int y = 0; y < f->height; y++) {
		for (int x = 0; x < f->width; x++) {
			int patch = x * PATCH_COLUMNS / f->width + (y * 2 / f->height) * PATCH_COLUMNS;
			uint8_t yuv[3];

			rgb_to_yuv(f, patch_rgb[patch], yuv);
			f->data[0][y * f->linesize[0] + x] = yuv[0];
			f->data[1][y / 2 * f->linesize[1] + x / 2] = yuv[1];
			f->data[2][y / 2 * f->linesize[2] + x / 2] = yuv[2];
		}
	}
}

static AVCodecContext *open_encoder(const struct clip_spec *s)
{
	const AVCodec *codec = avcodec_find_encoder_by_name(s->encoder);
	AVCodecContext *c = codec ? avcodec_alloc_context3(codec) : NULL;

	must(c != NULL, s->encoder);
	av_log_set_level(AV_LOG_QUIET);
	c->width = s->width;
	c->height = s->height;
	c->pix_fmt = s->format;
	c->colorspace = s->matrix;
	c->color_range = s->range;
	c->time_base = (AVRational){1, s->fps};
	c->framerate = (AVRational){s->fps, 1};
	c->gop_size = s->gop;
	c->max_b_frames = s->bframes;
	c->thread_count = 1;
	c->strict_std_compliance = FF_COMPLIANCE_UNOFFICIAL;
	if (s->encoder[0] == 'm')
		c->flags |= AV_CODEC_FLAG_QSCALE, c->global_quality = 2 * FF_QP2LAMBDA;
	av_opt_set(c->priv_data, "preset", "ultrafast", 0);
	av_opt_set(c->priv_data, "crf", "8", 0);
	av_opt_set(c->priv_data, "forced-idr", "1", 0);
	av_opt_set(c->priv_data, "x264-params", "bframes=0:scenecut=0", 0);
	if (s->bframes)
		av_opt_set(c->priv_data, "x264-params", "bframes=2:b-adapt=0:scenecut=0", 0);
	if (s->refresh)
		av_opt_set(c->priv_data, "x264-params", "bframes=0:scenecut=0:intra-refresh=1", 0);
	av_opt_set(c->priv_data, "x265-params", "log-level=none:pools=none:frame-threads=1", 0);
	must(avcodec_open2(c, codec, NULL) == 0, "open");
	return c;
}

static void take_packets(struct clip *clip, AVCodecContext *c, const struct clip_spec *s)
{
	AVPacket *p = av_packet_alloc();

	must(p != NULL, "memory");
	while (avcodec_receive_packet(c, p) == 0) {
		int64_t at = CAM_SECOND + p->pts * CAM_SECOND / s->fps;
		struct cam_buf like = {.size = sizeof(like),
			.flags = p->flags & AV_PKT_FLAG_KEY ? CAM_KEY : 0,
			.n_planes = 1,
			.seq = (uint64_t)clip->n,
			.pts_ns = at,
			.dts_ns = at,
			.arrival_ns = (clip->n + 1) * CAM_SECOND / s->fps,
			.wall_ns = at + 1000 * CAM_SECOND,
			.caps = clip->caps,
			.plane = {{p->data, (size_t)p->size, 0}}};

		must(clip->n < CLIP_MAX, "too long");
		clip->packet[clip->n] = buf_new(&like, NULL, NULL);
		must(clip->packet[clip->n++] != NULL, "memory");
		av_packet_unref(p);
	}
	av_packet_free(&p);
}

void clip_make(struct clip *clip, const struct clip_spec *s)
{
	struct cam_caps caps = {.size = sizeof(caps), .form = CAM_PACKET, .media = CAM_VIDEO};
	AVCodecContext *c = open_encoder(s);
	AVFrame *f = av_frame_alloc();

	caps.codec = s->encoder[0] == 'm' ? CAM_MJPG : s->encoder[6] == '4' ? CAM_H264 : CAM_HEVC;
	caps.width = (uint32_t)s->width;
	caps.height = (uint32_t)s->height;
	clip->n = 0;
	clip->caps = caps_new(&caps);
	must(f && clip->caps, "memory");
	f->width = s->width;
	f->height = s->height;
	f->format = s->format;
	f->color_range = s->range;
	for (int i = 0; i < s->n; i++) {
		must(av_frame_get_buffer(f, 0) == 0, "memory");
		f->colorspace = s->painted ? s->painted : s->matrix;
		s->paint(f, i);
		f->colorspace = s->matrix;
		f->pts = i;
		f->pict_type = i < s->keys ? AV_PICTURE_TYPE_I : AV_PICTURE_TYPE_NONE;
		must(avcodec_send_frame(c, f) == 0, "encode");
		take_packets(clip, c, s);
		for (int b = 0; b < AV_NUM_DATA_POINTERS; b++)
			av_buffer_unref(&f->buf[b]);
	}
	avcodec_send_frame(c, NULL);
	take_packets(clip, c, s);
	av_frame_free(&f);
	avcodec_free_context(&c);
}

void clip_free(struct clip *clip)
{
	for (int i = 0; i < clip->n; i++)
		buf_unref(clip->packet[i]);
	caps_unref(clip->caps);
}

static void take(void *arg, const struct cam_buf *buf)
{
	struct taken *t = arg;

	if (t->n < TAKEN_MAX)
		t->buf[t->n++] = buf_ref(buf);
}

void taken_init(struct taken *t)
{
	memset(t, 0, sizeof(*t));
	t->taker.deliver = take;
	t->taker.arg = t;
	t->taker.first = true;
}

void taken_free(struct taken *t)
{
	for (int i = 0; i < t->n; i++)
		buf_unref(t->buf[i]);
	t->n = 0;
}
