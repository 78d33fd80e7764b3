/* SPDX-License-Identifier: MIT */
/**
 * @file cadence.h
 * The time of packets whose stamps say nothing: the usual distance of arrivals, one after the other. Part of timeline.c.
 */
#ifndef CAM_BUS_CADENCE_H
#define CAM_BUS_CADENCE_H
#include <cam/plugin.h>

#include "core/bus/track.h"
#include "lib/clock.h"

/* So late is a stall, which ends by itself; later, or so late for long without a change, is a gap. */
#define CADENCE_STALL (250 * CLOCK_MS)
#define CADENCE_GAP (2500 * CLOCK_MS)
#define CADENCE_GAP_STAYS (300 * CLOCK_MS)
/* What comes closer came out of one bunch. */
#define CADENCE_BUNCH (3 * CLOCK_MS)
/* So many arrivals tell the usual step roughly, and at most so many weigh. */
enum { CADENCE_ROUGH = 8, CADENCE_WEIGHT = 31 };
/* The first distance may be that of a gap. */
#define CADENCE_FIRST_MOST (2 * CLOCK_SECOND)

static inline void cadence_learn(struct timeline_track *k, int64_t since_ns)
{
	int64_t most = 4 * k->step_ns + 10 * CLOCK_MS;

	k->cadence += k->cadence < CADENCE_WEIGHT;
	if (since_ns > CADENCE_BUNCH || k->cadence > CADENCE_ROUGH)
		k->step_ns += ((since_ns < most ? since_ns : most) - k->step_ns) / (int64_t)(k->cadence + 1);
}

/* @return whether so late a packet shows a gap in time: the lag does not begin to shrink, as that of a stall does */
static inline bool cadence_is_gap(struct timeline_track *k, int64_t now_ns, int64_t late_ns)
{
	if (late_ns > CADENCE_GAP)
		return true;
	if (late_ns <= CADENCE_STALL) {
		k->lags = false;
		return false;
	}
	if (!k->lags || late_ns < k->lag_ns - k->step_ns / 2) {
		k->lags = true;
		k->lag_from_ns = now_ns;
		k->lag_ns = late_ns;
		return false;
	}
	return now_ns - k->lag_from_ns > CADENCE_GAP_STAYS && now_ns - k->lag_from_ns > 2 * k->step_ns;
}

/* The cadence of arrivals: held through stalls, else followed gently. @return whether there was a gap */
static inline bool cadence_place(struct timeline_track *k, int64_t now_ns, int64_t since_ns)
{
	int64_t next, late, most;
	bool gap;

	if (!k->cadence && since_ns > CADENCE_BUNCH)
		k->step_ns = since_ns < CADENCE_FIRST_MOST ? since_ns : CADENCE_FIRST_MOST;
	if (!k->step_ns)
		k->step_ns = since_ns > CLOCK_MS ? since_ns : CLOCK_MS;
	next = k->out_ns + k->step_ns;
	late = now_ns - next;
	most = k->step_ns / (k->cadence < CADENCE_WEIGHT ? 2 : 10);
	if (late <= CADENCE_STALL || k->cadence < CADENCE_ROUGH)
		cadence_learn(k, since_ns);
	gap = cadence_is_gap(k, now_ns, late);
	if (gap)
		next = now_ns;
	else if (late < -TIMELINE_EARLY_NS)
		next = now_ns + TIMELINE_EARLY_NS;
	else
		next += late / 5 > most ? most : late / 5 < -most ? -most : late / 5;
	k->lags = k->lags && !gap;
	if (next < k->out_ns + TIMELINE_LEAST_STEP_NS)
		next = k->out_ns + TIMELINE_LEAST_STEP_NS;
	k->line_ns = k->out_ns = next;
	return gap;
}
#endif
