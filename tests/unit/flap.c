/* SPDX-License-Identifier: MIT */
/* Lines of what comes and goes: the first few, then a count, at last what it has come to. */
#include "core/plugin/flap.h"

#include "lib/clock.h"

#include "tests/check.h"

#define MINUTE (60 * CLOCK_SECOND)
/* Clocks of a machine begin somewhere. */
#define BEGAN (1000 * CLOCK_SECOND)

static struct flap f;
static char last[FLAP_SUMMARY];

/* It comes and goes each `period` from second `from` to `to`, looked at each second. @return lines told */
static int come_and_go(int from, int to, int period)
{
	int told = 0;

	for (int s = from; s < to; s++) {
		int64_t now = BEGAN + s * CLOCK_SECOND;

		if (s % period == 0) {
			char line[32];

			told += flap_event(&f, now, true, "live");
			snprintf(line, sizeof(line), "refused %d", s);
			told += flap_event(&f, now + CLOCK_SECOND / 2, false, line);
		}
		told += flap_look(&f, now, last);
	}
	return told;
}

TEST(the_first_few_are_told)
{
	f = (struct flap){0};
	for (int i = 0; i < FLAP_FEW; i++)
		CHECK(flap_event(&f, BEGAN + i, i % 2, "x"));
	CHECK(!flap_event(&f, BEGAN + FLAP_FEW, true, "x"));
	CHECK(!flap_look(&f, BEGAN + MINUTE / 2, last));
}

TEST(then_a_line_a_minute_counts_them)
{
	f = (struct flap){0};
	CHECK_INT(come_and_go(0, 60, 1), FLAP_FEW);
	CHECK_INT(come_and_go(60, 660, 1), 10);
	CHECK_STR(last, "came and went 60 times in the last minute; now: refused 603");
}

TEST(an_hour_of_any_rhythm_has_few_lines)
{
	for (int period = 1; period < 300; period++) {
		int told;

		f = (struct flap){0};
		told = come_and_go(0, 3600, period);
		CHECK(told <= FLAP_FEW + 120);
		CHECK(told >= 50 || period > 60);
	}
}

TEST(at_last_it_says_what_it_has_come_to)
{
	f = (struct flap){0};
	come_and_go(0, 120, 1);
	CHECK(!flap_event(&f, BEGAN + 120 * CLOCK_SECOND, true, "live: H264"));
	CHECK_INT(come_and_go(121, 180, 1000), 1);
	CHECK(strstr(last, "now: live: H264"));
	CHECK_INT(come_and_go(181, 260, 1000), 1);
	CHECK_STR(last, "nothing has changed for a minute: live: H264");
	CHECK(!f.counts && f.is_up);
	CHECK_INT(come_and_go(261, 900, 1000), 0);
}

TEST(what_only_fails_is_said_to_have_failed)
{
	f = (struct flap){0};
	for (int i = 0; i < 60; i++)
		flap_event(&f, BEGAN + i * CLOCK_SECOND, false, i % 2 ? "no route" : "refused");
	CHECK(flap_look(&f, BEGAN + 67 * CLOCK_SECOND, last));
	CHECK_STR(last, "failed 54 times in the last minute; now: no route");
}

TEST(what_happens_seldom_is_always_told)
{
	f = (struct flap){0};
	for (int i = 0; i < 100; i++)
		CHECK(flap_event(&f, BEGAN + i * MINUTE, i % 2, "x"));
}

RUN_TESTS(T(the_first_few_are_told), T(then_a_line_a_minute_counts_them),
	T(an_hour_of_any_rhythm_has_few_lines), T(at_last_it_says_what_it_has_come_to),
	T(what_only_fails_is_said_to_have_failed), T(what_happens_seldom_is_always_told))
