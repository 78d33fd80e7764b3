/* SPDX-License-Identifier: MIT */
/* Two tracks of one camera: sound over the picture's line while the camera says so plausibly, and never the other way round. */
#include "core/bus/timeline.h"
#include "lib/clock.h"

#include "tests/check.h"

#include <math.h>

#define MS CLOCK_MS
#define ZERO (5000 * CLOCK_SECOND)

/* What is stamped, beside what is true. Seconds. */
struct av {
	double video_rate, audio_rate; /* of the stamps; 0: 1 */
	double said_apart; /* by how much sound is wrongly said to belong later */
	double apart; /* between the two clocks, when nothing is said of it */
	double jump; /* of the sound's clock at 60 s */
	bool synced; /* the camera has said something */
	double video_way, audio_way; /* how long each takes to come */
	double from; /* when errors begin to count */
};

struct av_result {
	double apart_ms; /* the largest distance of sound from picture */
	double video_off; /* the largest deviation of a step of the picture from 40 ms, in ms */
	double video_ms, audio_ms; /* the largest error against capture and way */
};

static double way_of(double way, unsigned *random)
{
	*random = *random * 1103515245u + 12345;
	return way + (*random >> 16) % 16 / 1000.;
}

static int64_t put(struct timeline *t, uint32_t track, double stamp, double arrival, bool synced)
{
	struct cam_buf b = {.track = track,
		.flags = synced ? CAM_SYNCED : 0,
		.n_planes = 1,
		.plane = {{NULL, track ? 160 : 12000, 0}},
		.dts_ns = (int64_t)llround(stamp * 1e9),
		.arrival_ns = ZERO + (int64_t)(arrival * 1e9)};

	b.pts_ns = b.dts_ns;
	(void)timeline_stamp(t, &b);
	CHECK_INT(b.flags & (CAM_SYNCED | CAM_EXACT), 0);
	return b.dts_ns;
}

/* 120 s of 25 pictures and 50 packets of sound a second. */
static struct av_result run(const struct av *a)
{
	struct timeline t = {0};
	struct av_result r = {0};
	double video_rate = a->video_rate > 0 ? a->video_rate : 1,
	       audio_rate = a->audio_rate > 0 ? a->audio_rate : 1;
	double video = 0, last = 0, sound = 0;
	unsigned random = 1;

	for (int i = 0; i < 6000; i++) {
		double now = i / 50.;
		double stamp =
			now * audio_rate + (a->synced ? a->said_apart : a->apart) + (now >= 60 ? a->jump : 0);

		if (i % 2 == 0) {
			last = video;
			video = (double)(put(&t, 0, now * video_rate, now + way_of(a->video_way, &random),
						 false) -
					 ZERO) /
				1e9;
			if (i > 0 && now > a->from)
				r.video_off = fmax(r.video_off, fabs(video - last - 0.04) * 1000);
			if (now > a->from)
				r.video_ms = fmax(r.video_ms, fabs(video - now - a->video_way) * 1000);
		}
		stamp = (double)(put(&t, 1, stamp, now + way_of(a->audio_way, &random), a->synced) - ZERO) /
			1e9;
		CHECK(stamp > sound || i == 0);
		sound = stamp;
		if (now > a->from)
			r.audio_ms = fmax(r.audio_ms, fabs(sound - now - a->audio_way) * 1000);
		if (i % 2 == 0 && now > a->from)
			r.apart_ms = fmax(r.apart_ms, fabs(sound - video) * 1000);
	}
	return r;
}

TEST(sound_goes_with_the_picture_when_the_camera_says_how)
{
	struct av a = {.synced = true, .video_way = 0.14, .audio_way = 0.10, .from = 15};

	CHECK(run(&a).apart_ms < 5);
	a.audio_way = 0.01;
	CHECK(run(&a).apart_ms < 5);
	a.audio_way = 0.4;
	CHECK(run(&a).apart_ms < 5);
	CHECK(run(&a).video_off < 0.4);
}

TEST(sound_goes_with_a_picture_whose_rate_is_wrong_in_the_same_way)
{
	const struct av a = {.synced = true,
		.video_rate = 0.833,
		.audio_rate = 0.833,
		.video_way = 0.14,
		.audio_way = 0.10,
		.from = 20};

	CHECK(run(&a).apart_ms < 60);
}

TEST(without_a_word_each_has_its_own_arrivals)
{
	struct av a = {.apart = 9, .video_way = 0.14, .audio_way = 0.10, .from = 15};

	CHECK(run(&a).apart_ms < 60);
	a.apart = -9;
	CHECK(run(&a).apart_ms < 60);
	a.video_rate = 0.833;
	a.from = 25;
	CHECK(run(&a).apart_ms < 60 + 40);
}

TEST(lies_move_sound_half_a_second_at_most_and_the_picture_never)
{
	static const double lies[] = {0.3, -0.3, 2, -2, 9, -9, 3600};
	const struct av honest = {.synced = true, .video_way = 0.14, .audio_way = 0.10};
	const struct av_result want = run(&honest);

	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		struct av a = honest;
		struct av_result r;

		a.said_apart = lies[i];
		r = run(&a);
		CHECK(r.apart_ms < 520);
		CHECK(r.video_off <= want.video_off && r.video_ms <= want.video_ms);
		a.from = 15;
		CHECK(fabs(lies[i]) < 1 || run(&a).apart_ms < 60);
	}
}

TEST(a_wrong_clock_of_sound_leaves_the_picture_alone)
{
	static const double rates[] = {0.5, 0.98, 1.2, 2};
	static const double jumps[] = {3600, -3600, 5, -5, 0.4, -0.4};
	const struct av honest = {.video_way = 0.14, .audio_way = 0.10};
	const struct av_result want = run(&honest);

	for (int synced = 0; synced < 2; synced++) {
		struct av a = honest;

		a.synced = synced;
		for (size_t i = 0; i < 4; i++) {
			a.audio_rate = rates[i];
			CHECK(run(&a).video_off <= want.video_off && run(&a).video_ms <= want.video_ms);
		}
		a.audio_rate = 1;
		for (size_t i = 0; i < 6; i++) {
			a.jump = jumps[i];
			CHECK(run(&a).video_off <= want.video_off && run(&a).video_ms <= want.video_ms);
			CHECK(run(&a).audio_ms < 500);
		}
	}
}

RUN_TESTS(T(sound_goes_with_the_picture_when_the_camera_says_how),
	T(sound_goes_with_a_picture_whose_rate_is_wrong_in_the_same_way),
	T(without_a_word_each_has_its_own_arrivals),
	T(lies_move_sound_half_a_second_at_most_and_the_picture_never),
	T(a_wrong_clock_of_sound_leaves_the_picture_alone))
