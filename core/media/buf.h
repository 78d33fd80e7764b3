/* SPDX-License-Identifier: MIT */
/**
 * @file buf.h
 * Caps and buffers: reference counted, immutable once published. All calls are [any].
 */
#ifndef CAM_MEDIA_BUF_H
#define CAM_MEDIA_BUF_H
#include <cam/plugin.h>

/** @return a copy of caps with its extradata, one reference; NULL without memory */
const struct cam_caps *caps_new(const struct cam_caps *caps);
/** NULL is allowed, here and below. */
const struct cam_caps *caps_ref(const struct cam_caps *caps);
void caps_unref(const struct cam_caps *caps);
/** @return whether both describe the same format */
bool caps_equal(const struct cam_caps *a, const struct cam_caps *b);
/** @return "H264", "I420" …: four characters and a NUL, written to ret and returned */
const char *codec_name(uint32_t codec, char ret[5]);

/**
 * A buffer like `like`, holding a reference to its caps. With release, the planes' memory is the caller's until it is
 * called; without, the planes are copied, one after the other. @return one reference, or NULL without memory
 */
struct cam_buf *buf_new(const struct cam_buf *like, void (*release)(void *arg), void *arg);
/**
 * A picture of the server's own: planes of I420, BGR3 or GREY at this size, uninitialised, rows of stride width
 * rounded up to 32 bytes (BGR3: width * 3, packed). @return one reference, or NULL without memory
 */
struct cam_buf *buf_new_picture(const struct cam_caps *caps);
const struct cam_buf *buf_ref(const struct cam_buf *buf);
/** NULL is allowed. */
void buf_unref(const struct cam_buf *buf);
/** @return the bytes of all planes */
static inline size_t buf_bytes(const struct cam_buf *buf)
{
	size_t bytes = 0;

	for (uint32_t i = 0; i < buf->n_planes; i++)
		bytes += buf->plane[i].len;
	return bytes;
}
#endif
