/* SPDX-License-Identifier: MIT */
/* What is decoded, and what is not since nobody is due to get it; and who gets a picture at once. */
#include "tests/check.h"
#include "tests/unit/engine_clip.h"

#include <libavutil/pixfmt.h>
#include <math.h>

static const struct clip_spec base = {"libx264", 320, 192, 25, 50, 50, 0, AV_PIX_FMT_YUV420P,
	AVCOL_SPC_UNSPECIFIED, AVCOL_RANGE_MPEG, paint_wave, 0, 0, 0};

static struct cam_want grey(uint32_t fps_num, uint32_t fps_den)
{
	return (struct cam_want){.size = sizeof(struct cam_want),
		.form = CAM_PICTURE,
		.codec = CAM_GREY,
		.max_fps_num = fps_num,
		.max_fps_den = fps_den};
}

static struct engine_output *come(struct engine *e, struct taken *t, struct cam_want want)
{
	struct engine_output *o = NULL;

	taken_init(t);
	t->taker.first = false;
	CHECK_INT(engine_add(e, &want, &t->taker, &o), 0);
	return o;
}

static void push(struct engine *e, const struct clip *c, int from, int to, int64_t catch_up_ns)
{
	const char *why = "";

	for (int i = from; i < to; i++)
		CHECK_INT(engine_push(e, c->packet[i], catch_up_ns, &why), 0);
}

static struct engine_stats stats_of(const struct engine *e)
{
	struct engine_stats s;

	engine_get_stats(e, &s);
	return s;
}

/* Each picture shows what its packet was made of: nothing that it refers to has been left out. */
static void check_pictures(const struct taken *t)
{
	for (int k = 0; k < t->n; k++) {
		const struct cam_buf *b = t->buf[k];

		for (uint32_t y = 0; y < b->caps->height; y += 7)
			for (uint32_t x = 0; x < b->caps->width; x += 5)
				CHECK(fabs(b->plane[0].data[y * b->plane[0].stride + x] -
					      wave((x + 0.5) / b->caps->width, (y + 0.5) / b->caps->height,
						      (int)b->seq)) < 9);
	}
}

TEST(motion_jpeg_is_decoded_for_who_is_due_only)
{
	struct clip_spec spec = base;
	struct engine *e = engine_new();
	struct taken five, one;
	struct clip clip;

	spec.encoder = "mjpeg";
	spec.range = AVCOL_RANGE_JPEG;
	clip_make(&clip, &spec);
	come(e, &five, grey(5, 1));
	come(e, &one, grey(1, 1));
	push(e, &clip, 0, 50, 0);
	CHECK_INT(five.n, 10);
	CHECK_INT(one.n, 2);
	CHECK_INT(stats_of(e).decoded, 10);
	check_pictures(&five);
	engine_free(e);
	taken_free(&five);
	taken_free(&one);
	clip_free(&clip);
}

TEST(streams_of_keyframes_are_decoded_for_who_is_due_only)
{
	static const char *const encoders[] = {"libx264", "libx265"};

	for (int k = 0; k < 2; k++) {
		struct clip_spec spec = base;
		struct engine *e = engine_new();
		struct taken t;
		struct clip clip;

		spec.encoder = encoders[k];
		spec.gop = 1;
		clip_make(&clip, &spec);
		come(e, &t, grey(5, 1));
		push(e, &clip, 0, 50, 0);
		CHECK_INT(t.n, 10);
		CHECK(stats_of(e).decoded <= 14);
		check_pictures(&t);
		engine_free(e);
		taken_free(&t);
		clip_free(&clip);
	}
}

TEST(keyframe_that_was_left_out_is_decoded_when_others_refer_to_it)
{
	struct clip_spec spec = base;
	struct engine *e = engine_new();
	struct taken t;
	struct clip clip;

	spec.keys = 13;
	clip_make(&clip, &spec);
	CHECK(clip.packet[12]->flags & CAM_KEY);
	CHECK(!(clip.packet[13]->flags & CAM_KEY));
	come(e, &t, grey(5, 1));
	push(e, &clip, 0, 13, 0);
	CHECK(stats_of(e).decoded < 8);
	push(e, &clip, 13, 50, 0);
	CHECK_INT(t.n, 10);
	CHECK_INT(stats_of(e).errors, 0);
	CHECK(stats_of(e).decoded <= 8 + 37);
	check_pictures(&t);
	engine_free(e);
	taken_free(&t);
	clip_free(&clip);
}

/* Five a second, a keyframe each second. */
static struct clip_spec slow(void)
{
	struct clip_spec spec = base;

	spec.fps = 5;
	spec.gop = 5;
	return spec;
}

TEST(keyframes_are_enough_for_one_picture_a_second)
{
	struct clip_spec spec = slow();
	struct engine *e = engine_new();
	struct taken t;
	struct clip clip;

	clip_make(&clip, &spec);
	come(e, &t, grey(1, 1));
	push(e, &clip, 0, 50, 0);
	CHECK_INT(t.n, 10);
	CHECK_INT(stats_of(e).decoded, 11 + 7); /* all until the third keyframe, and then one a group */
	check_pictures(&t);
	engine_free(e);
	taken_free(&t);
	clip_free(&clip);
}

TEST(keyframes_are_not_enough_when_they_come_too_rarely)
{
	struct clip_spec spec = slow();
	struct engine *e = engine_new();
	struct taken t;
	struct clip clip;

	spec.gop = 10;
	clip_make(&clip, &spec);
	come(e, &t, grey(1, 1));
	push(e, &clip, 0, 50, 0);
	CHECK_INT(t.n, 10);
	CHECK_INT(stats_of(e).decoded, 50);
	CHECK(!engine_is_behind(e, true));
	engine_free(e);
	taken_free(&t);
	clip_free(&clip);
}

TEST(faster_viewer_has_the_group_decoded_that_was_left_out)
{
	struct clip_spec spec = slow();
	struct engine *e = engine_new();
	struct taken t, fast;
	struct clip clip;

	clip_make(&clip, &spec);
	come(e, &t, grey(1, 1));
	push(e, &clip, 0, 33, 0);
	CHECK(!engine_is_behind(e, false));
	come(e, &fast, grey(0, 0));
	engine_show(e);
	CHECK_INT(fast.n, 1);
	CHECK_INT(fast.buf[0]->seq, 30);
	CHECK(engine_is_behind(e, true));
	engine_rewind(e);
	push(e, &clip, 30, 33, clip.packet[32]->arrival_ns);
	CHECK_INT(fast.n, 2);
	CHECK_INT(fast.buf[1]->seq, 32);
	push(e, &clip, 33, 36, 0);
	CHECK_INT(fast.n, 5);
	CHECK_INT(t.n, 8);
	check_pictures(&fast);
	check_pictures(&t);
	engine_free(e);
	taken_free(&t);
	taken_free(&fast);
	clip_free(&clip);
}

TEST(who_comes_first_gets_nothing_but_the_present)
{
	struct engine *e = engine_new();
	struct cam_want want = grey(0, 0);
	struct engine_output *o;
	struct taken t;
	struct clip clip;

	clip_make(&clip, &base);
	taken_init(&t);
	CHECK_INT(engine_add(e, &want, &t.taker, &o), 0);
	push(e, &clip, 0, 20, clip.packet[19]->arrival_ns);
	push(e, &clip, 20, 22, 0);
	CHECK_INT(t.n, 3);
	CHECK_INT(t.buf[0]->seq, 19);
	engine_free(e);
	taken_free(&t);
	clip_free(&clip);
}

TEST(second_viewer_gets_the_last_picture_at_once_and_the_first_nothing_twice)
{
	struct engine *e = engine_new();
	struct taken first, second;
	struct clip clip;

	clip_make(&clip, &base);
	come(e, &first, grey(5, 1));
	push(e, &clip, 0, 13, 0);
	CHECK_INT(first.n, 3);
	come(e, &second, grey(5, 1));
	engine_show(e);
	engine_show(e);
	CHECK_INT(second.n, 1);
	CHECK_INT(second.buf[0]->seq, 12);
	push(e, &clip, 13, 20, 0);
	CHECK_INT(first.n, 4);
	CHECK_INT(second.n, 2);
	CHECK(second.buf[1] == first.buf[3]);
	engine_free(e);
	taken_free(&first);
	taken_free(&second);
	clip_free(&clip);
}

TEST(who_names_an_age_gets_no_older_picture_ahead_of_the_present)
{
	struct engine *e = engine_new();
	struct cam_want want = grey(0, 0);
	struct taken t;
	struct clip clip;

	clip_make(&clip, &base);
	want.queue_age_ns = CAM_SECOND; /* the clip arrived when the machine was started */
	come(e, &t, want);
	push(e, &clip, 0, 20, clip.packet[19]->arrival_ns);
	CHECK_INT(t.n, 1);
	CHECK_INT(t.buf[0]->seq, 19);
	engine_free(e);
	taken_free(&t);
	clip_free(&clip);
}

RUN_TESTS(T(motion_jpeg_is_decoded_for_who_is_due_only),
	T(streams_of_keyframes_are_decoded_for_who_is_due_only),
	T(keyframe_that_was_left_out_is_decoded_when_others_refer_to_it),
	T(keyframes_are_enough_for_one_picture_a_second),
	T(keyframes_are_not_enough_when_they_come_too_rarely),
	T(faster_viewer_has_the_group_decoded_that_was_left_out),
	T(who_comes_first_gets_nothing_but_the_present),
	T(second_viewer_gets_the_last_picture_at_once_and_the_first_nothing_twice),
	T(who_names_an_age_gets_no_older_picture_ahead_of_the_present))
