/* SPDX-License-Identifier: MIT */
/* The parts of rtsp_in that need no camera: URLs, access units, time stamps, parameter sets. */
#include "plugins/lib/av/sps.h"
#include "plugins/rtsp_in/order.h"
#include "plugins/rtsp_in/session.h"
#include "plugins/rtsp_in/unit.h"
#include "plugins/test_in/encoder.h"
#include "tests/check.h"

#include <errno.h>
#include <libavcodec/avcodec.h>

/* I P B B B in decoding order, as x264 sends them. */
TEST(dts_rise_and_stay_below_pts_with_b_frames)
{
	static const int shown[] = {0, 4, 2, 1, 3, 8, 6, 5, 7, 12, 10, 9, 11};
	struct order order = {.depth = 2};
	int64_t last = INT64_MIN;

	for (size_t i = 0; i < sizeof(shown) / sizeof(shown[0]); i++) {
		int64_t pts = shown[i] * (CAM_SECOND / 25), dts = order_dts(&order, pts);

		CHECK(dts > last && dts <= pts);
		CHECK_INT(dts, ((int64_t)i - 2) * (CAM_SECOND / 25));
		last = dts;
	}
}

TEST(dts_learn_b_frames_that_nothing_told_of_and_survive_any_clock)
{
	static const int shown[] = {0, 2, 1, 4, 3, 6, 5, 8, 7};
	struct order order = {0};
	uint64_t random = 1;
	int64_t last = INT64_MIN;

	for (size_t i = 0; i < 9; i++) {
		int64_t pts = shown[i] * (CAM_SECOND / 25), dts = order_dts(&order, pts);

		CHECK(dts <= pts);
		CHECK(i < 4 || dts > last);
		last = dts;
	}
	CHECK_INT(order_dts(&order, CAM_NO_TS), CAM_NO_TS);
	for (int i = 0; i < 10000; i++) {
		int64_t pts;

		random = random * UINT64_C(6364136223846793005) + 1442695040888963407u;
		/* av_ns() gives no more than this. */
		pts = (int64_t)(random >> (i % 3 * 20)) / 4;
		CHECK(order_dts(&order, pts) <= pts);
		CHECK(order.depth <= ORDER_DEPTH_MAX && order.n <= order.depth);
	}
}

static void add(struct unit *u, const char *bytes, size_t len, int64_t pts, bool ends)
{
	struct piece piece = {(const uint8_t *)bytes, len, pts, pts};

	CHECK_INT(unit_ends_before(u, &piece), ends);
	if (ends)
		unit_clear(u);
	CHECK_INT(unit_add(u, &piece), 0);
}
#define ADD(bytes, pts, ends) add(&u, bytes, sizeof(bytes) - 1, pts, ends)

TEST(access_units_end_where_the_next_one_begins)
{
	struct unit u = {.codec = CAM_H264};

	ADD("\x33\x33", 1, false); /* the rest of something lost */
	CHECK(u.broken && !u.len);
	ADD("\0\0\0\1\x67\1\2", 1, false);
	ADD("\0\0\0\1\x68\1", 1, false);
	ADD("\0\0\0\1\x65\x80\1", 2, false); /* its parameter sets had another time stamp */
	CHECK_INT(u.pts, 2);
	ADD("\x44\x55", 2, false); /* a fragment */
	ADD("\0\0\0\1\x67\1\2", 2, false); /* sets between the slices of one picture */
	ADD("\0\0\0\1\x65\x40\1", 2, false); /* its second slice */
	CHECK_INT(u.len, 7 + 6 + 7 + 2 + 7 + 7);
	ADD("\0\0\0\1\x41\x80\1", 2, true); /* a clock that stands still */
	ADD("\0\0\0\1\x09\x10", 2, true);
	ADD("\0\0\1\x41\x80\1", 2, false);
	ADD("\0\0\0\1\x41\x40\1", 3, true); /* another time stamp */
	unit_clear(&u);
}

TEST(access_units_are_bounded_and_taken_without_slack)
{
	static uint8_t big[1 << 20] = {0, 0, 0, 1, 0x65, 0x80};
	struct unit u = {.codec = CAM_H264};
	struct piece piece = {big, sizeof(big), 1, 1};
	uint8_t *data;
	int err = 0;

	memset(big + 6, 7, sizeof(big) - 6);
	for (int i = 0; i < 16; i++)
		err = err ? err : unit_add(&u, &piece);
	CHECK_INT(err, 0);
	CHECK_INT(unit_add(&u, &piece), -EMSGSIZE);
	data = unit_take(&u);
	CHECK(data && !u.data && !u.len);
	free(data);
}

/* Encode a picture and read what its parameter sets say. */
static void check_size(uint32_t codec, int width, int height, struct annexb_sets *ret)
{
	struct encoder_want want = {codec, width, height, 25, 10, 500000};
	struct encoder encoder;
	struct canvas canvas;
	AVPacket *packet;
	struct sps sps;

	memset(ret, 0, sizeof(*ret));
	CHECK_INT(encoder_open(&encoder, &want), 0);
	CHECK_INT(encoder_canvas(&encoder, &canvas), 0);
	canvas_bar_code(&canvas, 1);
	CHECK_INT(encoder_encode(&encoder, 0, &packet), 0);
	CHECK(annexb_is_key(codec, packet->data, (size_t)packet->size));
	CHECK_INT(annexb_sets_update(codec, ret, packet->data, (size_t)packet->size), 1);
	CHECK(annexb_sets_complete(codec, ret));
	CHECK_INT(sps_read(codec, ret, &sps), 0);
	CHECK_INT(sps.width, width);
	CHECK_INT(sps.height, height);
	CHECK_INT(sps.reorder, 0);
	if (codec == CAM_H264)
		CHECK_INT(sps.fps_num, 25 * sps.fps_den);
	av_packet_free(&packet);
	encoder_close(&encoder);
}

/* Whatever happens to the bits, sizes stay in range and nothing is read out of bounds. */
static void damage(uint32_t codec, const struct annexb_sets *good)
{
	uint32_t random = 12345;

	for (int i = 0; i < 20000; i++) {
		struct annexb_sets bad = *good;
		struct sps sps;

		for (int k = 0; k < i % 8; k++) {
			random = random * 1664525 + 1013904223;
			bad.data[random % bad.len] ^= (uint8_t)(random >> 24);
		}
		bad.len -= (random >> 8) % bad.len * (i % 2 ? 1u : 0u);
		annexb_is_key(codec, bad.data, bad.len);
		if (!sps_read(codec, &bad, &sps))
			CHECK(sps.width && sps.height && sps.width <= SPS_SIDE_MAX &&
				sps.height <= SPS_SIDE_MAX && sps.reorder <= ORDER_DEPTH_MAX);
	}
}

TEST(parameter_sets_tell_the_size_and_damaged_ones_do_no_harm)
{
	struct annexb_sets sets;

	check_size(CAM_H264, 320, 180, &sets);
	damage(CAM_H264, &sets);
	check_size(CAM_H264, 1920, 1080, &sets);
	if (!avcodec_find_encoder(AV_CODEC_ID_HEVC))
		return;
	check_size(CAM_HEVC, 320, 180, &sets);
	damage(CAM_HEVC, &sets);
	check_size(CAM_HEVC, 1288, 722, &sets);
}

/* libx265 never frees some of what it took to open an encoder: nothing of ours. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:libx265";
}

RUN_TESTS(T(dts_rise_and_stay_below_pts_with_b_frames),
	T(dts_learn_b_frames_that_nothing_told_of_and_survive_any_clock),
	T(access_units_end_where_the_next_one_begins), T(access_units_are_bounded_and_taken_without_slack),
	T(parameter_sets_tell_the_size_and_damaged_ones_do_no_harm))
