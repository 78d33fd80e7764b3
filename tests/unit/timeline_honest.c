/* SPDX-License-Identifier: MIT */
/*
 * Cameras whose clocks are right, over networks that are not: their steps come out as stamped, and nothing takes the
 * network for the clock. CAM_TEST_SEEDS: how many of each kind, else a few.
 */
#include "tests/unit/timeline_sim.h"

#include "tests/check.h"

#include <math.h>

#define HOLD 0.5

static const struct sim_camera cameras[] = {
	{.fps = 1}, {.fps = 5}, {.fps = 25}, {.fps = 60}, {.odd = true}, {.drops = 0.1}};
enum { N_CAMERAS = sizeof(cameras) / sizeof(cameras[0]) };

static unsigned seeds(unsigned usual)
{
	const char *wanted = getenv("CAM_TEST_SEEDS");

	return wanted ? (unsigned)strtoul(wanted, NULL, 10) : usual;
}

/* One run. @return its result; *ret_turns: how often another rate was found */
static struct sim_result run(const struct sim_camera *camera, const struct sim_net *net, double rate,
	unsigned long long seed, double hold, unsigned *ret_turns)
{
	struct timeline *t = calloc(1, sizeof(*t));
	struct sim s = sim_new(camera, net, seed);
	struct sim_result r;

	sim_stamp(&s, sim_rate, rate);
	sim_run(&s, t, hold);
	r = sim_measure(&s, 0, 50);
	*ret_turns = t->track[0].turns;
	sim_free(&s);
	free(t);
	return r;
}

static void check_honest(const struct sim_camera *camera, const struct sim_net *net, unsigned n)
{
	for (unsigned i = 0; i < 2 * seeds(n); i++) {
		unsigned turns;
		struct sim_result r = run(camera, net, 1, 100 + i / 2, i % 2 * HOLD, &turns);

		if (!r.grows || r.worst > 50 || r.off > 0 || turns || r.least_step < 0.99 ||
			r.most_step > 1.01)
			printf("# %g fps%s, seed %u: %.0f ms, %.4f off, %u turns, a burst's steps %.3f to "
			       "%.3f\n",
				camera->fps, camera->odd ? " odd" : "", 100 + i / 2, r.worst, r.off, turns,
				r.least_step, r.most_step);
		CHECK(r.grows && r.worst <= 50);
		CHECK(r.off <= 0);
		CHECK_INT(turns, 0);
		CHECK(r.least_step >= 0.99 && r.most_step <= 1.01);
	}
}

static void check_all(const struct sim_net *net, unsigned n)
{
	for (size_t i = 0; i < N_CAMERAS; i++)
		check_honest(&cameras[i], net, n);
}

TEST(wired)
{
	check_all(&(struct sim_net){0}, 2);
}

TEST(wireless)
{
	check_all(&(struct sim_net){.wifi = 1}, 3);
	check_all(&(struct sim_net){.wifi = 0.15}, 3);
}

TEST(stalls)
{
	check_all(&(struct sim_net){.stalls = 10}, 3);
	check_all(&(struct sim_net){.stall = {{60, 62}, {120, 122}}}, 2);
}

TEST(bunches)
{
	check_all(&(struct sim_net){.bunch = 0.2}, 2);
}

TEST(jitter)
{
	for (size_t i = 1; i < N_CAMERAS; i++)
		check_honest(&cameras[i], &(struct sim_net){.jitter = 0.06}, 3);
}

TEST(a_link_that_is_full_for_seconds)
{
	check_honest(&(struct sim_camera){.fps = 25},
		&(struct sim_net){.bits = 4e6, .slow = {{60, 66}, {110, 118}}}, 6);
}

TEST(keyframes_that_fill_the_link)
{
	struct sim_camera camera = {.gop = 10, .key_bytes = 1.5e6};
	unsigned turns;

	check_honest(&camera, &(struct sim_net){.bits = 10e6}, 3);
	CHECK(run(&camera, &(struct sim_net){.bits = 10e6}, 1, 7, HOLD, &turns).start < 50);
}

TEST(crystals)
{
	for (int ppm = -500; ppm <= 500; ppm += 1000) {
		for (size_t i = 0; i < N_CAMERAS; i++) {
			unsigned turns;
			struct sim_result r = run(
				&cameras[i], &(struct sim_net){.wifi = 1}, 1 + ppm * 1e-6, 3, HOLD, &turns);

			CHECK(r.worst <= 50 && r.off <= 0);
			CHECK_INT(turns, 0);
		}
	}
}

TEST(crystals_for_a_day)
{
	for (int ppm = -500; ppm <= 500; ppm += 1000) {
		struct sim_camera day = {.seconds = 86400, .fps = 5};
		unsigned turns;
		struct sim_result r =
			run(&day, &(struct sim_net){.jitter = 0.01}, 1 + ppm * 1e-6, 9, HOLD, &turns);

		CHECK(r.grows && r.worst <= 50 && r.off <= 0);
		CHECK_INT(turns, 0);
	}
}

TEST(what_a_camera_sends_from_its_memory_keeps_its_distances)
{
	struct sim_camera camera = {.seconds = 60, .from_memory = 5};

	for (unsigned seed = 1; seed <= seeds(5); seed++) {
		struct timeline *t = calloc(1, sizeof(*t));
		struct sim s = sim_new(&camera, &(struct sim_net){0}, seed);

		sim_run(&s, t, HOLD);
		CHECK(sim_worst(&s, 0, INFINITY) < 50);
		for (size_t i = 1; i < s.n; i++)
			CHECK(s.unit[i].captured > 5 ||
				fabs((s.unit[i].out - s.unit[i - 1].out) /
						(s.unit[i].stamp - s.unit[i - 1].stamp) -
					1) < 0.01);
		sim_free(&s);
		free(t);
	}
}

TEST(without_a_hold_it_is_squeezed_and_right_within_a_second)
{
	struct sim_camera camera = {.seconds = 60, .from_memory = 5};
	unsigned turns;
	struct sim_result r = run(&camera, &(struct sim_net){0}, 1, 4, 0, &turns);

	CHECK(r.grows && r.worst <= 50);
	CHECK_INT(turns, 0);
}

TEST(a_camera_that_pauses_for_eight_seconds)
{
	struct timeline *t = calloc(1, sizeof(*t));
	struct sim s = sim_new(&(struct sim_camera){0}, &(struct sim_net){0}, 5);
	struct sim_result r;
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		if (s.unit[i].captured < 60 || s.unit[i].captured > 68)
			s.unit[n++] = s.unit[i];
	s.n = n;
	sim_run(&s, t, 0);
	r = sim_measure(&s, 0, 50);
	CHECK(r.grows && r.worst <= 50 && r.off <= 0);
	sim_free(&s);
	free(t);
}

/* It cannot be told from a camera whose clock was set: it is followed without a step that anybody sees. */
TEST(a_way_that_grows_longer_for_good_is_followed)
{
	struct timeline *t = calloc(1, sizeof(*t));
	struct sim s =
		sim_new(&(struct sim_camera){0}, &(struct sim_net){.longer_from = 60, .longer = 0.4}, 5);
	struct sim_result r;
	double late;

	sim_run(&s, t, 0);
	r = sim_measure(&s, 0, 50);
	late = sim_worst(&s, 170, INFINITY);
	CHECK(r.grows && r.off <= 0);
	CHECK(sim_worst(&s, 15, 60) < 50 && late > 370 && late < 430);
	CHECK_INT(t->track[0].turns, 0);
	sim_free(&s);
	free(t);
}

/* An uplink that is too small again and again may be taken for a slow clock, seldom, and not for long. */
TEST(an_uplink_that_is_too_small)
{
	unsigned alarms = 0, n = seeds(10);

	for (unsigned seed = 1; seed <= n; seed++) {
		unsigned turns;
		struct sim_result r = run(
			&(struct sim_camera){0}, &(struct sim_net){.uplink = true}, 1, seed, HOLD, &turns);

		CHECK(r.grows);
		alarms += turns > 0;
	}
	CHECK(alarms <= 1 + n / 10);
}

RUN_TESTS(T(wired), T(wireless), T(stalls), T(bunches), T(jitter), T(a_link_that_is_full_for_seconds),
	T(keyframes_that_fill_the_link), T(crystals), T(crystals_for_a_day),
	T(what_a_camera_sends_from_its_memory_keeps_its_distances),
	T(without_a_hold_it_is_squeezed_and_right_within_a_second), T(a_camera_that_pauses_for_eight_seconds),
	T(a_way_that_grows_longer_for_good_is_followed), T(an_uplink_that_is_too_small))
