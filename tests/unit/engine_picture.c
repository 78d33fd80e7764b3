/* SPDX-License-Identifier: MIT */
/* What the pictures look like: colours, sizes, nearness to the source. */
#include "tests/check.h"
#include "tests/unit/engine_clip.h"

#include <errno.h>
#include <libavutil/pixfmt.h>
#include <math.h>
#include <turbojpeg.h>

static struct clip_spec base(const char *encoder, int width, int height)
{
	return (struct clip_spec){encoder, width, height, 25, 3, 25, 0, AV_PIX_FMT_YUV420P,
		AVCOL_SPC_UNSPECIFIED, AVCOL_RANGE_MPEG, paint_wave, 0, 0, 0};
}

/* Everything of a clip at one wish. */
static void render(
	const struct clip_spec *spec, struct cam_want want, struct taken *t, struct engine_stats *s)
{
	struct engine *e = engine_new();
	struct engine_output *o;
	struct clip clip;
	const char *why = "";

	taken_init(t);
	want.size = sizeof(want);
	clip_make(&clip, spec);
	CHECK_INT(engine_add(e, &want, &t->taker, &o), 0);
	for (int i = 0; i < clip.n; i++)
		CHECK_INT(engine_push(e, clip.packet[i], 0, &why), 0);
	engine_get_stats(e, s);
	engine_free(e);
	clip_free(&clip);
}

static struct cam_want picture(uint32_t codec, uint32_t width, uint32_t height)
{
	return (struct cam_want){.form = CAM_PICTURE, .codec = codec, .width = width, .height = height};
}

static double psnr_of_luma(const uint8_t *y, size_t stride, int width, int height, int i)
{
	double sum = 0;

	for (int row = 0; row < height; row++) {
		for (int x = 0; x < width; x++) {
			double d = y[(size_t)row * stride + (size_t)x] -
				   wave((x + 0.5) / width, (row + 0.5) / height, i);

			sum += d * d;
		}
	}
	return 10 * log10(255.0 * 255.0 * width * height / (sum + 1e-9));
}

static int near(int is, int want, int by)
{
	return abs(is - want) <= by;
}

/* The middle of each patch of a BGR3 picture. */
static void check_patches(const struct cam_buf *b)
{
	uint32_t w = b->caps->width, h = b->caps->height;

	for (uint32_t p = 0; p < PATCHES; p++) {
		uint32_t x = (2 * (p % PATCH_COLUMNS) + 1) * w / (2 * PATCH_COLUMNS);
		uint32_t y = (2 * (p / PATCH_COLUMNS) + 1) * h / 4;
		const uint8_t *bgr = b->plane[0].data + (size_t)y * b->plane[0].stride + x * 3;

		if (!near(bgr[2], patch_rgb[p][0], 4) || !near(bgr[1], patch_rgb[p][1], 4) ||
			!near(bgr[0], patch_rgb[p][2], 4))
			printf("# patch %u is %d %d %d\n", p, bgr[2], bgr[1], bgr[0]);
		for (int c = 0; c < 3; c++)
			CHECK(near(bgr[2 - c], patch_rgb[p][c], 4));
	}
}

static void check_colours(const char *encoder, int height, int matrix, int painted, int range)
{
	struct clip_spec spec = base(encoder, height * 16 / 9 / 2 * 2, height);
	static const uint32_t sizes[][2] = {{0, 0}, {320, 192}};
	struct engine_stats s;
	struct taken t;

	spec.paint = paint_patches;
	spec.matrix = matrix;
	spec.painted = painted;
	spec.range = range;
	spec.n = 2;
	for (int i = 0; i < 2; i++) {
		render(&spec, picture(CAM_BGR3, sizes[i][0], sizes[i][1]), &t, &s);
		CHECK_INT(t.n, 2);
		check_patches(t.buf[1]);
		taken_free(&t);
	}
}

TEST(colours_are_right_for_bt709_and_bt601_in_both_ranges)
{
	check_colours("libx264", 360, AVCOL_SPC_BT709, AVCOL_SPC_BT709, AVCOL_RANGE_MPEG);
	check_colours("libx264", 360, AVCOL_SPC_BT709, AVCOL_SPC_BT709, AVCOL_RANGE_JPEG);
	check_colours("libx264", 360, AVCOL_SPC_SMPTE170M, AVCOL_SPC_SMPTE170M, AVCOL_RANGE_MPEG);
	check_colours("libx264", 360, AVCOL_SPC_SMPTE170M, AVCOL_SPC_SMPTE170M, AVCOL_RANGE_JPEG);
}

TEST(unnamed_colours_are_bt709_for_high_definition_and_bt601_below)
{
	check_colours("libx264", 720, AVCOL_SPC_UNSPECIFIED, AVCOL_SPC_BT709, AVCOL_RANGE_MPEG);
	check_colours("libx264", 576, AVCOL_SPC_UNSPECIFIED, AVCOL_SPC_SMPTE170M, AVCOL_RANGE_MPEG);
	check_colours("libx265", 720, AVCOL_SPC_UNSPECIFIED, AVCOL_SPC_BT709, AVCOL_RANGE_MPEG);
}

TEST(motion_jpeg_is_bt601_full_range_at_any_height)
{
	check_colours("mjpeg", 360, AVCOL_SPC_UNSPECIFIED, AVCOL_SPC_BT470BG, AVCOL_RANGE_JPEG);
	check_colours("mjpeg", 720, AVCOL_SPC_UNSPECIFIED, AVCOL_SPC_BT470BG, AVCOL_RANGE_JPEG);
}

TEST(jpegs_are_near_the_source)
{
	static const char *const encoders[] = {"libx264", "libx265", "mjpeg"};
	static const uint32_t widths[] = {0, 320, 896, 333};
	static uint8_t luma[900 * 600];

	for (int i = 0; i < 12; i++) {
		struct clip_spec spec = base(encoders[i / 4], 640, 360);
		struct cam_want want = {.form = CAM_JPEG, .width = widths[i % 4], .quality = 60};
		tjhandle tj = tjInitDecompress();
		int w, h, sub, space;
		struct engine_stats s;
		struct taken t;

		if (i / 4 == 2)
			spec.range = AVCOL_RANGE_JPEG;
		render(&spec, want, &t, &s);
		CHECK_INT(t.n, 3);
		CHECK(t.buf[2]->caps->form == CAM_JPEG && t.buf[2]->flags == CAM_KEY);
		CHECK_INT(tjDecompressHeader3(
				  tj, t.buf[2]->plane[0].data, t.buf[2]->plane[0].len, &w, &h, &sub, &space),
			0);
		CHECK_INT(w, want.width ? want.width : 640);
		CHECK_INT(h, want.width ? (want.width * 9 / 16 + 1) / 2 * 2 : 360);
		CHECK_INT(w, t.buf[2]->caps->width);
		CHECK_INT(sub, TJSAMP_420);
		CHECK_INT(tjDecompress2(tj, t.buf[2]->plane[0].data, t.buf[2]->plane[0].len, luma, w, w, h,
				  TJPF_GRAY, 0),
			0);
		CHECK(psnr_of_luma(luma, (size_t)w, w, h, 2) > 34);
		tjDestroy(tj);
		taken_free(&t);
	}
}

TEST(grey_is_full_range_luma)
{
	struct clip_spec spec = base("libx264", 640, 360);
	struct engine_stats s;
	struct taken t;

	render(&spec, picture(CAM_GREY, 160, 90), &t, &s);
	CHECK_INT(t.buf[2]->n_planes, 1);
	CHECK(psnr_of_luma(t.buf[2]->plane[0].data, t.buf[2]->plane[0].stride, 160, 90, 2) > 36);
	taken_free(&t);
}

TEST(pictures_that_need_nothing_are_lent_from_the_decoder)
{
	struct clip_spec spec = base("libx264", 638, 358);
	struct engine_stats s;
	struct taken t;

	spec.matrix = AVCOL_SPC_SMPTE170M;
	spec.range = AVCOL_RANGE_JPEG;
	render(&spec, picture(CAM_I420, 0, 0), &t, &s);
	CHECK_INT(t.n, 3);
	CHECK_INT(s.scaled, 0);
	CHECK_INT(t.buf[2]->caps->width, 638);
	CHECK(psnr_of_luma(t.buf[2]->plane[0].data, t.buf[2]->plane[0].stride, 638, 358, 2) > 40);
	taken_free(&t);
}

TEST(odd_and_tiny_sizes_work)
{
	static const uint32_t sizes[][2] = {
		{2, 2}, {3, 3}, {17, 31}, {161, 97}, {639, 359}, {0, 2}, {1279, 0}};
	static const uint32_t codecs[] = {CAM_I420, CAM_BGR3, CAM_GREY};

	for (int i = 0; i < 21; i++) {
		struct clip_spec spec = base("libx264", 640, 360);
		struct engine_stats s;
		struct taken t;

		spec.n = 1;
		render(&spec, picture(codecs[i % 3], sizes[i / 3][0], sizes[i / 3][1]), &t, &s);
		CHECK_INT(t.n, 1);
		CHECK(!sizes[i / 3][0] || t.buf[0]->caps->width == sizes[i / 3][0]);
		taken_free(&t);
	}
}

TEST(ten_bit_and_other_samplings_are_converted)
{
	struct clip_spec ten = base("libx265", 320, 192), wide = base("mjpeg", 320, 192);
	struct clip_spec grey = base("libx264", 320, 192);
	struct engine_stats s;
	struct taken t;

	grey.format = AV_PIX_FMT_GRAY8;
	ten.format = AV_PIX_FMT_YUV420P10;
	ten.paint = paint_wave10;
	render(&ten, picture(CAM_GREY, 160, 96), &t, &s);
	CHECK_INT(t.n, 3);
	CHECK(psnr_of_luma(t.buf[2]->plane[0].data, t.buf[2]->plane[0].stride, 160, 96, 2) > 36);
	taken_free(&t);
	for (int i = 0; i < 2; i++) {
		grey.range = i ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG;
		render(&grey, picture(CAM_I420, i ? 320 : 100, i ? 192 : 60), &t, &s);
		CHECK_INT(t.n, 3);
		CHECK(psnr_of_luma(t.buf[2]->plane[0].data, t.buf[2]->plane[0].stride, i ? 320 : 100,
			      i ? 192 : 60, 2) > 36);
		CHECK(near(t.buf[2]->plane[2].data[30], 128, 1));
		taken_free(&t);
	}
	wide.format = AV_PIX_FMT_YUV444P;
	wide.range = AVCOL_RANGE_JPEG;
	render(&wide, picture(CAM_I420, 320, 192), &t, &s);
	CHECK_INT(t.n, 3);
	CHECK(psnr_of_luma(t.buf[2]->plane[0].data, t.buf[2]->plane[0].stride, 320, 192, 2) > 36);
	CHECK(near(t.buf[2]->plane[1].data[100], 128, 1));
	taken_free(&t);
}

static uint8_t memory[64 * 36 * 3];

static uint8_t *into(void *arg, size_t bytes)
{
	*(size_t *)arg = bytes;
	return memory + 1;
}

static void keep_nothing(void *arg, const struct cam_buf *b)
{
	(void)arg;
	(void)b;
}

TEST(into_packs_the_planes_and_touches_nothing_else)
{
	struct clip_spec spec = base("libx264", 640, 360);
	struct engine *e = engine_new();
	struct cam_want want = picture(CAM_I420, 63, 35);
	size_t bytes = 0;
	struct engine_taker taker = {.deliver = keep_nothing, .into = into, .arg = &bytes, .first = true};
	struct engine_output *o;
	struct clip clip;
	const char *why = "";

	memset(memory, 7, sizeof(memory));
	clip_make(&clip, &spec);
	CHECK_INT(engine_add(e, &want, &taker, &o), 0);
	for (int i = 0; i < clip.n; i++)
		CHECK_INT(engine_push(e, clip.packet[i], 0, &why), 0);
	CHECK_INT(bytes, 63 * 35 + 2 * 32 * 18);
	CHECK(psnr_of_luma(memory + 1, 63, 63, 35, 2) > 45);
	CHECK(near(memory[1 + 63 * 35], 128, 1) && near(memory[bytes], 128, 1));
	CHECK_INT(memory[0], 7);
	CHECK_INT(memory[bytes + 1], 7);
	engine_free(e);
	clip_free(&clip);
}

RUN_TESTS(T(colours_are_right_for_bt709_and_bt601_in_both_ranges),
	T(unnamed_colours_are_bt709_for_high_definition_and_bt601_below),
	T(motion_jpeg_is_bt601_full_range_at_any_height), T(jpegs_are_near_the_source),
	T(grey_is_full_range_luma), T(pictures_that_need_nothing_are_lent_from_the_decoder),
	T(odd_and_tiny_sizes_work), T(ten_bit_and_other_samplings_are_converted),
	T(into_packs_the_planes_and_touches_nothing_else))
