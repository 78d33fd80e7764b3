/* SPDX-License-Identifier: MIT */
#include "core/bus/timeline.h"

#include "core/base/clock.h"

#include "tests/check.h"

#define MS CLOCK_MS

/* The wall clock stands still and is set by the test: linked with --wrap. */
static int64_t wall;

int __real_clock_gettime(clockid_t id, struct timespec *ret);
int __wrap_clock_gettime(clockid_t id, struct timespec *ret);

int __wrap_clock_gettime(clockid_t id, struct timespec *ret)
{
	if (id != CLOCK_REALTIME)
		return __real_clock_gettime(id, ret);
	*ret = (struct timespec){wall / CLOCK_SECOND, wall % CLOCK_SECOND};
	return 0;
}

/* Stamp a packet that arrives at `at` with the camera's DTS `in`. @return its new DTS */
static int64_t stamp(struct timeline *t, uint32_t track, int64_t in, int64_t at, unsigned *mended)
{
	struct cam_buf buf = {.track = track, .dts_ns = in, .pts_ns = in, .arrival_ns = at};

	*mended += timeline_stamp(t, &buf);
	CHECK_INT(buf.pts_ns, buf.dts_ns);
	return buf.dts_ns;
}

TEST(good_stamps_pass_with_their_distances)
{
	struct timeline t = {0};
	unsigned mended = 0;
	int64_t base = clock_mono_ns(), first = stamp(&t, 0, 1000 * MS, base, &mended);

	CHECK_INT(first, base);
	for (int i = 1; i < 100; i++)
		CHECK_INT(
			stamp(&t, 0, (1000 + i * 40) * MS, base + (i * 40 + i % 3 * 7) * MS, &mended) - first,
			i * 40 * MS);
	CHECK_INT(mended, 0);
}

TEST(dts_grows_whatever_the_camera_says)
{
	static const int64_t nasty[] = {
		0, 0, -5, INT64_MAX, CAM_NO_TS, INT64_MIN + 1, 7, 7, INT64_C(1) << 60, 3, 100000};
	struct timeline t = {0};
	unsigned mended = 0;
	int64_t base = clock_mono_ns(), last = INT64_MIN;

	for (int i = 0; i < 1000; i++) {
		int64_t in = nasty[(size_t)i % (sizeof(nasty) / sizeof(nasty[0]))];
		int64_t out = stamp(
			&t, 0, in == CAM_NO_TS ? in : in / (1 + i % 2) * 1, base + i * 40 * MS, &mended);

		CHECK(out > last);
		CHECK(out - (base + i * 40 * MS) < 5 * CLOCK_SECOND &&
			out - (base + i * 40 * MS) > -5 * CLOCK_SECOND);
		last = out;
	}
	CHECK(mended > 0);
}

TEST(jump_of_an_hour_is_mended_once)
{
	struct timeline t = {0};
	unsigned mended = 0;
	int64_t base = clock_mono_ns(), last = 0;

	for (int i = 0; i < 50; i++) {
		int64_t in = i * 40 * MS + (i >= 25 ? 3600 * CLOCK_SECOND : 0);
		int64_t out = stamp(&t, 0, in, base + i * 40 * MS, &mended);

		CHECK(!last || (out - last > 30 * MS && out - last < 50 * MS));
		last = out;
	}
	CHECK_INT(mended, 1);
}

TEST(new_session_goes_on_where_it_arrives_without_a_mend)
{
	struct timeline t = {0};
	unsigned mended = 0;
	int64_t base = clock_mono_ns();

	stamp(&t, 0, 5 * CLOCK_SECOND, base, &mended);
	timeline_restart(&t);
	CHECK_INT(stamp(&t, 0, 0, base + 10 * CLOCK_SECOND, &mended), base + 10 * CLOCK_SECOND);
	CHECK_INT(mended, 0);
}

TEST(new_session_marks_what_comes_first_on_each_track)
{
	struct timeline t = {0};
	struct cam_buf a = {.track = 0}, b = {.track = 1}, c = {.track = 0}, d = {.track = 0};

	timeline_stamp(&t, &a);
	CHECK_INT(a.flags, 0);
	timeline_restart(&t);
	timeline_stamp(&t, &b);
	timeline_stamp(&t, &c);
	timeline_stamp(&t, &d);
	CHECK_INT(b.flags, 0);
	CHECK_INT(c.flags, CAM_DISCONTINUITY);
	CHECK_INT(d.flags, 0);
}

TEST(sequence_counts_each_track)
{
	struct timeline t = {0};
	struct cam_buf video = {.track = 0, .dts_ns = 0, .pts_ns = 0},
		       audio = {.track = 1, .dts_ns = 0, .pts_ns = 0};

	timeline_stamp(&t, &video);
	timeline_stamp(&t, &audio);
	timeline_stamp(&t, &video);
	CHECK_INT(video.seq, 1);
	CHECK_INT(audio.seq, 0);
}

/* @return the wall time of a packet that arrives now, by that of the monotonic clock */
static int64_t wall_at_arrival(struct timeline *t)
{
	struct cam_buf buf = {.arrival_ns = clock_mono_ns()};

	timeline_stamp(t, &buf);
	return buf.wall_ns;
}

TEST(a_wall_clock_that_is_set_right_is_followed_and_one_set_back_is_not)
{
	const int64_t hour = 3600 * CLOCK_SECOND, today = INT64_C(1790000000) * CLOCK_SECOND;
	struct timeline t = {0};
	int64_t before;

	wall = 12 * CLOCK_SECOND; /* 1970: nobody has told the time yet */
	before = wall_at_arrival(&t);
	CHECK(before < 20 * CLOCK_SECOND);
	wall = today;
	before = wall_at_arrival(&t);
	CHECK(before > today - CLOCK_SECOND && before <= today);
	wall = today - hour;
	CHECK(wall_at_arrival(&t) >= before);
	wall = today + 30 * CLOCK_SECOND; /* by so little: slowly */
	CHECK(wall_at_arrival(&t) < today + 10 * CLOCK_SECOND);
	wall = today + hour;
	CHECK(wall_at_arrival(&t) > today + hour - CLOCK_SECOND);
}

RUN_TESTS(T(good_stamps_pass_with_their_distances), T(dts_grows_whatever_the_camera_says),
	T(jump_of_an_hour_is_mended_once), T(new_session_goes_on_where_it_arrives_without_a_mend),
	T(new_session_marks_what_comes_first_on_each_track), T(sequence_counts_each_track),
	T(a_wall_clock_that_is_set_right_is_followed_and_one_set_back_is_not))
