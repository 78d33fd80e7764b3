/* SPDX-License-Identifier: MIT */
/**
 * @file wall.h
 * Wall time of arrivals: the monotonic clock plus an offset that follows the wall clock. Small differences are made up
 * for slowly, so that lengths are right; a clock that has been set is followed at once. Owned by the source's place.
 */
#ifndef CAM_BUS_WALL_H
#define CAM_BUS_WALL_H
#include <stdbool.h>

#include "lib/clock.h"

/** A difference is made up for at 500 ppm, which no muxer or eye notices. */
#define WALL_SLEW_DIVISOR 2000
/** A clock that jumps forward by more was wrong before, as at the first contact with a time server. */
#define WALL_SET_FORWARD (60 * CLOCK_SECOND)
/**
 * One that is behind by more was set back. To make up for a second takes half an hour, for an hour 83 days, and all that
 * time nobody would find what is recorded. The clocks are read one after the other, so a busy machine only looks ahead.
 */
#define WALL_SET_BACK CLOCK_SECOND

/** Zero-initialise. */
struct wall {
	bool known;
	int64_t offset_ns; /**< CLOCK_REALTIME - CLOCK_MONOTONIC, as followed */
	int64_t at_ns;
	int64_t arrival_ns; /**< of the last packet */
	int64_t looked_ns; /**< of the one at which the clocks were compared last */
	int64_t set_by_ns; /**< how far the clock was set when it last was */
	unsigned sets; /**< how often */
};

/** The clocks are compared this often at most, by what arrivals tell: reading both costs more than a stamp. */
#define WALL_LOOK_EACH (100 * CLOCK_MS)

/** @param arrival_ns of a packet @return whether it is time to compare the clocks; also when arrivals stand still */
static inline bool wall_is_due(struct wall *w, int64_t arrival_ns)
{
	bool is_due = !w->known || arrival_ns <= w->arrival_ns || arrival_ns - w->looked_ns >= WALL_LOOK_EACH;

	w->arrival_ns = arrival_ns;
	if (is_due)
		w->looked_ns = arrival_ns;
	return is_due;
}

/** @param mono_ns, wall_ns both clocks now, read in this order @return whether the clock has been set */
static inline bool wall_follow(struct wall *w, int64_t mono_ns, int64_t wall_ns)
{
	int64_t off = wall_ns - mono_ns - w->offset_ns, most = (mono_ns - w->at_ns) / WALL_SLEW_DIVISOR;
	bool set = w->known && (off > WALL_SET_FORWARD || off < -WALL_SET_BACK);

	if (set) {
		w->set_by_ns = off;
		w->sets++;
	} else if (w->known) {
		off = off > most ? most : off < -most ? -most : off;
	}
	w->offset_ns += off;
	w->at_ns = mono_ns;
	w->known = true;
	return set;
}
#endif
