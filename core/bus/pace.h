/* SPDX-License-Identifier: MIT */
/**
 * @file pace.h
 * Another rate, found within a second or so: when packets come ever later, or before their time, is there one rate at which
 * the least delays of the past while lie even? A stall or a burst has no such rate. Pure.
 */
#ifndef CAM_BUS_PACE_H
#define CAM_BUS_PACE_H
#include "core/bus/arrivals.h"

/** In what way the present rate is doubted. */
struct pace_doubt {
	double rate; /**< the present one, as timeline_track.rate */
	bool late, early; /**< packets come late, or before their time */
	bool proven; /**< the present rate has been right for a while */
	double late_us; /**< by how much more than usual; what a test needs */
	double least_span_us; /**< shorter whiles prove nothing */
};

struct pace {
	double rate;
	double span_us; /**< over which it was found */
	unsigned n; /**< and over how many steps; 0: none was found */
};

/* Steps of which the lowest of each quarter can be had, and which are not moved by one of them. */
enum { PACE_FEW = 8 };

/* What comes once in so long is a stall: 15 % of the while, or twice the mean distance and 40 ms. */
static inline bool pace_has_gap(const struct arrivals *a, unsigned n)
{
	double span = -arrivals_age(a, n), gap = arrivals_max(2 * span / n + 40e3, 0.15 * span);

	for (unsigned i = 0; i < n; i++)
		if (arrivals_age(a, i) - arrivals_age(a, i + 1) > gap)
			return true;
	return false;
}

/* The lowest of each of four parts, or, of few, every fourth. @return how many, oldest first */
static inline unsigned pace_low(const struct arrivals *a, unsigned n, double rate, unsigned ret[5])
{
	unsigned m = n + 1;

	for (unsigned j = 0; j < 5; j++)
		ret[j] = n - n * j / 4;
	if (n < PACE_FEW)
		return 5;
	for (unsigned j = 0; j < 4; j++)
		ret[j] = arrivals_lowest(a, n - m * j / 4, m * (j + 1) / 4 - m * j / 4, rate);
	return 4;
}

/* Each part has had 0.5 to 1.5 of its share of what has been gained. */
static inline bool pace_is_even(const struct arrivals *a, const unsigned *low, unsigned n, double rate)
{
	double gained = arrivals_delay(a, low[n - 1], rate) - arrivals_delay(a, low[0], rate);
	double span = arrivals_stamped(a, low[n - 1]) - arrivals_stamped(a, low[0]);

	for (unsigned j = 0; j + 1 < n; j++) {
		double share = (arrivals_stamped(a, low[j + 1]) - arrivals_stamped(a, low[j])) / span;
		double has = (arrivals_delay(a, low[j + 1], rate) - arrivals_delay(a, low[j], rate)) / gained;

		if (!(has > 0.5 * share && has < 1.5 * share))
			return false;
	}
	return true;
}

/* What less is gained by, or lost, is noise. */
#define PACE_LEAST_US 60e3
/* A rate that is off by less is none; by less, of few, is chance. */
#define PACE_LEAST 0.03
#define PACE_LEAST_OF_FEW 0.045

/* Whether so much gained is enough, and goes the way of the doubt. */
static inline bool pace_is_doubted(
	const struct pace_doubt *d, double gained_us, double stamped_us, unsigned n)
{
	if (d->late && !d->early && gained_us < 0.6 * d->late_us)
		return false;
	if (d->early && !d->late && gained_us > -PACE_LEAST_US)
		return false;
	return arrivals_abs(gained_us) >= PACE_LEAST_US &&
	       arrivals_abs(gained_us / stamped_us) >=
		       (n < PACE_FEW ? PACE_LEAST_OF_FEW : PACE_LEAST) * d->rate;
}

/* Whether this is the rate of a clock; a very fast one takes a while to be told from a burst. */
static inline bool pace_is_sane(double rate, double span_us, unsigned n)
{
	return rate >= 0.4 && (rate <= 2.6 || (n >= 16 && span_us >= 800e3));
}

/* Over the past span_us. @return the rate, or 0 */
static inline double pace_over(
	const struct arrivals *a, const struct pace_doubt *d, double span_us, unsigned n)
{
	double stamped, gained, rate;
	unsigned low[5], lows;

	if (n < 4 || -arrivals_age(a, n) < 0.9 * span_us || -arrivals_stamped(a, n) <= 0 ||
		pace_has_gap(a, n))
		return 0;
	lows = pace_low(a, n, d->rate, low);
	gained = arrivals_delay(a, low[lows - 1], d->rate) - arrivals_delay(a, low[0], d->rate);
	stamped = arrivals_stamped(a, low[lows - 1]) - arrivals_stamped(a, low[0]);
	if (stamped <= 0.5 * -arrivals_stamped(a, n) || !pace_is_doubted(d, gained, stamped, n))
		return 0;
	rate = d->rate + gained / stamped;
	if (!pace_is_sane(rate, span_us, n) || !pace_is_even(a, low, lows, d->rate))
		return 0;
	return arrivals_abs(rate - 1) < 0.02 ? 1 : rate;
}

/** @return the rate that explains the doubt, from the shortest while that shows one */
static inline struct pace pace_find(const struct arrivals *a, const struct pace_doubt *d)
{
	static const double spans_us[] = {400e3, 800e3, 1600e3, 3200e3, 6400e3};

	for (unsigned i = 0; a->n_points > 4 && i < sizeof(spans_us) / sizeof(spans_us[0]); i++) {
		unsigned n = arrivals_within(a, spans_us[i]);
		double rate;

		n = n < a->n_points ? n : a->n_points - 1;
		if (spans_us[i] < d->least_span_us)
			continue;
		rate = pace_over(a, d, spans_us[i], n);
		if (rate > 0)
			return (struct pace){rate, spans_us[i], n};
	}
	return (struct pace){0};
}
#endif
