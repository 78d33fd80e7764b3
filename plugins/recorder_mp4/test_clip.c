/* SPDX-License-Identifier: MIT */
#include "plugins/recorder_mp4/test_clip.h"

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/opt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* libx265 leaks a little of its own when an encoder is closed. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:libx265\n";
}

static void take_packets(struct clip *c, AVCodecContext *enc, AVPacket *p)
{
	while (avcodec_receive_packet(enc, p) >= 0) {
		struct clip_unit *u = &c->unit[c->n];

		if (c->n == CLIP_MAX)
			abort();
		c->n++;
		u->data = malloc((size_t)p->size);
		if (!u->data)
			abort();
		memcpy(u->data, p->data, (size_t)p->size);
		u->len = (size_t)p->size;
		u->dts = p->dts;
		u->pts = p->pts;
		u->key = p->flags & AV_PKT_FLAG_KEY;
		av_packet_unref(p);
	}
}

static void fill_picture(AVFrame *f, int n)
{
	for (int plane = 0; plane < 3; plane++) {
		int h = plane ? f->height / 2 : f->height, w = plane ? f->width / 2 : f->width;

		for (int y = 0; y < h; y++) {
			for (int x = 0; x < w; x++)
				f->data[plane][y * f->linesize[plane] + x] =
					(uint8_t)(x * 3 + y * (plane + 1) + n * 5);
		}
	}
}

static void fill_tone(AVFrame *f, int n)
{
	for (int i = 0; i < f->nb_samples; i++)
		((float *)(void *)f->data[0])[i] = 0.3f * sinf((float)(n * f->nb_samples + i) * 0.05f);
}

static void set_up(AVCodecContext *enc, const struct clip_make *make)
{
	if (make->width) {
		enc->width = make->width;
		enc->height = make->height;
		enc->pix_fmt = strcmp(make->encoder, "mjpeg") ? AV_PIX_FMT_YUV420P : AV_PIX_FMT_YUVJ420P;
		enc->color_range =
			strcmp(make->encoder, "mjpeg") ? AVCOL_RANGE_UNSPECIFIED : AVCOL_RANGE_JPEG;
		enc->time_base = (AVRational){1, 25};
		enc->gop_size = make->gop;
		enc->max_b_frames = make->b_frames;
		enc->thread_count = 1;
		av_opt_set(enc->priv_data, "preset", "veryfast", 0);
		av_opt_set(enc->priv_data, "x264-params", "scenecut=0:open-gop=0", 0);
		av_opt_set(
			enc->priv_data, "x265-params", "scenecut=0:open-gop=0:log-level=none:pools=none", 0);
	} else {
		enc->sample_rate = 48000;
		enc->sample_fmt = AV_SAMPLE_FMT_FLTP;
		enc->time_base = (AVRational){1, 48000};
		av_channel_layout_default(&enc->ch_layout, 1);
	}
	if (make->global_header)
		enc->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
}

static AVFrame *new_frame(const AVCodecContext *enc)
{
	AVFrame *f = av_frame_alloc();

	if (!f)
		abort();
	f->format = enc->width ? (int)enc->pix_fmt : (int)enc->sample_fmt;
	f->width = enc->width;
	f->height = enc->height;
	f->nb_samples = enc->frame_size;
	av_channel_layout_copy(&f->ch_layout, &enc->ch_layout);
	if (av_frame_get_buffer(f, 0) < 0)
		abort();
	return f;
}

bool clip_make(struct clip *c, const struct clip_make *make)
{
	const AVCodec *codec = avcodec_find_encoder_by_name(make->encoder);
	AVCodecContext *enc = codec ? avcodec_alloc_context3(codec) : NULL;
	AVPacket *p = av_packet_alloc();
	AVFrame *f = NULL;

	memset(c, 0, sizeof(*c));
	av_log_set_level(AV_LOG_ERROR);
	c->annex_b = make->width && strcmp(make->encoder, "mjpeg");
	if (enc)
		set_up(enc, make);
	if (!enc || !p || avcodec_open2(enc, codec, NULL) < 0) {
		avcodec_free_context(&enc);
		av_packet_free(&p);
		return false;
	}
	f = new_frame(enc);
	for (int i = 0; i < make->frames; i++) {
		if (av_frame_make_writable(f) < 0)
			abort();
		f->pts = make->width ? i : (int64_t)i * enc->frame_size;
		(make->width ? fill_picture : fill_tone)(f, i);
		avcodec_send_frame(enc, f);
		take_packets(c, enc, p);
	}
	avcodec_send_frame(enc, NULL);
	take_packets(c, enc, p);
	if (enc->extradata_size > 0) {
		c->extradata = calloc(1, (size_t)enc->extradata_size + 64);
		if (!c->extradata)
			abort();
		memcpy(c->extradata, enc->extradata, (size_t)enc->extradata_size);
		c->extradata_len = (size_t)enc->extradata_size;
	}
	av_frame_free(&f);
	av_packet_free(&p);
	avcodec_free_context(&enc);
	return true;
}

void clip_free(struct clip *c)
{
	for (int i = 0; i < c->n; i++)
		free(c->unit[i].data);
	free(c->extradata);
	memset(c, 0, sizeof(*c));
	av_log_set_level(AV_LOG_ERROR);
}

static size_t next_start(const uint8_t *p, size_t at, size_t len)
{
	for (; at + 3 <= len; at++) {
		if (!p[at] && !p[at + 1] && p[at + 2] == 1)
			return at;
	}
	return len;
}

bool clip_same(const struct clip *c, int unit, const uint8_t *data, size_t len)
{
	const struct clip_unit *u = &c->unit[unit];
	size_t at = next_start(u->data, 0, u->len), got = 0;

	if (!c->annex_b)
		return len == u->len && !memcmp(data, u->data, len);
	while (at < u->len) {
		size_t begin = at + 3, next = next_start(u->data, begin, u->len), end = next, n;

		while (end > begin && !u->data[end - 1])
			end--;
		n = end - begin;
		if (got + 4 + n > len || memcmp(data + got + 4, u->data + begin, n) ||
			((size_t)data[got] << 24 | (size_t)data[got + 1] << 16 | (size_t)data[got + 2] << 8 |
				data[got + 3]) != n)
			return false;
		got += 4 + n;
		at = next;
	}
	return got == len;
}

static struct clip_file *logging; /* av_log's callback has no argument of its own */

__attribute__((format(printf, 3, 0))) static void on_log(
	void *context, int level, const char *fmt, va_list ap)
{
	(void)context;
	if (level > AV_LOG_WARNING || !logging)
		return;
	if (!logging->warnings++)
		vsnprintf(logging->warning, sizeof(logging->warning), fmt, ap);
}

static void keep_packet(struct clip_file *f, const AVPacket *p)
{
	struct clip_read *r = &f->packet[f->n];

	if (f->n == 2 * CLIP_MAX)
		abort();
	f->n++;
	*r = (struct clip_read){p->stream_index, p->dts, p->pts, p->duration, p->flags & AV_PKT_FLAG_KEY,
		NULL, (size_t)p->size};
	r->data = malloc((size_t)p->size + 1);
	if (!r->data)
		abort();
	memcpy(r->data, p->data, (size_t)p->size);
}

static int read_packets(struct clip_file *f, AVFormatContext *in)
{
	AVPacket *p = av_packet_alloc();
	int err;

	f->streams = (int)in->nb_streams;
	for (unsigned i = 0; i < in->nb_streams && i < 2; i++) {
		f->codec_id[i] = (int)in->streams[i]->codecpar->codec_id;
		f->timescale[i] = in->streams[i]->time_base.den;
	}
	if (in->nb_streams) {
		f->width = in->streams[0]->codecpar->width;
		f->height = in->streams[0]->codecpar->height;
	}
	while ((err = av_read_frame(in, p)) >= 0) {
		keep_packet(f, p);
		av_packet_unref(p);
	}
	av_packet_free(&p);
	return err == AVERROR_EOF ? 0 : err;
}

int clip_file_read(struct clip_file *f, const char *path)
{
	AVFormatContext *in = NULL;
	int err;

	memset(f, 0, sizeof(*f));
	logging = f;
	av_log_set_callback(on_log);
	err = avformat_open_input(&in, path, NULL, NULL);
	if (err >= 0)
		err = avformat_find_stream_info(in, NULL);
	if (err >= 0)
		err = read_packets(f, in);
	avformat_close_input(&in);
	av_log_set_callback(av_log_default_callback);
	logging = NULL;
	return err;
}

void clip_file_free(struct clip_file *f)
{
	for (int i = 0; i < f->n; i++)
		free(f->packet[i].data);
	f->n = 0;
}
