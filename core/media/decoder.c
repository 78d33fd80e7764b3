/* SPDX-License-Identifier: MIT */
#include "core/media/decoder.h"

#include <errno.h>
#include <libavcodec/avcodec.h>
#include <stdlib.h>
#include <string.h>

enum {
	MAX_PACKET = 64 << 20, /* bytes; a keyframe of 8 MB is real */
	MAX_EXTRADATA = 1 << 16,
	SLOTS = 64 /* packets that may be inside a decoder: 16 reordered, as two fields each, and some */
};

struct decoder {
	AVCodecContext *ctx;
	AVPacket *packet;
	AVFrame *frame;
	struct cam_buf sent[SLOTS]; /* by number modulo SLOTS: what the pictures' times are taken from */
	int64_t numbers[SLOTS]; /* -1: none */
	int64_t next; /* number of the next packet; travels through the decoder as its time stamp */
	bool shown; /* a picture that can be shown has come out since the start or the last flush */
	bool tainted; /* a damaged picture has come out since the last keyframe */
};

static enum AVCodecID codec_id(uint32_t codec)
{
	switch (codec) {
	case CAM_H264:
		return AV_CODEC_ID_H264;
	case CAM_HEVC:
		return AV_CODEC_ID_HEVC;
	case CAM_MJPG:
		return AV_CODEC_ID_MJPEG;
	default:
		return AV_CODEC_ID_NONE;
	}
}

/* Memory for a picture, unless its sides are out of bounds: parameter sets are the camera's word only. */
static int get_buffer(AVCodecContext *ctx, AVFrame *frame, int flags)
{
	if (frame->width < DECODER_MIN_SIDE || frame->height < DECODER_MIN_SIDE ||
		frame->width > DECODER_MAX_SIDE + 64 || frame->height > DECODER_MAX_SIDE + 64)
		return AVERROR(EINVAL);
	return avcodec_default_get_buffer2(ctx, frame, flags);
}

/* @return whether there are parameter sets worth a try: other than Annex B would change how packets are read */
static bool has_extradata(const struct cam_caps *caps)
{
	const uint8_t *b = caps->extradata;
	size_t n = caps->extradata_len;

	return n > 4 && n <= MAX_EXTRADATA && !b[0] && !b[1] && (b[2] == 1 || (!b[2] && b[3] == 1));
}

static int set_extradata(AVCodecContext *ctx, const struct cam_caps *caps)
{
	ctx->extradata = av_mallocz(caps->extradata_len + AV_INPUT_BUFFER_PADDING_SIZE);
	if (!ctx->extradata)
		return -ENOMEM;
	memcpy(ctx->extradata, caps->extradata, caps->extradata_len);
	ctx->extradata_size = (int)caps->extradata_len;
	return 0;
}

/* @return 0 with an open context, or -errno */
static int open_context(struct decoder *d, const AVCodec *codec, const struct cam_caps *caps, bool extradata)
{
	d->ctx = avcodec_alloc_context3(codec);
	if (!d->ctx || (extradata && set_extradata(d->ctx, caps)))
		return -ENOMEM;
	d->ctx->thread_count = 1;
	d->ctx->max_pixels = DECODER_MAX_PIXELS;
	d->ctx->get_buffer2 = get_buffer;
	switch (avcodec_open2(d->ctx, codec, NULL)) {
	case 0:
		return 0;
	case AVERROR(ENOMEM):
		return -ENOMEM;
	default:
		return -EINVAL;
	}
}

static int open_decoder(struct decoder *d, const struct cam_caps *caps, const char **ret_why)
{
	const AVCodec *codec = avcodec_find_decoder(codec_id(caps->codec));
	int r;

	if (!codec) {
		*ret_why =
			"there is no decoder for this video codec, set the camera to H.264, H.265 or MJPEG";
		return -ENOTSUP;
	}
	if (caps->width > DECODER_MAX_SIDE || caps->height > DECODER_MAX_SIDE ||
		(uint64_t)caps->width * caps->height > DECODER_MAX_PIXELS) {
		*ret_why = "the camera's pictures are larger than 8192 pixels a side or 35 megapixels, "
			   "set the camera to a smaller resolution";
		return -E2BIG;
	}
	r = open_context(d, codec, caps, has_extradata(caps));
	if (r == -EINVAL && has_extradata(caps)) {
		/* Parameter sets from the SDP can be broken while those in the stream are right. */
		avcodec_free_context(&d->ctx);
		r = open_context(d, codec, caps, false);
	}
	if (r)
		*ret_why = r == -ENOMEM ? "out of memory" : "the video decoder could not be opened";
	return r;
}

int decoder_new(const struct cam_caps *caps, struct decoder **ret, const char **ret_why)
{
	struct decoder *d = calloc(1, sizeof(*d));
	int r;

	if (!d) {
		*ret_why = "out of memory";
		return -ENOMEM;
	}
	d->packet = av_packet_alloc();
	d->frame = av_frame_alloc();
	for (int i = 0; i < SLOTS; i++)
		d->numbers[i] = -1;
	r = open_decoder(d, caps, ret_why);
	if (!r && (!d->packet || !d->frame)) {
		*ret_why = "out of memory";
		r = -ENOMEM;
	}
	if (r) {
		decoder_free(d);
		return r;
	}
	*ret = d;
	return 0;
}

void decoder_free(struct decoder *d)
{
	if (!d)
		return;
	avcodec_free_context(&d->ctx);
	av_packet_free(&d->packet);
	av_frame_free(&d->frame);
	free(d);
}

void decoder_flush(struct decoder *d)
{
	avcodec_flush_buffers(d->ctx);
	for (int i = 0; i < SLOTS; i++)
		d->numbers[i] = -1;
	d->shown = d->tainted = false;
}

void decoder_hurry(struct decoder *d, bool hurry)
{
	/* Of H.265, a picture that its own layer does not refer to may be referred to by another layer. */
	hurry &= d->ctx->codec_id == AV_CODEC_ID_H264;
	d->ctx->skip_frame = hurry ? AVDISCARD_NONREF : AVDISCARD_DEFAULT;
}

int decoder_push(struct decoder *d, const struct cam_buf *packet)
{
	const struct cam_plane *bytes = &packet->plane[0];
	int slot = (int)(d->next % SLOTS), r;

	/* Nothing at all would be taken as the end of the stream. */
	if (!bytes->len || bytes->len > MAX_PACKET)
		return -EBADMSG;
	d->sent[slot] = *packet;
	d->sent[slot].caps = NULL;
	d->sent[slot].n_planes = 0;
	d->numbers[slot] = d->next;
	/* Without a buffer behind it FFmpeg makes its own padded copy: a packet may end where its memory does. */
	d->packet->data = (uint8_t *)(uintptr_t)bytes->data;
	d->packet->size = (int)bytes->len;
	d->packet->pts = d->packet->dts = d->next++;
	d->packet->flags = packet->flags & CAM_KEY ? AV_PKT_FLAG_KEY : 0;
	r = avcodec_send_packet(d->ctx, d->packet);
	av_packet_unref(d->packet);
	return r == 0 ? 0 : r == AVERROR(ENOMEM) ? -ENOMEM : -EBADMSG;
}

static bool is_key(const AVFrame *f)
{
#if LIBAVUTIL_VERSION_INT >= AV_VERSION_INT(58, 7, 100)
	return f->flags & AV_FRAME_FLAG_KEY;
#else
	return f->key_frame;
#endif
}

static bool in_bounds(const AVFrame *f)
{
	return f->width >= DECODER_MIN_SIDE && f->height >= DECODER_MIN_SIDE &&
	       f->width <= DECODER_MAX_SIDE && f->height <= DECODER_MAX_SIDE && f->linesize[0] > 0;
}

int decoder_take(struct decoder *d, struct decoded *ret)
{
	AVFrame *f = d->frame;
	int r = avcodec_receive_frame(d->ctx, f); /* lets the one before go */
	bool damaged;
	int slot;

	if (r == AVERROR(EAGAIN) || r == AVERROR_EOF)
		return 0;
	if (r < 0)
		return -EBADMSG;
	damaged = (f->flags & AV_FRAME_FLAG_CORRUPT) || f->decode_error_flags || !in_bounds(f);
	if (is_key(f))
		d->tainted = false;
	d->tainted |= damaged;
	/* H.264's decoder itself holds pictures back until they are whole, also in streams without keyframes whose
	 * pictures are refreshed bit by bit. */
	d->shown |= !damaged && (is_key(f) || d->ctx->codec_id == AV_CODEC_ID_H264);
	if (damaged || !d->shown)
		return -EBADMSG;
	slot = f->pts >= 0 ? (int)(f->pts % SLOTS) : 0;
	if (f->pts < 0 || d->numbers[slot] != f->pts)
		slot = (int)((d->next - 1) % SLOTS);
	ret->frame = f;
	ret->like = d->sent[slot];
	ret->like.flags = CAM_KEY | (d->tainted ? CAM_CORRUPT : 0);
	return 1;
}
