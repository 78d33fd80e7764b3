/* SPDX-License-Identifier: MIT */
/**
 * @file rate.h
 * How fast a track's clock runs, by its arrivals: two tests, one that is quick and may be taken back, one that is slow and
 * sure. Part of timeline.c; each function works on the track that it is given.
 */
#ifndef CAM_BUS_RATE_H
#define CAM_BUS_RATE_H
#include "core/bus/pace.h"
#include <cam/plugin.h>

#include "core/bus/track.h"
#include "lib/clock.h"

/* @param at_ns CAM_NO_TS: never */
static inline bool rate_since(int64_t at_ns, int64_t now_ns, int64_t span_ns)
{
	return at_ns != CAM_NO_TS && now_ns - at_ns <= span_ns;
}

/* Beyond, a rate is wrong; below, a crystal is warm. */
#define RATE_WRONG 0.02
/* Rates are found anew below this only by slow integration. */
#define RATE_TRIM 0.002
/* What was found must stand so long; so long no other is looked for slowly. */
#define RATE_STANDS (10 * CLOCK_SECOND)
/* Seconds that prove a wrong rate, and that prove one that is wrong by this. */
enum { RATE_SURE = 12, RATE_SOON = 6 };
#define RATE_PLAIN 0.04
#define RATE_TRIM_AFTER (20 * CLOCK_SECOND)
/* Packets that are later than usual by this, or by 1.5 times their jitter, cast doubt. */
#define RATE_DOUBT_US 150e3
#define RATE_DOUBT_JITTER 1.5
enum { RATE_DOUBT_EARLY = 3 };
/* A session that was right so long is doubted over longer whiles only, and whose link is full not at all for a while. */
#define RATE_PROVEN (5 * CLOCK_SECOND)
#define RATE_PROVEN_SPAN_US 1600e3
/* Who is early is held back to where it costs little, so there is time to be sure. */
#define RATE_EARLY_SPAN_US 1600e3
#define RATE_FULL (10 * CLOCK_SECOND)
#define RATE_FULL_YOUNG CLOCK_SECOND
/* No crystal and no unit of time is further off: nothing is, that is worth following. */
#define RATE_MOST 128.0

static inline bool rate_is_wrong(double rate)
{
	return arrivals_abs(rate - 1) > RATE_WRONG;
}

/* The line goes on from where it is, at this rate. */
static inline void rate_turn(struct timeline_track *k, double rate, int64_t now_ns)
{
	double by;

	rate = arrivals_min(arrivals_max(rate, 1 / RATE_MOST), RATE_MOST);
	by = rate / k->rate;
	arrivals_turn(&k->seen, by, k->line_ns);
	k->rate = rate;
	k->step_ns = (int64_t)((double)k->step_ns * by);
	k->changed_ns = now_ns;
}

/* A rate that was found quickly is given up when the delays go back more than half of the way. */
static inline bool rate_revoke(struct timeline_track *k, int64_t now_ns)
{
	unsigned n = k->seen.n_seconds < ARRIVALS_RECENT ? k->seen.n_seconds : ARRIVALS_RECENT;
	double slope = arrivals_slope(&k->seen, n, false);

	k->provisional = false;
	if (arrivals_abs(slope) * k->rate <= 0.5 * arrivals_abs(k->rate - k->prior))
		return false;
	rate_turn(k, rate_is_wrong(k->prior) ? 1 : k->prior, now_ns);
	k->recovering = true;
	k->turns++;
	arrivals_forget(&k->seen);
	return true;
}

/* Small and even over a minute: crystals. */
static inline void rate_trim(struct timeline_track *k, int64_t now_ns)
{
	double slope = arrivals_slope(&k->seen, k->seen.n_seconds, true);

	if (arrivals_abs(slope) >= RATE_WRONG)
		return;
	if (arrivals_abs(slope) > RATE_TRIM) {
		rate_turn(k, k->rate * (1 + slope), now_ns);
		k->recovering = false;
	} else {
		k->rate *= 1 + arrivals_max(-1e-4, arrivals_min(1e-4, slope / 16));
	}
}

/* A link that is full looks like a slow clock, but not for half a minute. */
static inline bool rate_link_is_full(const struct timeline_track *k)
{
	unsigned n = k->seen.n_seconds;

	if (arrivals_follow_sizes(&k->seen, 10e6) != ARRIVALS_YES)
		return false;
	return n < 30 || arrivals_abs(arrivals_slope(&k->seen, n < 32 ? n : 32, true)) <= RATE_WRONG;
}

/* Each second. */
static inline void rate_test_slowly(struct timeline_track *k, int64_t now_ns)
{
	unsigned n = k->seen.n_seconds;
	double slope;

	if (rate_since(k->changed_ns, now_ns, RATE_STANDS))
		return;
	if (k->provisional && n >= 4 && rate_revoke(k, now_ns))
		return;
	if (!k->provisional)
		k->told = k->rate;
	slope = n >= RATE_SOON ? arrivals_slope(&k->seen, RATE_SOON, true) : 0;
	if (arrivals_abs(slope) < RATE_PLAIN)
		slope = n >= RATE_SURE ? arrivals_slope(&k->seen, RATE_SURE, true) : 0;
	if (arrivals_abs(slope) > RATE_WRONG) {
		if (rate_link_is_full(k))
			return;
		rate_turn(k, k->rate * (1 + slope), now_ns);
		k->recovering = true;
		k->turns++;
	} else if (n >= 20 && !rate_since(k->changed_ns, now_ns, RATE_TRIM_AFTER)) {
		rate_trim(k, now_ns);
	}
}

/* What came before belongs to the old rate: but for the least delay by the new one, it is forgotten. */
static inline void rate_turn_quickly(struct timeline_track *k, const struct pace *found, int64_t now_ns)
{
	unsigned low = arrivals_lowest(&k->seen, found->n, found->n + 1, found->rate);
	int64_t delay = now_ns - k->line_ns + (int64_t)(1000 * arrivals_delay(&k->seen, low, found->rate));

	if (!k->provisional)
		k->prior = k->rate;
	rate_turn(k, found->rate, now_ns);
	k->recovering = true;
	k->provisional = rate_is_wrong(found->rate);
	k->turns++;
	arrivals_forget(&k->seen);
	arrivals_forget_spread(&k->seen);
	k->seen.open = (struct arrivals_second){k->line_ns, delay, delay};
	k->seen.open_from_ns = now_ns;
	k->seen.has_open = true;
}

/* What this packet is a reason to doubt. */
static inline struct pace_doubt rate_doubt(const struct timeline_track *k, int64_t now_ns)
{
	int64_t usual = arrivals_least(&k->seen);
	double late_us = usual == ARRIVALS_NONE ? 0 : (double)(now_ns - k->line_ns - usual) / 1000, jitter_us;
	struct pace_doubt doubt = {.rate = k->rate,
		.late_us = RATE_DOUBT_US,
		.early = k->early >= RATE_DOUBT_EARLY,
		.proven = now_ns - k->session_ns > RATE_PROVEN &&
			  !(rate_is_wrong(k->rate) && rate_since(k->changed_ns, now_ns, RATE_STANDS))};

	if (late_us > RATE_DOUBT_US) {
		jitter_us = k->seen.n_spreads ? k->seen.jitter_us
					      : arrivals_spread(&k->seen, k->seen.n_points, k->rate);
		doubt.late_us = arrivals_max(RATE_DOUBT_US, RATE_DOUBT_JITTER * jitter_us);
		doubt.late = late_us > doubt.late_us;
	}
	doubt.least_span_us = !doubt.late ? RATE_EARLY_SPAN_US : doubt.proven ? RATE_PROVEN_SPAN_US : 0;
	return doubt;
}

/* Each packet: something is wrong, and it takes too long to be sure. */
static inline void rate_test_quickly(struct timeline_track *k, int64_t now_ns)
{
	struct pace_doubt doubt = rate_doubt(k, now_ns);
	enum arrivals_sizes full;
	struct pace found;

	if (!(doubt.late || doubt.early) ||
		(doubt.late && rate_since(k->full_ns, now_ns, doubt.proven ? RATE_FULL : RATE_FULL_YOUNG)))
		return;
	found = pace_find(&k->seen, &doubt);
	if (!found.n)
		return;
	full = arrivals_follow_sizes(&k->seen, arrivals_max(2e6, found.span_us));
	if (full == ARRIVALS_NO)
		rate_turn_quickly(k, &found, now_ns);
	else if (full == ARRIVALS_YES && doubt.late)
		k->full_ns = now_ns;
}
#endif
