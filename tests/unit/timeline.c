/* SPDX-License-Identifier: MIT */
#include "core/bus/timeline.h"

#include "lib/clock.h"

#include "tests/check.h"

#define MS CLOCK_MS
/* Stamps beyond are none. */
#define SANE_MOST (INT64_C(50) * 366 * 86400 * CLOCK_SECOND)

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

/* @return the wall time of a packet that arrives now, or when the clocks are looked at next */
static int64_t wall_at_arrival(struct timeline *t)
{
	int64_t now = clock_mono_ns(), next = t->wall.looked_ns + WALL_LOOK_EACH;
	struct cam_buf buf = {.arrival_ns = now > next ? now : next};

	timeline_stamp(t, &buf);
	return buf.wall_ns;
}

TEST(a_wall_clock_that_is_set_is_followed_at_once_and_one_that_drifts_slowly)
{
	const int64_t hour = 3600 * CLOCK_SECOND, today = INT64_C(1790000000) * CLOCK_SECOND;
	struct timeline t = {0};
	int64_t before;

	wall = 12 * CLOCK_SECOND; /* 1970: nobody has told the time yet */
	before = wall_at_arrival(&t);
	CHECK(before < 20 * CLOCK_SECOND);
	wall = today;
	before = wall_at_arrival(&t);
	CHECK(before > today - CLOCK_SECOND && before <= today + CLOCK_SECOND);
	CHECK_INT(t.wall.sets, 1);
	wall = today + 30 * CLOCK_SECOND; /* by so little: slowly */
	CHECK(wall_at_arrival(&t) < today + 10 * CLOCK_SECOND);
	CHECK_INT(t.wall.sets, 1);
	wall = today + hour;
	CHECK(wall_at_arrival(&t) > today + hour - CLOCK_SECOND);
	CHECK_INT(t.wall.sets, 2);
	wall = today; /* back */
	before = wall_at_arrival(&t);
	CHECK(before > today - CLOCK_SECOND && before <= today + CLOCK_SECOND);
	CHECK_INT(t.wall.sets, 3);
	CHECK(t.wall.set_by_ns < -hour + CLOCK_SECOND && t.wall.set_by_ns > -hour - CLOCK_SECOND);
	wall = today - 5 * CLOCK_SECOND;
	CHECK(wall_at_arrival(&t) < today - 4 * CLOCK_SECOND);
	wall -= CLOCK_SECOND / 2; /* by so little: slowly */
	CHECK(wall_at_arrival(&t) > wall + CLOCK_SECOND / 4);
	CHECK_INT(t.wall.sets, 4);
}

TEST(a_wall_clock_is_followed_at_500_ppm)
{
	struct wall w = {0};
	const int64_t start = INT64_C(1790000000) * CLOCK_SECOND;

	CHECK(!wall_follow(&w, 0, start));
	for (int64_t now = CLOCK_SECOND; now <= 100 * CLOCK_SECOND; now += CLOCK_SECOND)
		CHECK(!wall_follow(&w, now, start + now + 500 * MS));
	CHECK_INT(w.offset_ns - start, 50 * MS);
	for (int64_t now = 101 * CLOCK_SECOND; now <= 2000 * CLOCK_SECOND; now += CLOCK_SECOND)
		CHECK(!wall_follow(&w, now, start + now - 500 * MS));
	CHECK_INT(w.offset_ns - start, -500 * MS);
	CHECK_INT(w.sets, 0);
}

/* ---- what real cameras did ---- */

struct camera_said {
	double stamp_ms, arrive_ms; /* from one packet to the next; no stamps at all: 0 */
	int64_t seconds;
};

/* @return how far media time is from the arrival, at the end */
static int64_t off_by(const struct camera_said *c)
{
	struct timeline t = {0};
	unsigned mended = 0;
	double in = 0, at = 0;
	int64_t off = 0;

	for (; at < (double)c->seconds * 1000; at += c->arrive_ms, in += c->stamp_ms) {
		int64_t arrival = (int64_t)(at * 1e6) + CLOCK_SECOND;

		off = stamp(&t, 0, c->stamp_ms > 0 ? (int64_t)(in * 1e6) : CAM_NO_TS, arrival, &mended) -
		      arrival;
	}
	return off;
}

TEST(what_is_recorded_is_as_long_as_it_took)
{
	static const struct camera_said said[] = {{40, 40, 3600}, {40, 48, 3600}, {83.33, 118.6, 3600},
		{40.008, 40, 86400}, {40, 33.33, 3600}, {0, 100, 600}, {0, 40, 600}, {0, 1000 / 30., 600},
		{0, 1000 / 60., 600}, {1e-6, 1000 / 30., 600}};

	for (size_t i = 0; i < sizeof(said) / sizeof(said[0]); i++) {
		int64_t off = off_by(&said[i]);

		if (off > 50 * MS || off < -50 * MS)
			printf("# %g ms stamped, %g ms apart: off by %lld ms\n", said[i].stamp_ms,
				said[i].arrive_ms, (long long)(off / MS));
		CHECK(off <= 50 * MS && off >= -50 * MS);
	}
}

TEST(pts_lead_dts_by_the_rate)
{
	struct timeline t = {0};

	for (int i = 0; i < 1000; i++) { /* 40 ms stamped every 48 ms, shown two later */
		struct cam_buf b = {
			.dts_ns = i * 40 * MS, .pts_ns = (i + 2) * 40 * MS, .arrival_ns = i * 48 * MS};

		timeline_stamp(&t, &b);
		CHECK(i < 900 || (b.pts_ns - b.dts_ns > 95 * MS && b.pts_ns - b.dts_ns < 97 * MS));
	}
	CHECK(timeline_clock_rate(&t.track[0]) > 0.83 && timeline_clock_rate(&t.track[0]) < 0.84);
}

TEST(exact_stamps_are_believed_whenever_they_come)
{
	struct timeline t = {0};
	int64_t last = 0;

	for (int i = 0; i < 1000; i++) { /* replayed ten times as fast */
		struct cam_buf b = {.flags = CAM_EXACT,
			.dts_ns = i * 40 * MS,
			.pts_ns = i * 40 * MS,
			.arrival_ns = CLOCK_SECOND + i * 4 * MS};

		CHECK_INT(timeline_stamp(&t, &b), 0);
		CHECK_INT(b.flags, 0);
		CHECK(i == 0 || b.dts_ns - last == 40 * MS);
		last = b.dts_ns;
	}
}

static int64_t hostile(uint64_t *random, int kind)
{
	*random = *random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	switch (kind) {
	case 0:
		return (int64_t)*random; /* anything */
	case 1:
		return (int64_t)(*random >> 24); /* within minutes */
	case 2:
		return *random >> 63 ? CAM_NO_TS : INT64_MAX;
	case 3:
		return *random >> 63 ? SANE_MOST : -SANE_MOST;
	default:
		return (int64_t)(*random >> 60) * 40 * MS; /* a few */
	}
}

TEST(dts_grow_strictly_whatever_is_stamped_and_nothing_overflows)
{
	uint64_t random = 1;

	for (int run = 0; run < 60; run++) {
		struct timeline t = {0};
		int64_t at = CLOCK_SECOND, last[CAM_MAX_TRACKS] = {0}, good = 0;

		for (int i = 0; i < 5000; i++) {
			int kind = i / 500 % 2 ? run % 5 : (int)(random >> 40) % 5;
			struct cam_buf b = {.track = (uint32_t)(random >> 33) % CAM_MAX_TRACKS,
				.flags = random >> 62 ? CAM_SYNCED : 0,
				.dts_ns = hostile(&random, kind),
				.pts_ns = hostile(&random, kind)};

			at += (int64_t)(hostile(&random, 0) & 0x3ffffff);
			b.arrival_ns = at;
			if (i % 3 == 0)
				b.dts_ns = b.pts_ns = good += 40 * MS;
			if (i % 1777 == 1776)
				timeline_restart(&t);
			(void)timeline_stamp(&t, &b);
			CHECK(b.pts_ns >= b.dts_ns);
			CHECK(b.dts_ns > last[b.track] || !last[b.track]);
			last[b.track] = b.dts_ns;
		}
	}
}

RUN_TESTS(T(good_stamps_pass_with_their_distances), T(dts_grows_whatever_the_camera_says),
	T(jump_of_an_hour_is_mended_once), T(new_session_goes_on_where_it_arrives_without_a_mend),
	T(new_session_marks_what_comes_first_on_each_track), T(sequence_counts_each_track),
	T(a_wall_clock_that_is_set_is_followed_at_once_and_one_that_drifts_slowly),
	T(a_wall_clock_is_followed_at_500_ppm), T(what_is_recorded_is_as_long_as_it_took),
	T(pts_lead_dts_by_the_rate), T(exact_stamps_are_believed_whenever_they_come),
	T(dts_grow_strictly_whatever_is_stamped_and_nothing_overflows))
