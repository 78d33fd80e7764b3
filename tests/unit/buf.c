/* SPDX-License-Identifier: MIT */
#include "core/media/buf.h"

#include "tests/check.h"

static int released;

static void release(void *arg)
{
	released += *(int *)arg;
}

TEST(buffer_is_released_once_after_its_last_reference)
{
	const struct cam_caps want = {.form = CAM_PACKET, .codec = CAM_H264}, *caps = caps_new(&want);
	int one = 1;
	struct cam_buf like = {.caps = caps, .n_planes = 1, .plane = {{(const uint8_t *)"abc", 3, 0}}};
	struct cam_buf *buf = buf_new(&like, release, &one);

	CHECK(buf);
	caps_unref(caps);
	buf_ref(buf);
	buf_unref(buf);
	CHECK_INT(released, 0);
	CHECK_INT(buf->caps->codec, CAM_H264);
	buf_unref(buf);
	CHECK_INT(released, 1);
}

TEST(buffer_without_release_is_a_copy)
{
	const struct cam_caps want = {.form = CAM_PACKET}, *caps = caps_new(&want);
	uint8_t bytes[] = "hello";
	struct cam_buf like = {.caps = caps, .n_planes = 1, .plane = {{bytes, 5, 0}}};
	struct cam_buf *buf = buf_new(&like, NULL, NULL);

	memset(bytes, 0, sizeof(bytes));
	CHECK(!memcmp(buf->plane[0].data, "hello", 6));
	CHECK_INT(buf_bytes(buf), 5);
	buf_unref(buf);
	caps_unref(caps);
}

TEST(picture_has_planes_of_its_format)
{
	const struct cam_caps want = {.form = CAM_PICTURE, .codec = CAM_I420, .width = 99, .height = 51};
	const struct cam_caps *caps = caps_new(&want);
	struct cam_buf *buf = buf_new_picture(caps);

	CHECK_INT(buf->n_planes, 3);
	CHECK_INT(buf->plane[0].stride, 128);
	CHECK_INT(buf->plane[1].len, 64 * 26);
	CHECK_INT((uintptr_t)buf->plane[1].data % 32, 0);
	buf_unref(buf);
	caps_unref(caps);
}

TEST(caps_are_equal_when_one_decoder_does_for_both)
{
	static const uint8_t sets[] = "0123", others[] = "0124";
	const struct cam_caps like = {.form = CAM_PACKET,
		.media = CAM_VIDEO,
		.codec = CAM_H264,
		.width = 640,
		.height = 360,
		.fps_num = 25,
		.extradata = sets,
		.extradata_len = 4};
	struct cam_caps other[9];

	for (int i = 0; i < 9; i++)
		other[i] = like;
	other[0].form = CAM_PICTURE;
	other[1].media = CAM_AUDIO;
	other[2].codec = CAM_HEVC;
	other[3].width = 641;
	other[4].height = 361;
	other[5].sample_rate = 8000;
	other[6].channels = 1;
	other[7].extradata_len = 3;
	other[8].extradata = others;
	for (int i = 0; i < 9; i++)
		CHECK(!caps_equal(&like, &other[i]) && !caps_equal(&other[i], &like));
	other[0] = like;
	other[0].fps_num = 30;
	CHECK(caps_equal(&like, &like) && caps_equal(&like, &other[0]) && caps_equal(NULL, NULL));
	CHECK(!caps_equal(&like, NULL) && !caps_equal(NULL, &like));
}

RUN_TESTS(T(caps_are_equal_when_one_decoder_does_for_both),
	T(buffer_is_released_once_after_its_last_reference), T(buffer_without_release_is_a_copy),
	T(picture_has_planes_of_its_format))
