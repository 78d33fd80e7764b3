/* SPDX-License-Identifier: MIT */
/* What strangers may ask for: sizes, qualities and time, and what they are told. Linked with --wrap=clock_gettime. */
#include "tests/check.h"
#include "tests/unit/engine_clip.h"

#include <errno.h>
#include <libavutil/pixfmt.h>
#include <math.h>
#include <time.h>

static int64_t now_ns = CAM_SECOND; /* the monotonic clock; stands still unless the test moves it */
static int64_t spent_ns, cost_ns; /* the thread's CPU time, and what each look at it costs */

int __wrap_clock_gettime(clockid_t id, struct timespec *ret);
int __wrap_clock_gettime(clockid_t id, struct timespec *ret)
{
	int64_t ns = id == CLOCK_THREAD_CPUTIME_ID ? (spent_ns += cost_ns) : now_ns;

	*ret = (struct timespec){ns / CAM_SECOND, ns % CAM_SECOND};
	return 0;
}

static const struct clip_spec h264 = {"libx264", 320, 192, 25, 50, 50, 0, AV_PIX_FMT_YUV420P,
	AVCOL_SPC_UNSPECIFIED, AVCOL_RANGE_MPEG, paint_wave, 0, 0, 0};

static struct clip clip;

/* A viewer: what it has been told beside what it got. */
struct viewer {
	struct taken t;
	struct engine_output *o;
	atomic_bool left;
	int told, err; /* how often, and what last */
	const char *why;
};

static void told(void *arg, int err, const char *why)
{
	struct viewer *v = (struct viewer *)arg;

	v->told++;
	v->err = err;
	v->why = why;
}

static struct cam_want jpeg(uint32_t width, uint32_t height, uint32_t fps)
{
	return (struct cam_want){.size = sizeof(struct cam_want),
		.form = CAM_JPEG,
		.width = width,
		.height = height,
		.max_fps_num = fps,
		.max_fps_den = fps ? 1 : 0,
		.quality = 80};
}

static void come(struct engine *e, struct viewer *v, struct cam_want want, uint64_t owner)
{
	memset(v, 0, sizeof(*v));
	taken_init(&v->t);
	v->t.taker.first = !owner;
	v->t.taker.owner = owner;
	v->t.taker.told = told;
	v->t.taker.left = &v->left;
	CHECK((void *)v == (void *)&v->t.taker);
	CHECK_INT(engine_add(e, &want, &v->t.taker, &v->o), 0);
}

static void push(struct engine *e, const struct clip *c, int from, int to)
{
	const char *why = "";

	for (int i = from; i < to; i++) {
		struct cam_buf b = *c->packet[i];

		now_ns += CAM_SECOND / 25;
		b.arrival_ns = now_ns;
		CHECK_INT(engine_push(e, &b, 0, &why), 0);
	}
}

static struct engine_stats stats_of(const struct engine *e)
{
	struct engine_stats s;

	engine_get_stats(e, &s);
	return s;
}

static void check_size(const struct viewer *v, int i, uint32_t width, uint32_t height)
{
	CHECK(v->t.n > i);
	CHECK_INT(v->t.buf[i]->caps->width, width);
	CHECK_INT(v->t.buf[i]->caps->height, height);
}

static void leave(struct engine *e, struct viewer *v, int n)
{
	for (int i = 0; i < n; i++) {
		engine_remove(e, v[i].o);
		taken_free(&v[i].t);
	}
}

TEST(no_picture_is_larger_than_the_cameras_but_of_who_comes_first)
{
	struct engine *e = engine_new();
	struct viewer v[6];

	come(e, &v[0], jpeg(3840, 2160, 0), 1);
	come(e, &v[1], jpeg(1000, 96, 0), 1);
	come(e, &v[2], jpeg(0, 1000, 0), 1);
	come(e, &v[3], jpeg(160, 96, 0), 1);
	come(e, &v[4], jpeg(0, 0, 0), 1);
	come(e, &v[5], jpeg(640, 400, 0), 0);
	push(e, &clip, 0, 10);
	check_size(&v[0], 0, 320, 192);
	check_size(&v[1], 0, 320, 96);
	check_size(&v[2], 0, 320, 192);
	check_size(&v[3], 0, 160, 96);
	check_size(&v[4], 0, 320, 192);
	check_size(&v[5], 0, 640, 400);
	for (int i = 0; i < 6; i++) {
		CHECK_INT(v[i].t.n, 10);
		CHECK_INT(v[i].told, i < 3);
		CHECK_INT(v[i].err, i < 3 ? CAM_LOWERED : 0);
	}
	CHECK_INT(stats_of(e).scalers, 4);
	CHECK_INT(stats_of(e).lowered, 3);
	leave(e, v, 6);
	engine_free(e);
}

TEST(beyond_eight_sizes_the_nearest_serves_until_one_is_free)
{
	struct engine *e = engine_new();
	struct viewer v[10];

	for (int i = 0; i < 9; i++)
		come(e, &v[i], jpeg(100 + 20 * (uint32_t)i, 96, 0), (uint64_t)i + 1);
	come(e, &v[9], jpeg(50, 96, 0), 0);
	push(e, &clip, 0, 2);
	CHECK_INT(stats_of(e).scalers, 9);
	check_size(&v[8], 1, 240, 96);
	check_size(&v[9], 1, 50, 96);
	for (int i = 0; i < 10; i++)
		CHECK_INT(v[i].told, i == 8);
	CHECK_INT(v[8].err, CAM_LOWERED);
	leave(e, &v[2], 1);
	push(e, &clip, 2, 3);
	CHECK_INT(stats_of(e).scalers, 9);
	check_size(&v[8], 2, 260, 96);
	CHECK_INT(v[8].told, 2);
	CHECK_INT(v[8].err, CAM_GRANTED);
	CHECK_STR(v[8].why, "");
	leave(e, v, 2);
	leave(e, &v[3], 7);
	engine_free(e);
}

TEST(each_owners_first_wish_goes_before_anybodys_second)
{
	struct engine *e = engine_new();
	struct viewer v[10];

	for (int i = 0; i < 9; i++)
		come(e, &v[i], jpeg(100 + 20 * (uint32_t)i, 96, 0), 1);
	push(e, &clip, 0, 1);
	come(e, &v[9], jpeg(50, 50, 0), 2);
	push(e, &clip, 1, 2);
	check_size(&v[9], 0, 50, 50);
	CHECK_INT(v[9].told, 0);
	CHECK_INT(v[7].err, CAM_LOWERED);
	CHECK_INT(stats_of(e).scalers, 8);
	leave(e, v, 10);
	engine_free(e);
}

TEST(beyond_three_qualities_the_nearest_serves)
{
	static const uint32_t qualities[] = {20, 50, 80, 70, 55};
	struct engine *e = engine_new();
	struct viewer v[5];

	for (int i = 0; i < 5; i++) {
		struct cam_want want = jpeg(160, 96, 0);

		want.quality = qualities[i];
		come(e, &v[i], want, (uint64_t)i + 1);
	}
	push(e, &clip, 0, 1);
	CHECK_INT(stats_of(e).encoded, 3);
	CHECK(v[3].t.buf[0] == v[2].t.buf[0]);
	CHECK(v[4].t.buf[0] == v[1].t.buf[0]);
	CHECK_INT(v[3].err, CAM_LOWERED);
	CHECK_INT(v[2].told, 0);
	leave(e, v, 5);
	engine_free(e);
}

TEST(who_asks_for_a_lot_has_less_and_others_keep_their_rate)
{
	struct quota quota;
	struct engine *e = engine_new();
	struct viewer greedy[8], modest, ring;
	int got = 0;
	char line[240];

	quota_init(&quota, 2);
	engine_set_quota(e, &quota, "front");
	for (int i = 0; i < 8; i++)
		come(e, &greedy[i], jpeg(100 + 20 * (uint32_t)i, 96, 0), 1);
	come(e, &modest, jpeg(90, 90, 0), 2);
	come(e, &ring, jpeg(80, 80, 0), 0);
	cost_ns = 8000000;
	push(e, &clip, 0, 50);
	cost_ns = 0;
	CHECK_INT(ring.t.n, 50);
	CHECK_INT(modest.t.n, 50);
	CHECK_INT(modest.told, 0);
	for (int i = 0; i < 8; i++) {
		CHECK(greedy[i].t.n > 5);
		CHECK_INT(greedy[i].err, CAM_LOWERED);
		got += greedy[i].t.n;
	}
	CHECK(got < 200);
	CHECK(stats_of(e).refused > 150);
	CHECK(quota_report(&quota, line));
	CHECK(strstr(line, "camera front"));
	CHECK(!quota_report(&quota, line));
	leave(e, &ring, 1);
	leave(e, &modest, 1);
	leave(e, greedy, 8);
	engine_free(e);
	quota_destroy(&quota);
}

TEST(who_is_alone_has_what_others_leave_and_is_told_when_all_is_well_again)
{
	struct quota quota;
	struct engine *e = engine_new();
	struct viewer v[8], slow;

	quota_init(&quota, 1);
	engine_set_quota(e, &quota, "front");
	for (int i = 0; i < 8; i++)
		come(e, &v[i], jpeg(100 + 20 * (uint32_t)i, 96, 0), 1);
	come(e, &slow, jpeg(100, 96, 1), 2);
	cost_ns =
		2200000; /* for 10 things each 40 ms: more than half a core, which is more than a share of it */
	push(e, &clip, 0, 50);
	push(e, &clip, 0, 50);
	for (int i = 0; i < 8; i++)
		CHECK_INT(v[i].t.n, 100);
	cost_ns = 10000000;
	push(e, &clip, 0, 50);
	CHECK_INT(v[0].err, CAM_LOWERED);
	cost_ns = 0;
	for (int i = 0; i < 2; i++)
		push(e, &clip, 0, 50);
	CHECK_INT(v[0].err, CAM_GRANTED);
	for (int i = 0; i < 8; i++)
		taken_free(&v[i].t);
	leave(e, v, 8);
	leave(e, &slow, 1);
	engine_free(e);
	quota_destroy(&quota);
}

/* Decoding alone is more than there is. */
TEST(groups_that_nobody_may_have_decoded_are_left_out)
{
	struct quota quota;
	struct engine *e = engine_new();
	struct cam_want want = {.size = sizeof(want), .form = CAM_PICTURE, .codec = CAM_GREY};
	struct engine_stats s;
	struct viewer v;

	quota_init(&quota, 1);
	engine_set_quota(e, &quota, "front");
	come(e, &v, want, 1);
	cost_ns = 30000000;
	for (int i = 0; i < 6; i++)
		push(e, &clip, 0, 50);
	cost_ns = 0;
	s = stats_of(e);
	CHECK(s.decoded > 5 && s.decoded < 200);
	CHECK_INT(s.errors, 0);
	CHECK(s.refused > 50);
	CHECK(v.told > 0);
	for (int i = 0; i < v.t.n; i++) {
		const struct cam_buf *b = v.t.buf[i];

		for (uint32_t y = 0; y < 192; y += 7)
			CHECK(fabs(b->plane[0].data[y * b->plane[0].stride + 100] -
				      wave(100.5 / 320, (y + 0.5) / 192, (int)b->seq)) < 9);
	}
	leave(e, &v, 1);
	engine_free(e);
	quota_destroy(&quota);
}

TEST(who_leaves_and_comes_back_has_not_a_full_purse_again)
{
	struct quota_camera camera = {0};
	struct quota_account a, b;
	struct quota quota;

	quota_init(&quota, 1);
	camera.quota = &quota;
	quota_note(&camera, false);
	CHECK_INT(quota_open(&camera, &a, &quota, 7), 0);
	CHECK(quota_has_share(&camera, &a));
	quota_spend(&camera, &a, CAM_SECOND, false);
	CHECK(!quota_has_share(&camera, &a));
	quota_close(&camera, &a);
	CHECK_INT(quota_open(&camera, &a, &quota, 7), 0);
	CHECK_INT(quota_open(&camera, &b, &quota, 8), 0);
	CHECK(!quota_has_share(&camera, &a));
	CHECK(quota_has_share(&camera, &b));
	now_ns += CAM_SECOND;
	CHECK(quota_has_share(&camera, &a));
	quota_close(&camera, &a);
	quota_close(&camera, &b);
	quota_destroy(&quota);
}

static void leave_others(void *arg, const struct cam_buf *buf)
{
	struct viewer *others = (struct viewer *)arg;

	(void)buf;
	atomic_store(&others[0].left, true);
	atomic_store(&others[1].left, true);
}

TEST(who_has_left_is_left_out_in_the_middle_of_a_picture)
{
	struct engine *e = engine_new();
	struct cam_want want = jpeg(80, 80, 0);
	struct viewer v[2];
	struct engine_taker first = {.deliver = leave_others, .arg = v, .first = true};
	struct engine_output *o;

	come(e, &v[0], jpeg(100, 96, 0), 1);
	come(e, &v[1], jpeg(120, 96, 0), 1);
	CHECK_INT(engine_add(e, &want, &first, &o), 0);
	push(e, &clip, 0, 5);
	CHECK_INT(v[0].t.n + v[1].t.n, 0);
	CHECK_INT(stats_of(e).encoded, 5);
	leave(e, v, 2);
	engine_free(e);
}

static void push_caps(struct engine *e, struct cam_caps caps, int n)
{
	const struct cam_caps *c = caps_new(&caps);
	struct cam_buf b = {
		.flags = CAM_KEY, .caps = c, .n_planes = 1, .plane = {{(const uint8_t *)"abcdefgh", 8, 0}}};
	const char *why;

	for (int i = 0; i < n; i++) {
		now_ns += CAM_SECOND / 25;
		b.pts_ns = b.arrival_ns = now_ns;
		(void)engine_push(e, &b, 0, &why);
	}
	caps_unref(c);
}

TEST(what_cannot_be_decoded_is_told_to_all_and_so_is_the_end_of_that)
{
	struct engine *e = engine_new();
	struct viewer v[2];

	come(e, &v[0], jpeg(100, 96, 0), 1);
	push_caps(e,
		(struct cam_caps){
			.form = CAM_PACKET, .media = CAM_VIDEO, .codec = CAM_FOURCC('A', 'V', '0', '1')},
		3);
	come(e, &v[1], jpeg(100, 96, 0), 2);
	for (int i = 0; i < 2; i++) {
		CHECK_INT(v[i].told, 1);
		CHECK_INT(v[i].err, -ENOTSUP);
		CHECK(strstr(v[i].why, "no decoder"));
	}
	CHECK(strstr(engine_error(e, CAM_FOURCC('A', 'V', '0', '1'), 0, 0), "no decoder"));
	push_caps(e,
		(struct cam_caps){.form = CAM_PACKET,
			.media = CAM_VIDEO,
			.codec = CAM_H264,
			.width = 16384,
			.height = 64},
		3);
	CHECK_INT(v[1].told, 2);
	CHECK_INT(v[1].err, -E2BIG);
	push(e, &clip, 0, 1);
	CHECK_INT(v[1].told, 3);
	CHECK_INT(v[1].err, CAM_GRANTED);
	CHECK(!engine_error(e, clip.caps->codec, clip.caps->width, clip.caps->height));
	/* Garbage for a while is a broken camera, for a moment only a broken packet. */
	push_caps(e, *clip.caps, 10);
	CHECK_INT(v[0].told, 3);
	push_caps(e, *clip.caps, 80);
	CHECK_INT(v[0].err, -ENOTSUP);
	leave(e, v, 2);
	CHECK(strstr(engine_error(e, clip.caps->codec, clip.caps->width, clip.caps->height), "decoded"));
	engine_free(e);
}

int main(void)
{
	static const struct check_test tests[] = {
		T(no_picture_is_larger_than_the_cameras_but_of_who_comes_first),
		T(beyond_eight_sizes_the_nearest_serves_until_one_is_free),
		T(each_owners_first_wish_goes_before_anybodys_second),
		T(beyond_three_qualities_the_nearest_serves),
		T(who_asks_for_a_lot_has_less_and_others_keep_their_rate),
		T(who_is_alone_has_what_others_leave_and_is_told_when_all_is_well_again),
		T(groups_that_nobody_may_have_decoded_are_left_out),
		T(who_leaves_and_comes_back_has_not_a_full_purse_again),
		T(who_has_left_is_left_out_in_the_middle_of_a_picture),
		T(what_cannot_be_decoded_is_told_to_all_and_so_is_the_end_of_that),
	};
	int r;

	clip_make(&clip, &h264);
	r = check_run(tests, (int)(sizeof(tests) / sizeof(tests[0])));
	clip_free(&clip);
	return r;
}
