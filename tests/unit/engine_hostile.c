/* SPDX-License-Identifier: MIT */
/* What cameras and networks do to the stream. */
#include "tests/check.h"
#include "tests/unit/engine_clip.h"

#include <errno.h>
#include <libavutil/pixfmt.h>
#include <math.h>

static struct clip_spec base(const char *encoder, int width, int height)
{
	return (struct clip_spec){encoder, width, height, 25, 24, 12, 0, AV_PIX_FMT_YUV420P,
		AVCOL_SPC_UNSPECIFIED, AVCOL_RANGE_MPEG, paint_wave, 0, 0, 0};
}

static void start(struct engine **e, struct taken *t, uint32_t width)
{
	struct cam_want want = {.size = sizeof(want),
		.form = CAM_PICTURE,
		.codec = CAM_I420,
		.width = width,
		.max_fps_num = 0};
	struct engine_output *o;

	*e = engine_new();
	taken_init(t);
	CHECK_INT(engine_add(*e, &want, &t->taker, &o), 0);
}

static int push(struct engine *e, const struct cam_buf *b)
{
	const char *why = "";

	return engine_push(e, b, 0, &why);
}

/* @return whether all of the luma is close to picture i of paint_wave() */
static int near_wave(const struct cam_buf *b, int i)
{
	for (uint32_t y = 0; y < b->caps->height; y++) {
		for (uint32_t x = 0; x < b->caps->width; x++) {
			double want = wave((x + 0.5) / b->caps->width, (y + 0.5) / b->caps->height, i);

			if (fabs(b->plane[0].data[y * b->plane[0].stride + x] - want) > 8)
				return 0;
		}
	}
	return 1;
}

TEST(garbage_and_cut_packets_are_counted_and_survived)
{
	static const char *const encoders[] = {"libx264", "libx265", "mjpeg"};
	uint32_t seed = 1;

	for (int k = 0; k < 3; k++) {
		struct clip_spec spec = base(encoders[k], 320, 192);
		struct engine_stats s;
		struct engine *e;
		struct clip clip;
		struct taken t;

		if (k == 2)
			spec.range = AVCOL_RANGE_JPEG;
		clip_make(&clip, &spec);
		start(&e, &t, 0);
		for (int i = 0; i < 300; i++) {
			const struct cam_buf *p = clip.packet[i % clip.n];
			size_t len = p->plane[0].len;
			uint8_t *bytes = malloc(len);
			struct cam_buf b = *p;

			memcpy(bytes, p->plane[0].data, len);
			for (int n = 0; n < 20 && i % 3; n++) {
				seed = seed * 1664525 + 1013904223;
				bytes[(seed >> 8) % len] = (uint8_t)(seed >> 24);
			}
			b.plane[0].data = bytes;
			b.plane[0].len = i % 5 == 4 ? len / 3 : len;
			if (i % 50 == 48)
				b.plane[0] = (struct cam_plane){NULL, 0, 0};
			CHECK_INT(push(e, &b), 0);
			free(bytes);
		}
		engine_get_stats(e, &s);
		CHECK(s.errors > 10);
		CHECK(s.decoded < 300);
		taken_free(&t);
		/* And it still works. */
		for (int i = 0; i < clip.n; i++)
			CHECK_INT(push(e, clip.packet[i]), 0);
		CHECK(t.n >= clip.n - 4);
		CHECK(!(t.buf[t.n - 1]->flags & CAM_CORRUPT));
		taken_free(&t);
		engine_free(e);
		clip_free(&clip);
	}
}

static void check_discontinuity(const char *encoder)
{
	struct clip_spec spec = base(encoder, 320, 192);
	struct cam_buf cut;
	struct engine *e;
	struct clip clip;
	struct taken t;

	clip_make(&clip, &spec);
	start(&e, &t, 0);
	CHECK_INT(push(e, clip.packet[0]), 0);
	CHECK_INT(t.n, 1);
	cut = *clip.packet[4];
	cut.flags |= CAM_DISCONTINUITY;
	CHECK_INT(push(e, &cut), 0);
	for (int i = 5; i < 12; i++)
		CHECK_INT(push(e, clip.packet[i]), 0);
	CHECK_INT(t.n, 1);
	CHECK_INT(push(e, clip.packet[12]), 0);
	CHECK_INT(t.n, 2);
	CHECK_INT(t.buf[1]->seq, 12);
	engine_free(e);
	taken_free(&t);
	clip_free(&clip);
}

TEST(nothing_is_shown_before_a_keyframe)
{
	check_discontinuity("libx264");
	check_discontinuity("libx265");
}

TEST(streams_that_refresh_bit_by_bit_are_shown_once_whole)
{
	struct clip_spec spec = base("libx264", 320, 192);
	struct engine *e;
	struct clip clip;
	struct taken t;

	spec.refresh = 1;
	spec.n = 40;
	spec.gop = 10;
	clip_make(&clip, &spec);
	CHECK(!(clip.packet[25]->flags & CAM_KEY));
	start(&e, &t, 0);
	for (int i = 5; i < clip.n; i++)
		CHECK_INT(push(e, clip.packet[i]), 0);
	CHECK(t.n > 10 && t.n < 30);
	CHECK(near_wave(t.buf[0], (int)t.buf[0]->seq));
	engine_free(e);
	taken_free(&t);
	clip_free(&clip);
}

TEST(joining_in_mid_gop_shows_nothing_grey)
{
	static const char *const encoders[] = {"libx264", "libx265"};

	for (int k = 0; k < 2; k++) {
		struct clip_spec spec = base(encoders[k], 320, 192);
		struct engine *e;
		struct clip clip;
		struct taken t;

		clip_make(&clip, &spec);
		start(&e, &t, 0);
		for (int i = 5; i < clip.n; i++)
			CHECK_INT(push(e, clip.packet[i]), 0);
		CHECK(t.n >= 8 && t.n <= 12);
		CHECK_INT(t.buf[0]->pts_ns, clip.packet[12]->pts_ns);
		engine_free(e);
		taken_free(&t);
		clip_free(&clip);
	}
}

TEST(damaged_pictures_are_not_shown_and_what_follows_is_marked)
{
	struct clip_spec spec = base("libx264", 320, 192);
	struct cam_buf cut;
	struct engine *e;
	struct clip clip;
	struct taken t;

	clip_make(&clip, &spec);
	start(&e, &t, 0);
	for (int i = 0; i < 5; i++)
		CHECK_INT(push(e, clip.packet[i]), 0);
	cut = *clip.packet[5];
	cut.plane[0].len /= 2;
	CHECK_INT(push(e, &cut), 0);
	CHECK_INT(t.n, 5);
	CHECK_INT(push(e, clip.packet[6]), 0);
	CHECK_INT(t.n, 6);
	CHECK(t.buf[5]->flags & CAM_CORRUPT);
	for (int i = 7; i < 13; i++)
		CHECK_INT(push(e, clip.packet[i]), 0);
	CHECK_INT(t.n, 12);
	CHECK(!(t.buf[11]->flags & CAM_CORRUPT));
	engine_free(e);
	taken_free(&t);
	clip_free(&clip);
}

TEST(size_and_codec_may_change_in_mid_stream)
{
	struct clip_spec specs[] = {base("libx264", 320, 192), base("libx264", 176, 144),
		base("libx265", 256, 128), base("mjpeg", 64, 48)};
	struct engine_stats s;
	struct engine *e;
	struct taken t, scaled, fixed;
	struct engine_output *o;
	struct cam_want jpeg = {.form = CAM_JPEG, .width = 100, .quality = 50};
	const struct cam_caps *first = NULL;

	specs[3].range = AVCOL_RANGE_JPEG;
	start(&e, &t, 0);
	taken_init(&scaled);
	CHECK_INT(engine_add(e, &jpeg, &scaled.taker, &o), 0);
	taken_init(&fixed);
	jpeg = (struct cam_want){.form = CAM_PICTURE, .codec = CAM_GREY, .width = 96, .height = 64};
	CHECK_INT(engine_add(e, &jpeg, &fixed.taker, &o), 0);
	for (int k = 0; k < 4; k++) {
		struct clip clip;

		specs[k].n = 5;
		clip_make(&clip, &specs[k]);
		if (k == 0)
			first = caps_ref(clip.caps);
		for (int i = 0; i < clip.n; i++) {
			struct cam_buf b = *clip.packet[i];

			if (k == 1)
				b.caps = first; /* the stream alone says that it has changed */
			CHECK_INT(push(e, &b), 0);
		}
		CHECK_INT(t.n, 5 * (k + 1));
		CHECK_INT(t.buf[t.n - 1]->caps->width, specs[k].width);
		CHECK_INT(t.buf[t.n - 1]->caps->height, specs[k].height);
		CHECK_INT(scaled.buf[t.n - 1]->caps->height,
			(100 * specs[k].height / specs[k].width + 1) / 2 * 2);
		CHECK_INT(fixed.n, t.n);
		CHECK(abs(fixed.buf[t.n - 1]->plane[0].data[63 * 96 + 95] -
			      (int)wave(95.5 / 96, 63.5 / 64, 4)) < 9);
		clip_free(&clip);
	}
	engine_get_stats(e, &s);
	CHECK_INT(s.decoders, 1);
	CHECK_INT(s.errors, 0);
	engine_free(e);
	taken_free(&t);
	taken_free(&scaled);
	taken_free(&fixed);
	caps_unref(first);
}

/* Writes bits, highest first. */
struct bits {
	uint8_t data[64];
	unsigned n;
};

static void put(struct bits *b, unsigned value, int count)
{
	for (int i = count - 1; i >= 0; i--, b->n++)
		b->data[b->n / 8] |= (uint8_t)((value >> i & 1) << (7 - b->n % 8));
}

/* Exp-Golomb, ITU-T H.264 9.1 */
static void put_ue(struct bits *b, unsigned value)
{
	int len = 0;

	while ((value + 1) >> (len + 1))
		len++;
	put(b, value + 1, 2 * len + 1);
}

/* An H.264 parameter set (7.3.2.1.1) for pictures of that many macroblocks, in place of the stream's own. */
static void huge_sps(struct bits *b, unsigned mbs)
{
	memset(b, 0, sizeof(*b));
	put(b, 0x00000001, 32);
	put(b, 0x6742c03e, 32); /* baseline, level 6.2 */
	put_ue(b, 0); /* id */
	put_ue(b, 0); /* log2_max_frame_num - 4 */
	put_ue(b, 2); /* pic_order_cnt_type */
	put_ue(b, 16); /* max_num_ref_frames */
	put(b, 0, 1);
	put_ue(b, mbs - 1);
	put_ue(b, mbs - 1);
	put(b, 1, 1); /* frame_mbs_only */
	put(b, 1, 1); /* direct_8x8 */
	put(b, 0, 2); /* cropping, vui */
	put(b, 1, 1);
}

static void check_giant(unsigned mbs)
{
	struct clip_spec spec = base("libx264", 320, 192);
	static uint8_t bytes[1 << 20];
	struct engine_stats s;
	struct cam_buf b;
	struct engine *e;
	struct clip clip;
	struct bits sps;
	struct taken t;
	size_t pps = 4;

	clip_make(&clip, &spec);
	huge_sps(&sps, mbs);
	b = *clip.packet[0];
	/* The stream's own parameter set is the first unit: leave it out. */
	while (memcmp(b.plane[0].data + pps, "\0\0\1", 3))
		pps++;
	memcpy(bytes, sps.data, sps.n / 8 + 1);
	memcpy(bytes + sps.n / 8 + 1, b.plane[0].data + pps, b.plane[0].len - pps);
	b.plane[0].len += sps.n / 8 + 1 - pps;
	b.plane[0].data = bytes;
	start(&e, &t, 64);
	for (int i = 0; i < 5; i++)
		CHECK_INT(push(e, &b), 0);
	CHECK_INT(t.n, 0);
	engine_get_stats(e, &s);
	CHECK_INT(s.decoded, 0);
	CHECK_INT(s.errors, 5);
	for (int i = 0; i < 3; i++)
		CHECK_INT(push(e, clip.packet[i]), 0);
	CHECK_INT(t.n, 3);
	engine_free(e);
	taken_free(&t);
	clip_free(&clip);
}

TEST(parameter_sets_of_giants_are_refused)
{
	check_giant(1024); /* 16384 pixels a side */
	check_giant(500); /* sides in bounds, 64 megapixels */
}

TEST(caps_that_cannot_be_decoded_are_refused_with_a_reason)
{
	struct cam_caps bad[] = {
		{.form = CAM_PACKET, .media = CAM_VIDEO, .codec = CAM_FOURCC('V', 'P', '9', '0')},
		{.form = CAM_PACKET, .media = CAM_VIDEO, .codec = CAM_H264, .width = 16384, .height = 16384},
		{.form = CAM_PACKET, .media = CAM_AUDIO, .codec = CAM_AAC},
	};
	static const int want[] = {-ENOTSUP, -E2BIG, -EINVAL};
	struct engine_stats s;
	struct engine *e, *idle;
	struct taken t;

	start(&e, &t, 0);
	idle = engine_new();
	for (int i = 0; i < 6; i++) {
		const struct cam_caps *caps = caps_new(&bad[i / 2]);
		struct cam_buf b = {.caps = caps,
			.n_planes = 1,
			.plane = {{(const uint8_t *)"abcdefgh", 8, 0}},
			.arrival_ns = 5};
		const char *why = NULL;

		CHECK_INT(engine_push(idle, &b, 0, &why), 0);
		CHECK_INT(engine_push(e, &b, 0, &why), want[i / 2]);
		CHECK(why && strlen(why) > 10);
		caps_unref(caps);
	}
	engine_get_stats(e, &s);
	CHECK_INT(s.decoders, 0);
	engine_free(e);
	engine_free(idle);
}

static void check_extradata(const char *encoder, const uint8_t *broken, size_t len)
{
	struct clip_spec spec = base(encoder, 320, 192);
	const struct cam_caps *caps;
	struct cam_caps with;
	struct engine *e;
	struct clip clip;
	struct taken t;

	clip_make(&clip, &spec);
	with = *clip.caps;
	with.extradata = broken;
	with.extradata_len = len;
	caps = caps_new(&with);
	start(&e, &t, 0);
	for (int i = 0; i < 5; i++) {
		struct cam_buf b = *clip.packet[i];

		b.caps = caps;
		CHECK_INT(push(e, &b), 0);
	}
	CHECK_INT(t.n, 5);
	engine_free(e);
	taken_free(&t);
	caps_unref(caps);
	clip_free(&clip);
}

TEST(broken_parameter_sets_beside_the_stream_do_no_harm)
{
	static const uint8_t avc[] = {0, 0, 0, 1, 0x67, 0xff, 0xff, 0, 0, 1, 0x68, 0xff, 1, 2, 3};
	static const uint8_t hevc[] = {0, 0, 0, 1, 0x42, 1, 0xff, 0, 0, 1, 0x44, 1, 0xff, 1, 2, 3};
	static const uint8_t other[] = {
		1, 0x64, 0, 0x1e, 0xff, 0xe1, 0, 4, 0x67, 0x64, 0, 0x1e, 1, 0, 1, 0x68};

	check_extradata("libx264", avc, sizeof(avc));
	check_extradata("libx264", other, sizeof(other));
	check_extradata("libx265", hevc, sizeof(hevc));
	check_extradata("libx265", other, sizeof(other));
	check_extradata("libx264", avc, 3);
}

TEST(times_out_of_any_order_do_no_harm)
{
	static const int64_t times[] = {CAM_NO_TS, INT64_MAX, 0, INT64_MIN + 1, -5, INT64_MAX - 3};
	struct clip_spec spec = base("libx264", 320, 192);
	struct cam_want want = {
		.form = CAM_JPEG, .width = 64, .quality = 1, .max_fps_num = UINT32_MAX, .max_fps_den = 1};
	struct engine_output *o;
	struct engine *e;
	struct clip clip;
	struct taken t;

	clip_make(&clip, &spec);
	start(&e, &t, 64);
	CHECK_INT(engine_add(e, &want, &t.taker, &o), 0);
	want.max_fps_num = 1;
	want.max_fps_den = UINT32_MAX;
	CHECK_INT(engine_add(e, &want, &t.taker, &o), 0);
	for (int i = 0; i < clip.n; i++) {
		struct cam_buf b = *clip.packet[i];

		b.pts_ns = times[i % 6];
		CHECK_INT(push(e, &b), 0);
	}
	CHECK(t.n > clip.n);
	engine_free(e);
	taken_free(&t);
	clip_free(&clip);
}

RUN_TESTS(T(garbage_and_cut_packets_are_counted_and_survived), T(nothing_is_shown_before_a_keyframe),
	T(joining_in_mid_gop_shows_nothing_grey), T(streams_that_refresh_bit_by_bit_are_shown_once_whole),
	T(damaged_pictures_are_not_shown_and_what_follows_is_marked),
	T(size_and_codec_may_change_in_mid_stream), T(parameter_sets_of_giants_are_refused),
	T(caps_that_cannot_be_decoded_are_refused_with_a_reason),
	T(broken_parameter_sets_beside_the_stream_do_no_harm), T(times_out_of_any_order_do_no_harm))
