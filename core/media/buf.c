/* SPDX-License-Identifier: MIT */
#include "core/media/buf.h"

#include "core/base/executor.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* Readers such as FFmpeg's bit readers and SIMD loops look a little past the end. */
enum { PADDING = 64, ALIGN = 64 };

struct caps_box {
	atomic_uint refs;
	struct cam_caps caps;
	uint8_t extradata[];
};

struct buf_box {
	atomic_uint refs;
	void (*release)(void *arg);
	void *arg;
	struct cam_buf buf;
};

static struct caps_box *caps_box(const struct cam_caps *caps)
{
	return container_of((uintptr_t)caps, struct caps_box, caps);
}

static struct buf_box *buf_box(const struct cam_buf *buf)
{
	return container_of((uintptr_t)buf, struct buf_box, buf);
}

const struct cam_caps *caps_new(const struct cam_caps *caps)
{
	struct caps_box *box = calloc(1, sizeof(*box) + caps->extradata_len + PADDING);

	if (!box)
		return NULL;
	atomic_init(&box->refs, 1);
	box->caps = *caps;
	box->caps.size = sizeof(box->caps);
	box->caps.extradata = NULL;
	if (caps->extradata_len) {
		memcpy(box->extradata, caps->extradata, caps->extradata_len);
		box->caps.extradata = box->extradata;
	}
	return &box->caps;
}

const struct cam_caps *caps_ref(const struct cam_caps *caps)
{
	if (caps)
		atomic_fetch_add_explicit(&caps_box(caps)->refs, 1, memory_order_relaxed);
	return caps;
}

void caps_unref(const struct cam_caps *caps)
{
	if (caps && atomic_fetch_sub_explicit(&caps_box(caps)->refs, 1, memory_order_acq_rel) == 1)
		free(caps_box(caps));
}

bool caps_equal(const struct cam_caps *a, const struct cam_caps *b)
{
	return a == b ||
	       (a && b && a->form == b->form && a->media == b->media && a->codec == b->codec &&
		       a->width == b->width && a->height == b->height && a->sample_rate == b->sample_rate &&
		       a->channels == b->channels && a->extradata_len == b->extradata_len &&
		       (!a->extradata_len || !memcmp(a->extradata, b->extradata, a->extradata_len)));
}

const char *codec_name(uint32_t codec, char ret[5])
{
	for (int i = 0; i < 4; i++) {
		char c = (char)(codec >> (8 * i));

		ret[i] = c >= ' ' && c <= '~' ? c : '?';
	}
	ret[4] = '\0';
	return ret;
}

/* A box with `bytes`, if any, of aligned, padded memory behind it, at *ret_data. */
static struct buf_box *box_new(const struct cam_caps *caps, size_t bytes, uint8_t **ret_data)
{
	/* Aligned by hand: aligned_alloc() takes more, cuts off both ends and gives them back, each time. */
	struct buf_box *box = malloc(sizeof(*box) + (bytes ? ALIGN - 1 + bytes + PADDING : 0));

	if (!box)
		return NULL;
	memset(box, 0, sizeof(*box));
	atomic_init(&box->refs, 1);
	box->buf.size = sizeof(box->buf);
	box->buf.pts_ns = box->buf.dts_ns = CAM_NO_TS;
	box->buf.caps = caps_ref(caps);
	*ret_data = NULL;
	if (bytes) {
		*ret_data = (uint8_t *)(((uintptr_t)(box + 1) + ALIGN - 1) / ALIGN * ALIGN);
		memset(*ret_data + bytes, 0, PADDING);
	}
	return box;
}

static void adopt(struct buf_box *box, const struct cam_buf *like)
{
	const struct cam_caps *caps = box->buf.caps;

	box->buf = *like;
	box->buf.size = sizeof(box->buf);
	box->buf.caps = caps;
}

struct cam_buf *buf_new(const struct cam_buf *like, void (*release)(void *arg), void *arg)
{
	uint8_t *data;
	struct buf_box *box = box_new(like->caps, release ? 0 : buf_bytes(like), &data);

	if (!box)
		return NULL;
	adopt(box, like);
	box->release = release;
	box->arg = arg;
	for (uint32_t i = 0; data && !release && i < like->n_planes; i++) {
		memcpy(data, like->plane[i].data, like->plane[i].len);
		box->buf.plane[i].data = data;
		data += like->plane[i].len;
	}
	return &box->buf;
}

struct cam_buf *buf_new_picture(const struct cam_caps *caps)
{
	uint32_t w = caps->width, h = caps->height, cw = (w + 1) / 2, ch = (h + 1) / 2;
	struct cam_plane plane[3] = {{NULL, 0, 0}};
	uint32_t n = 1;
	struct buf_box *box;
	size_t bytes = 0;
	uint8_t *data;

	if (caps->codec == CAM_BGR3) {
		plane[0].stride = w * 3;
	} else {
		plane[0].stride = (w + 31) / 32 * 32;
	}
	plane[0].len = (size_t)plane[0].stride * h;
	if (caps->codec == CAM_I420) {
		n = 3;
		plane[1].stride = plane[2].stride = (cw + 31) / 32 * 32;
		plane[1].len = plane[2].len = (size_t)plane[1].stride * ch;
	}
	for (uint32_t i = 0; i < n; i++)
		bytes += plane[i].len;
	box = box_new(caps, bytes, &data);
	if (!box)
		return NULL;
	box->buf.n_planes = n;
	for (uint32_t i = 0; i < n; i++) {
		box->buf.plane[i] = plane[i];
		box->buf.plane[i].data = data;
		data += plane[i].len;
	}
	return &box->buf;
}

const struct cam_buf *buf_ref(const struct cam_buf *buf)
{
	atomic_fetch_add_explicit(&buf_box(buf)->refs, 1, memory_order_relaxed);
	return buf;
}

void buf_unref(const struct cam_buf *buf)
{
	struct buf_box *box;

	if (!buf)
		return;
	box = buf_box(buf);
	if (atomic_fetch_sub_explicit(&box->refs, 1, memory_order_acq_rel) != 1)
		return;
	if (box->release)
		box->release(box->arg);
	caps_unref(box->buf.caps);
	free(box);
}
