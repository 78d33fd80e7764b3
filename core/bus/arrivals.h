/* SPDX-License-Identifier: MIT */
/**
 * @file arrivals.h
 * What the arrivals of one track tell of the camera's clock and of the link. Its line is where its time stamps place
 * packets in our time; a packet's delay is its arrival less that place. Late proves nothing, as any network delays;
 * the least delay of a while is what the link takes when nothing is in the way, and how that changes is the clock's
 * doing. Pure functions over the past minute; no clock is read. Owned by the source's place.
 */
#ifndef CAM_BUS_ARRIVALS_H
#define CAM_BUS_ARRIVALS_H
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define ARRIVALS_SECOND INT64_C(1000000000)
/** Points are the latest units: 6.4 s of 60 a second and more. Seconds are those of the past minute. */
enum { ARRIVALS_POINTS = 512, ARRIVALS_SECONDS = 60, ARRIVALS_RECENT = 10 };
/** arrivals_least() of nothing. */
#define ARRIVALS_NONE INT64_MAX

/** A unit, in microseconds that wrap: only differences within the hour have a meaning. */
struct arrivals_point {
	uint32_t stamped_us, arrival_us, bytes;
};

/** A second of arrivals. */
struct arrivals_second {
	int64_t place_ns; /**< on the line, of the packet with the least delay */
	int64_t least_ns, most_ns; /**< delays */
};

/** Zero-initialise. */
struct arrivals {
	struct arrivals_point point[ARRIVALS_POINTS]; /**< a ring */
	unsigned next, n_points;
	struct arrivals_second second[ARRIVALS_SECONDS]; /**< oldest first */
	unsigned n_seconds;
	int64_t least_ns; /**< of the latest ten of them */
	struct arrivals_second open; /**< the present one */
	bool has_open;
	int64_t open_from_ns; /**< arrival */
	double spread_us[ARRIVALS_RECENT]; /**< of the delays in each second, less their trend; a ring */
	unsigned n_spreads;
	double jitter_us; /**< the second largest of them */
	int64_t jitter_ns; /**< for people: the second largest spread of the past ten seconds, trend included */
};

static inline double arrivals_abs(double v)
{
	return v < 0 ? -v : v;
}

static inline double arrivals_min(double a, double b)
{
	return a < b ? a : b;
}

static inline double arrivals_max(double a, double b)
{
	return a > b ? a : b;
}

/** @return the point `back` before the newest; back < n_points */
static inline const struct arrivals_point *arrivals_point(const struct arrivals *a, unsigned back)
{
	return &a->point[(a->next + ARRIVALS_POINTS - 1 - back) % ARRIVALS_POINTS];
}

/** @return microseconds of stamps from the newest point to this one: not above 0 unless stamps went back */
static inline double arrivals_stamped(const struct arrivals *a, unsigned back)
{
	return (int32_t)(arrivals_point(a, back)->stamped_us - arrivals_point(a, 0)->stamped_us);
}

/** @return microseconds from the newest arrival to this one, not above 0 */
static inline double arrivals_age(const struct arrivals *a, unsigned back)
{
	return (int32_t)(arrivals_point(a, back)->arrival_us - arrivals_point(a, 0)->arrival_us);
}

/** @return the delay of a point in microseconds, less the newest one's, at this rate */
static inline double arrivals_delay(const struct arrivals *a, unsigned back, double rate)
{
	return arrivals_age(a, back) - rate * arrivals_stamped(a, back);
}

/** @return the point of the least delay among those from `back` on to newer ones, `n` of them */
static inline unsigned arrivals_lowest(const struct arrivals *a, unsigned back, unsigned n, double rate)
{
	unsigned best = back;

	for (unsigned i = 1; i < n; i++)
		if (arrivals_delay(a, back - i, rate) < arrivals_delay(a, best, rate))
			best = back - i;
	return best;
}

/** @return how many of the newest points have arrived within `span_us` */
static inline unsigned arrivals_within(const struct arrivals *a, double span_us)
{
	unsigned n = 0;

	while (n < a->n_points && arrivals_age(a, n) > -span_us)
		n++;
	return n;
}

static inline void arrivals_forget_points(struct arrivals *a)
{
	a->n_points = 0;
}

/** How packets scatter was measured by another rate. */
static inline void arrivals_forget_spread(struct arrivals *a)
{
	a->n_spreads = 0;
	a->jitter_us = 0;
}

/** What was measured belongs to another line. */
static inline void arrivals_forget(struct arrivals *a)
{
	arrivals_forget_points(a);
	a->n_seconds = 0;
	a->has_open = false;
}

/* Of the seconds that are closed. */
static inline void arrivals_find_least(struct arrivals *a)
{
	unsigned i = a->n_seconds > ARRIVALS_RECENT ? a->n_seconds - ARRIVALS_RECENT : 0;

	a->least_ns = ARRIVALS_NONE;
	for (; i < a->n_seconds; i++)
		if (a->second[i].least_ns < a->least_ns)
			a->least_ns = a->second[i].least_ns;
}

/** @return the least delay of the past ten seconds; ARRIVALS_NONE */
static inline int64_t arrivals_least(const struct arrivals *a)
{
	int64_t least = a->n_seconds ? a->least_ns : ARRIVALS_NONE;

	return a->has_open && a->open.least_ns < least ? a->open.least_ns : least;
}

/* The spread of delays in a second, the second largest of the past ten. */
static inline int64_t arrivals_jitter(const struct arrivals *a)
{
	int64_t most = 0, second = 0;
	unsigned i = a->n_seconds > ARRIVALS_RECENT ? a->n_seconds - ARRIVALS_RECENT : 0;

	for (; i < a->n_seconds; i++) {
		int64_t spread = a->second[i].most_ns - a->second[i].least_ns;

		second = spread > most ? most : spread > second ? spread : second;
		most = spread > most ? spread : most;
	}
	return second;
}

static inline void arrivals_shift_second(struct arrivals_second *s, int64_t by_ns)
{
	s->least_ns -= by_ns;
	s->most_ns -= by_ns;
}

/** The line has been moved: all delays with it, or tests of the rate would measure our own moves. */
static inline void arrivals_shift(struct arrivals *a, int64_t by_ns)
{
	if (!by_ns)
		return;
	for (unsigned i = 0; i < a->n_seconds; i++)
		arrivals_shift_second(&a->second[i], by_ns);
	arrivals_shift_second(&a->open, by_ns);
	arrivals_find_least(a);
}

static inline void arrivals_turn_second(struct arrivals_second *s, double by, int64_t about_ns)
{
	double ns = (double)(s->place_ns - about_ns) * (by - 1);
	int64_t shift = (int64_t)arrivals_max(-1e18, arrivals_min(1e18, ns));

	arrivals_shift_second(s, shift);
	s->place_ns += shift;
}

/** The line has been turned: it is `by` times as steep, and the same at about_ns. */
static inline void arrivals_turn(struct arrivals *a, double by, int64_t about_ns)
{
	for (unsigned i = 0; i < a->n_seconds; i++)
		arrivals_turn_second(&a->second[i], by, about_ns);
	arrivals_turn_second(&a->open, by, about_ns);
	arrivals_find_least(a);
	arrivals_forget_points(a);
}

/* The spread of the newest n points' delays, less the trend between the lowest of either half. */
static inline double arrivals_spread(const struct arrivals *a, unsigned n, double rate)
{
	unsigned early, late;
	double from, span, slope, least = 0, most = 0;

	if (n < 6)
		return 0;
	early = arrivals_lowest(a, n - 1, n / 2, rate);
	late = arrivals_lowest(a, n - 1 - n / 2, n - n / 2, rate);
	from = arrivals_delay(a, early, rate);
	span = arrivals_stamped(a, late) - arrivals_stamped(a, early);
	slope = span > 0 ? (arrivals_delay(a, late, rate) - from) / span : 0;
	for (unsigned i = 0; i < n; i++) {
		double e = arrivals_delay(a, i, rate) - from -
			   slope * (arrivals_stamped(a, i) - arrivals_stamped(a, early));

		least = arrivals_min(least, e);
		most = arrivals_max(most, e);
	}
	return most - least;
}

static inline void arrivals_note_spread(struct arrivals *a, double spread_us)
{
	unsigned n;
	double most = 0, second = 0;

	a->spread_us[a->n_spreads++ % ARRIVALS_RECENT] = spread_us;
	n = a->n_spreads < ARRIVALS_RECENT ? a->n_spreads : ARRIVALS_RECENT;
	for (unsigned i = 0; i < n; i++) {
		second = arrivals_max(second, arrivals_min(most, a->spread_us[i]));
		most = arrivals_max(most, a->spread_us[i]);
	}
	a->jitter_us = second;
}

static inline void arrivals_close(struct arrivals *a, int64_t arrival_ns, double rate)
{
	enum { FEW = 10 }; /* of slow cameras those of more than a second */
	unsigned n = arrivals_within(a, (double)(arrival_ns - a->open_from_ns) / 1000 + 1);

	n = n < FEW ? FEW : n;
	arrivals_note_spread(a, arrivals_spread(a, n < a->n_points ? n : a->n_points, rate));
	if (a->n_seconds == ARRIVALS_SECONDS)
		memmove(a->second, a->second + 1, --a->n_seconds * sizeof(a->second[0]));
	a->second[a->n_seconds++] = a->open;
	arrivals_find_least(a);
	a->jitter_ns = arrivals_jitter(a);
	a->has_open = false;
}

/**
 * A unit. @param stamped_ns the sum of its track's steps as stamped @param place_ns on the line
 * @return whether a second is full
 */
static inline bool arrivals_add(struct arrivals *a, int64_t stamped_ns, int64_t place_ns, int64_t arrival_ns,
	uint64_t bytes, double rate)
{
	int64_t delay = arrival_ns - place_ns;
	bool full = a->has_open && arrival_ns - a->open_from_ns >= ARRIVALS_SECOND;

	if (full)
		arrivals_close(a, arrival_ns, rate);
	a->point[a->next] = (struct arrivals_point){(uint32_t)(uint64_t)(stamped_ns / 1000),
		(uint32_t)(uint64_t)(arrival_ns / 1000), bytes < UINT32_MAX ? (uint32_t)bytes : UINT32_MAX};
	a->next = (a->next + 1) % ARRIVALS_POINTS;
	a->n_points += a->n_points < ARRIVALS_POINTS;
	if (!a->has_open) {
		a->open = (struct arrivals_second){place_ns, delay, delay};
		a->open_from_ns = arrival_ns;
		a->has_open = true;
	}
	if (delay < a->open.least_ns) {
		a->open.place_ns = place_ns;
		a->open.least_ns = delay;
	}
	if (delay > a->open.most_ns)
		a->open.most_ns = delay;
	return full;
}

/** What arrivals_follow_sizes() says. */
enum arrivals_sizes { ARRIVALS_NO, ARRIVALS_MAYBE, ARRIVALS_YES };

/**
 * A full link takes the longer for a unit the larger that is, and then it is not the clock that is wrong.
 * @return whether the units of the past span_us, and the last 24 at the least, have come in that way; MAYBE if they were
 * few, so that the next may tell
 */
static inline enum arrivals_sizes arrivals_follow_sizes(const struct arrivals *a, double span_us)
{
	enum { FEW = 8, ENOUGH = 20, LEAST = 24, GROUP_US = 100000 };
	unsigned n = arrivals_within(a, span_us), each, most;
	double size = 0, gap, both = 0, sizes = 0, gaps = 0;

	n = n < LEAST ? LEAST : n;
	n = n < a->n_points ? n
	    : a->n_points   ? a->n_points - 1
			    : 0; /* the oldest one's distance is not known */
	if (n < FEW)
		return ARRIVALS_NO;
	/* Some together, so that their scatter weighs less than their sizes. */
	most = n / ENOUGH;
	each = (unsigned)arrivals_min(GROUP_US / (1 - arrivals_age(a, n) / n) + 0.5, most);
	each = each ? each : 1;
	n -= n % each;
	for (unsigned i = 0; i < n; i++)
		size += arrivals_point(a, i)->bytes;
	size *= (double)each / n;
	gap = -arrivals_age(a, n) * each / n;
	for (unsigned i = 0; i < n; i += each) {
		double s = -size, g = arrivals_age(a, i) - arrivals_age(a, i + each) - gap;

		for (unsigned j = i; j < i + each; j++)
			s += arrivals_point(a, j)->bytes;
		both += s * g;
		sizes += s * s;
		gaps += g * g;
	}
	if (sizes <= 0 || gaps <= 0 || both <= 0 || both * both <= 0.36 * sizes * gaps)
		return ARRIVALS_NO;
	if (both / sizes * size < 0.5 * gap) /* an idle link: sizes explain a little of the distances only */
		return ARRIVALS_NO;
	return n / each < ENOUGH ? ARRIVALS_MAYBE : ARRIVALS_YES;
}

/**
 * How the least delay has grown over the last `n` seconds: from the lower one of the first two quarters to that of the last two.
 * @param even only if each quarter has had its share: a longer path, a stall or bad air makes a step
 * @return seconds a second of the line; 0: not known
 */
static inline double arrivals_slope(const struct arrivals *a, unsigned n, bool even)
{
	const struct arrivals_second *s = a->second + a->n_seconds - n, *low[4], *from, *to;
	double slope;

	for (unsigned j = 0; j < 4; j++) {
		low[j] = &s[j * n / 4];
		for (unsigned i = j * n / 4 + 1; i < (j + 1) * n / 4; i++)
			if (s[i].least_ns < low[j]->least_ns)
				low[j] = &s[i];
	}
	from = low[0]->least_ns <= low[1]->least_ns ? low[0] : low[1];
	to = low[2]->least_ns <= low[3]->least_ns ? low[2] : low[3];
	if ((double)(to->place_ns - from->place_ns) <= 0.25 * (double)(s[n - 1].place_ns - s[0].place_ns))
		return 0;
	slope = (double)(to->least_ns - from->least_ns) / (double)(to->place_ns - from->place_ns);
	for (unsigned j = 0; even && j < 3; j++) {
		double share = slope * (double)(low[j + 1]->place_ns - low[j]->place_ns);
		double grown = (double)(low[j + 1]->least_ns - low[j]->least_ns) * (share > 0 ? 1 : -1);

		if (grown < 0.4 * arrivals_abs(share) || grown > 1.6 * arrivals_abs(share))
			return 0;
	}
	return slope;
}
#endif
