/* SPDX-License-Identifier: MIT */
/* Cameras whose clocks are wrong: too fast, too slow, absent, standing still, jumping. CAM_TEST_SEEDS as in timeline_honest.c. */
#include "tests/unit/timeline_sim.h"

#include "tests/check.h"

#include <math.h>

/* Within so long of a change a rate is found and what it cost is made up for. */
#define SETTLED 8.0
#define ALWAYS 1e9

static unsigned seeds(unsigned usual)
{
	const char *wanted = getenv("CAM_TEST_SEEDS");

	return wanted ? (unsigned)strtoul(wanted, NULL, 10) : usual;
}

/* Errors in ms: of all, and from `settled` s on. */
static struct timeline *check(const struct sim_camera *camera, const struct sim_net *net, sim_stamps *stamp,
	double arg, unsigned long long seed, double start_ms, double settled, double ms)
{
	static struct timeline t;
	struct sim s = sim_new(camera, net, seed);
	double before, after;
	bool grows;

	t = (struct timeline){0};
	sim_stamp(&s, stamp, arg);
	sim_run(&s, &t, 0);
	before = sim_worst(&s, 0, settled);
	after = sim_worst(&s, settled, INFINITY);
	grows = sim_measure(&s, 0, ms).grows;
	sim_free(&s);
	if (!grows || before > start_ms || after > ms)
		printf("# %g fps, %g, seed %llu: %.0f ms, from %.0f s on %.0f ms\n", camera->fps, arg, seed,
			before, settled, after);
	CHECK(grows);
	CHECK(before <= start_ms && after <= ms);
	return &t;
}

static void check_rates(const struct sim_net *net, double fps, double start_ms)
{
	static const double rates[] = {0.5, 0.703, 0.833, 0.95, 1.05, 1.2, 1.5, 2};

	for (size_t i = 0; i < sizeof(rates) / sizeof(rates[0]); i++) {
		double bound = fmax(350, 4 / fps * 1000 * fabs(1 - 1 / rates[i]));

		for (unsigned seed = 1; seed <= seeds(2); seed++) {
			struct timeline *t = check(&(struct sim_camera){.fps = fps}, net, sim_rate, rates[i],
				seed, fmax(start_ms, bound), fps < 2 ? 16 : 10, bound);

			CHECK(fabs(timeline_clock_rate(&t->track[0]) / rates[i] - 1) < 0.01);
		}
	}
}

TEST(rates_from_half_to_double_wired)
{
	check_rates(&(struct sim_net){0}, 25, 350);
	check_rates(&(struct sim_net){0}, 60, 350);
}

TEST(rates_from_half_to_double_wireless)
{
	check_rates(&(struct sim_net){.wifi = 1}, 25, 500);
	check_rates(&(struct sim_net){.wifi = 1}, 60, 500);
}

TEST(rates_of_slow_cameras)
{
	check_rates(&(struct sim_net){0}, 5, 400);
	check_rates(&(struct sim_net){0}, 1, 700);
}

TEST(rates_that_are_nearly_right)
{
	for (double rate = 0.98; rate < 1.021; rate += 0.01)
		for (unsigned seed = 1; seed <= seeds(2); seed++)
			check(&(struct sim_camera){0}, &(struct sim_net){0}, sim_rate, rate, seed, 300, 30,
				250);
}

/* From 60 s to 120 s it runs at another rate. */
static double night(const struct sim_at *at)
{
	return 1000 + at->t + (fmin(fmax(at->t, 60), 120) - 60) * (at->arg - 1);
}

TEST(a_rate_that_changes_for_the_night)
{
	static const double rates[] = {0.833, 0.5, 2};

	for (size_t i = 0; i < 3; i++) {
		for (unsigned seed = 1; seed <= seeds(3); seed++) {
			struct timeline t = {0};
			struct sim s = sim_new(&(struct sim_camera){0}, &(struct sim_net){0}, seed);

			sim_stamp(&s, night, rates[i]);
			sim_run(&s, &t, 0);
			CHECK(sim_worst(&s, 15, 60) < 50);
			CHECK(sim_worst(&s, 60, 60 + SETTLED) < (i ? 2000 : 400));
			CHECK(sim_worst(&s, 60 + SETTLED, 120) < 350);
			CHECK(sim_worst(&s, 120 + SETTLED, INFINITY) < 350);
			sim_free(&s);
		}
	}
}

TEST(the_rate_is_kept_over_sessions)
{
	static const double rates[] = {0.5, 0.833, 1.2, 2};

	for (size_t r = 0; r < 4; r++) {
		struct timeline t = {0};
		struct sim s = sim_new(&(struct sim_camera){.seconds = 185}, &(struct sim_net){0}, 3);
		size_t n = 0;

		sim_stamp(&s, sim_rate, rates[r]);
		for (size_t i = 0; i < s.n; i++) {
			struct sim_unit u = s.unit[i];

			u.session = u.captured < 60 ? 0 : u.captured < 125 ? 1 : 2;
			u.stamp += 777 * u.session;
			if (u.captured < 60 || (u.captured >= 65 && u.captured < 120) || u.captured >= 125)
				s.unit[n++] = u;
		}
		s.n = n;
		sim_run(&s, &t, 0);
		CHECK(sim_measure(&s, 0, 0).grows);
		CHECK(sim_worst(&s, 65, INFINITY) < 60);
		sim_free(&s);
	}
}

/* ---- stamps that are no good ---- */

static double still(const struct sim_at *at)
{
	return at->t < 0 ? 0 : 1000;
}

TEST(absent_or_standing_still)
{
	static const double fps[] = {1, 5, 10, 25, 30, 50, 60};

	for (size_t i = 0; i < sizeof(fps) / sizeof(fps[0]); i++) {
		for (unsigned seed = 1; seed <= seeds(3); seed++) {
			const struct sim_camera c = {.fps = fps[i]};

			check(&c, &(struct sim_net){0}, sim_none, 0, seed, 100, 15, 100);
			check(&c, &(struct sim_net){0}, still, 0, seed, 100, 15, 100);
		}
	}
	check(&(struct sim_camera){0}, &(struct sim_net){.wifi = 1}, sim_none, 0, 3, 400, 15, 400);
}

TEST(a_pause_without_stamps)
{
	struct timeline t = {0};
	struct sim s = sim_new(&(struct sim_camera){0}, &(struct sim_net){0}, 5);
	size_t n = 0;

	sim_stamp(&s, sim_none, 0);
	for (size_t i = 0; i < s.n; i++)
		if (s.unit[i].captured < 60 || s.unit[i].captured > 68)
			s.unit[n++] = s.unit[i];
	s.n = n;
	sim_run(&s, &t, 0);
	CHECK(sim_measure(&s, 0, 0).grows && sim_worst(&s, 0, INFINITY) < 100);
	sim_free(&s);
}

static double still_for_a_while(const struct sim_at *at)
{
	return 1000 + (at->t > 60 && at->t < 75 ? 60 : at->t);
}

static double whole_seconds(const struct sim_at *at)
{
	return 1000 + floor(at->t);
}

static double ms_as_90k(const struct sim_at *at)
{
	return 1000 + at->t / 90;
}

TEST(of_another_unit)
{
	check(&(struct sim_camera){0}, &(struct sim_net){0}, still_for_a_while, 0, 1, 50, 15, 100);
	check(&(struct sim_camera){0}, &(struct sim_net){0}, whole_seconds, 0, 1, 100, 15, 100);
	check(&(struct sim_camera){0}, &(struct sim_net){0}, ms_as_90k, 0, 1, 900, 10, 50);
}

static double pairs(const struct sim_at *at)
{
	return 1000 + at->sim->unit[at->i / 2 * 2].captured * at->arg;
}

static double tenth_repeated(const struct sim_at *at)
{
	return 1000 + at->sim->unit[at->i % 10 == 9 ? at->i - 1 : at->i].captured;
}

TEST(shared_by_pictures_and_fields)
{
	for (unsigned seed = 1; seed <= seeds(3); seed++) {
		check(&(struct sim_camera){0}, &(struct sim_net){0}, pairs, 1, seed, 50, 15, 50);
		check(&(struct sim_camera){.fps = 50}, &(struct sim_net){0}, pairs, 1, seed, 50, 15, 50);
		check(&(struct sim_camera){0}, &(struct sim_net){.wifi = 1}, pairs, 1, seed, 900, 15, 50);
		check(&(struct sim_camera){0}, &(struct sim_net){0}, tenth_repeated, 0, seed, 50, 15, 50);
		check(&(struct sim_camera){0}, &(struct sim_net){0}, pairs, 0.833, seed, 350, 15, 350);
	}
}

/* ---- clocks that are set ---- */

static double jump(const struct sim_at *at)
{
	return 10000 + at->t + (at->t >= 60 ? at->arg : 0);
}

static double jump_each(const struct sim_at *at)
{
	return 10000 + at->t + at->arg * floor(at->t / 10);
}

static double twentieth(const struct sim_at *at)
{
	return 100000 + at->t - (at->i % 20 == 19 ? 9800 : 0);
}

static double noise(const struct sim_at *at)
{
	return 1000 + at->t + at->arg * (2 * sim_random(at->sim) - 1);
}

TEST(jumps)
{
	static const double by[] = {
		3600, -3600, 9800, -9800, 47721.858, -47721.858, 1, -1, 3, -3, 5, -5, 0.3, -0.3};

	for (size_t i = 0; i < sizeof(by) / sizeof(by[0]); i++) {
		check(&(struct sim_camera){0}, &(struct sim_net){0}, jump, by[i], 2, 50, 15, 50);
		check(&(struct sim_camera){0}, &(struct sim_net){.wifi = 1}, jump, by[i], 2, 900, 15, 60);
	}
	check(&(struct sim_camera){0}, &(struct sim_net){0}, twentieth, 0, 2, 60, 15, 50);
	check(&(struct sim_camera){0}, &(struct sim_net){0}, jump_each, 0.15, 2, 250, 15, 250);
	check(&(struct sim_camera){0}, &(struct sim_net){0}, jump_each, -0.15, 2, 250, 15, 250);
	check(&(struct sim_camera){0}, &(struct sim_net){0}, noise, 0.06, 2, 200, 15, 200);
}

RUN_TESTS(T(rates_from_half_to_double_wired), T(rates_from_half_to_double_wireless), T(rates_of_slow_cameras),
	T(rates_that_are_nearly_right), T(a_rate_that_changes_for_the_night),
	T(the_rate_is_kept_over_sessions), T(absent_or_standing_still), T(a_pause_without_stamps),
	T(of_another_unit), T(shared_by_pictures_and_fields), T(jumps))
