/* SPDX-License-Identifier: MIT */
#include "core/media/rendition.h"

#include "core/media/buf.h"
#include "core/media/jpeg.h"
#include "core/media/mempool.h"
#include "core/media/scaler.h"

#include <errno.h>
#include <libavutil/frame.h>
#include <stdlib.h>
#include <string.h>

/* Unused blocks that are kept: consumers hold one picture each and give it back about when the next is made. */
enum { KEEP = 3 };

enum { I420, BGR, GREY, JPEG, N_FORMS };

static const uint32_t codecs[N_FORMS] = {CAM_I420, CAM_BGR3, CAM_GREY, CAM_MJPG};

struct quality {
	struct quality *next;
	uint32_t value; /* 1 to 100 */
	struct cam_buf *now; /* of the current picture, NULL: not made */
};

struct rendition {
	struct engine_counters *counters;
	const struct decoded *picture; /* the current one */
	uint32_t width, height;
	struct scaler *scaler;
	struct jpeg *jpeg;
	struct mempool *pool[N_FORMS]; /* for this size; made when needed */
	const struct cam_caps *caps[N_FORMS]; /* the same */
	struct cam_buf *now[N_FORMS]; /* of the current picture, NULL: not made; JPEGs are in qualities */
	struct quality *qualities;
};

struct rendition *rendition_new(uint32_t width, uint32_t height, struct engine_counters *counters)
{
	struct rendition *r = calloc(1, sizeof(*r));

	if (!r)
		return NULL;
	r->counters = counters;
	r->width = width;
	r->height = height;
	r->scaler = scaler_new();
	r->jpeg = jpeg_new();
	atomic_fetch_add(&counters->scalers, 1);
	if (!r->scaler || !r->jpeg) {
		rendition_free(r);
		return NULL;
	}
	return r;
}

void rendition_free(struct rendition *r)
{
	if (!r)
		return;
	rendition_end(r);
	rendition_forget_qualities(r);
	for (int i = 0; i < N_FORMS; i++) {
		mempool_free(r->pool[i]);
		caps_unref(r->caps[i]);
	}
	scaler_free(r->scaler);
	jpeg_free(r->jpeg);
	atomic_fetch_sub(&r->counters->scalers, 1);
	free(r);
}

uint32_t rendition_width(const struct rendition *r)
{
	return r->width;
}

uint32_t rendition_height(const struct rendition *r)
{
	return r->height;
}

static struct quality *quality_find(const struct rendition *r, uint32_t value)
{
	struct quality *q = r->qualities;

	while (q && q->value != value)
		q = q->next;
	return q;
}

static uint32_t difference(uint32_t a, uint32_t b)
{
	return a > b ? a - b : b - a;
}

/* @return the one in use that is nearest, NULL: there is none */
static const struct quality *nearest_quality(const struct rendition *r, uint32_t value)
{
	const struct quality *found = NULL;

	for (const struct quality *q = r->qualities; q; q = q->next)
		if (!found || difference(q->value, value) < difference(found->value, value))
			found = q;
	return found;
}

int rendition_use_quality(struct rendition *r, uint32_t value, unsigned most, uint32_t *ret)
{
	const struct quality *near = nearest_quality(r, value);
	unsigned n = 0;
	struct quality *q;

	for (q = r->qualities; q; q = q->next)
		n++;
	if (near && (near->value == value || (most && n >= most))) {
		*ret = near->value;
		return 0;
	}
	q = calloc(1, sizeof(*q));
	if (!q)
		return -ENOMEM;
	q->value = *ret = value;
	q->next = r->qualities;
	r->qualities = q;
	atomic_fetch_add(&r->counters->encoders, 1);
	return 0;
}

void rendition_forget_qualities(struct rendition *r)
{
	while (r->qualities) {
		struct quality *q = r->qualities;

		r->qualities = q->next;
		buf_unref(q->now);
		free(q);
		atomic_fetch_sub(&r->counters->encoders, 1);
	}
}

void rendition_begin(struct rendition *r, const struct decoded *picture)
{
	r->picture = picture;
}

void rendition_end(struct rendition *r)
{
	for (int i = 0; i < N_FORMS; i++) {
		buf_unref(r->now[i]);
		r->now[i] = NULL;
	}
	for (struct quality *q = r->qualities; q; q = q->next) {
		buf_unref(q->now);
		q->now = NULL;
	}
	r->picture = NULL;
}

/* @return the caps of one form, NULL without memory */
static const struct cam_caps *caps_of(struct rendition *r, int form)
{
	struct cam_caps caps = {
		.size = sizeof(caps),
		.form = form == JPEG ? CAM_JPEG : CAM_PICTURE,
		.media = CAM_VIDEO,
		.codec = codecs[form],
		.width = r->width,
		.height = r->height,
	};

	if (!r->caps[form])
		r->caps[form] = caps_new(&caps);
	return r->caps[form];
}

/* @return a block of one form's pool, NULL without memory */
static uint8_t *block_of(struct rendition *r, int form, size_t bytes)
{
	if (!r->pool[form])
		r->pool[form] = mempool_new(bytes, KEEP);
	return r->pool[form] ? mempool_get(r->pool[form]) : NULL;
}

/* The current picture's times with caps; n_planes and planes are still to be set. @return false without memory */
static bool start_buf(struct rendition *r, int form, struct cam_buf *ret)
{
	*ret = r->picture->like;
	ret->caps = caps_of(r, form);
	return ret->caps;
}

static void frame_release(void *arg)
{
	AVFrame *f = arg;

	av_frame_free(&f);
}

/* The decoder's own planes, when they are what is wished for. @return NULL without memory */
static struct cam_buf *lend_frame(struct rendition *r)
{
	AVFrame *f = av_frame_clone(r->picture->frame);
	struct cam_buf like, *buf;

	if (!f)
		return NULL;
	if (!start_buf(r, I420, &like)) {
		av_frame_free(&f);
		return NULL;
	}
	like.n_planes = 3;
	for (int i = 0; i < 3; i++) {
		uint32_t w = i ? (r->width + 1) / 2 : r->width, h = i ? (r->height + 1) / 2 : r->height;
		uint32_t stride = (uint32_t)f->linesize[i];

		/* A cropped picture may end before the padding of its last row. */
		like.plane[i] = (struct cam_plane){f->data[i], (size_t)stride * (h - 1) + w, stride};
	}
	buf = buf_new(&like, frame_release, f);
	if (!buf)
		av_frame_free(&f);
	return buf;
}

static struct cam_buf *scale(struct rendition *r)
{
	uint32_t stride = (r->width + 31) / 32 * 32, chroma = ((r->width + 1) / 2 + 31) / 32 * 32;
	size_t rows = (r->height + 1) / 2, luma_bytes = (size_t)stride * r->height,
	       chroma_bytes = chroma * rows;
	uint8_t *memory = block_of(r, I420, luma_bytes + 2 * chroma_bytes);
	struct cam_buf like, *buf = NULL;

	if (!memory)
		return NULL;
	if (start_buf(r, I420, &like)) {
		struct colour_planes out = {
			{memory, memory + luma_bytes, memory + luma_bytes + chroma_bytes},
			{(int)stride, (int)chroma, (int)chroma},
		};

		like.n_planes = 3;
		like.plane[0] = (struct cam_plane){out.data[0], luma_bytes, stride};
		like.plane[1] = (struct cam_plane){out.data[1], chroma_bytes, chroma};
		like.plane[2] = (struct cam_plane){out.data[2], chroma_bytes, chroma};
		if (!scaler_run(r->scaler, r->picture->frame, &out, (int)r->width, (int)r->height))
			buf = buf_new(&like, mempool_put, memory);
	}
	if (!buf)
		mempool_put(memory);
	else
		atomic_fetch_add(&r->counters->scaled, 1);
	return buf;
}

static const struct cam_buf *i420(struct rendition *r)
{
	const AVFrame *f = r->picture->frame;
	bool as_is = (uint32_t)f->width == r->width && (uint32_t)f->height == r->height && scaler_is_i420(f);

	if (!r->now[I420])
		r->now[I420] = as_is ? lend_frame(r) : scale(r);
	return r->now[I420];
}

/* @return BGR3 in memory, which release is called for; NULL: could not be made, release has not been called */
static struct cam_buf *make_bgr(struct rendition *r, uint8_t *memory, void (*release)(void *))
{
	const struct cam_buf *from = i420(r);
	struct cam_buf like;

	if (!from || !start_buf(r, BGR, &like) || jpeg_to_bgr(r->jpeg, from, memory))
		return NULL;
	atomic_fetch_add(&r->counters->converted, 1);
	like.n_planes = 1;
	like.plane[0] = (struct cam_plane){memory, (size_t)r->width * r->height * 3, r->width * 3};
	return buf_new(&like, release, memory);
}

static struct cam_buf *bgr(struct rendition *r)
{
	uint8_t *memory = block_of(r, BGR, (size_t)r->width * r->height * 3);
	struct cam_buf *buf = memory ? make_bgr(r, memory, mempool_put) : NULL;

	if (memory && !buf)
		mempool_put(memory);
	return buf;
}

static void unref(void *arg)
{
	buf_unref(arg);
}

/* The luma of the I420 picture, which stays as long. */
static struct cam_buf *grey(struct rendition *r)
{
	const struct cam_buf *from = i420(r);
	struct cam_buf like, *buf;

	if (!from || !start_buf(r, GREY, &like))
		return NULL;
	like.n_planes = 1;
	like.plane[0] = from->plane[0];
	buf = buf_new(&like, unref, (void *)(uintptr_t)from);
	if (buf)
		buf_ref(from);
	return buf;
}

const struct cam_buf *rendition_picture(struct rendition *r, uint32_t codec)
{
	switch (codec) {
	case CAM_BGR3:
		if (!r->now[BGR])
			r->now[BGR] = bgr(r);
		return r->now[BGR];
	case CAM_GREY:
		if (!r->now[GREY])
			r->now[GREY] = grey(r);
		return r->now[GREY];
	default:
		return i420(r);
	}
}

static struct cam_buf *encode(struct rendition *r, uint32_t quality)
{
	const struct cam_buf *from = i420(r);
	size_t room = jpeg_bound(r->width, r->height), len;
	struct cam_buf like, *buf = NULL;
	uint8_t *memory = from ? block_of(r, JPEG, room) : NULL;

	if (!memory)
		return NULL;
	len = jpeg_encode(r->jpeg, from, (int)quality, memory, room);
	if (len && start_buf(r, JPEG, &like)) {
		like.n_planes = 1;
		like.plane[0] = (struct cam_plane){memory, len, 0};
		buf = buf_new(&like, mempool_put, memory);
	}
	if (!buf)
		mempool_put(memory);
	else
		atomic_fetch_add(&r->counters->encoded, 1);
	return buf;
}

const struct cam_buf *rendition_jpeg(struct rendition *r, uint32_t quality)
{
	struct quality *q = quality_find(r, quality);

	if (q && !q->now)
		q->now = encode(r, quality);
	return q ? q->now : NULL;
}

bool rendition_has(const struct rendition *r, uint32_t codec, uint32_t quality)
{
	const struct quality *q;

	for (int i = 0; i < JPEG; i++)
		if (codecs[i] == codec)
			return r->now[i];
	q = quality_find(r, quality);
	return q && q->now;
}

size_t rendition_packed_bytes(const struct rendition *r, uint32_t codec)
{
	size_t w = r->width, h = r->height;

	return codec == CAM_BGR3   ? w * h * 3
	       : codec == CAM_GREY ? w * h
				   : w * h + 2 * ((w + 1) / 2 * ((h + 1) / 2));
}

static void nothing(void *arg)
{
	(void)arg;
}

/* Copies the rows of I420 or GREY close together. */
static struct cam_buf *pack(struct rendition *r, uint32_t codec, uint8_t *memory)
{
	const struct cam_buf *from = i420(r);
	struct cam_buf like;

	if (!from || !start_buf(r, codec == CAM_GREY ? GREY : I420, &like))
		return NULL;
	like.n_planes = codec == CAM_GREY ? 1 : 3;
	for (uint32_t i = 0; i < like.n_planes; i++) {
		uint32_t w = i ? (r->width + 1) / 2 : r->width, h = i ? (r->height + 1) / 2 : r->height;

		like.plane[i] = (struct cam_plane){memory, (size_t)w * h, w};
		for (uint32_t y = 0; y < h; y++, memory += w)
			memcpy(memory, from->plane[i].data + (size_t)y * from->plane[i].stride, w);
	}
	return buf_new(&like, nothing, NULL);
}

const struct cam_buf *rendition_into(struct rendition *r, uint32_t codec, uint8_t *memory)
{
	return codec == CAM_BGR3 ? make_bgr(r, memory, nothing) : pack(r, codec, memory);
}
