/* SPDX-License-Identifier: MIT */
/**
 * @file track.h
 * What a time line (timeline.h) knows of one track. Owned by the source's place; written by timeline.c and its parts,
 * cadence.h and rate.h.
 */
#ifndef CAM_BUS_TRACK_H
#define CAM_BUS_TRACK_H
#include "core/bus/arrivals.h"

/** A picture so much before its time shows a line that is late: arrivals and stamps of good cameras scatter by less. */
#define TIMELINE_EARLY_NS INT64_C(100000000)
/** DTS grow by so much at the least: a tick of 90 kHz is 11 us. */
#define TIMELINE_LEAST_STEP_NS INT64_C(200000)

struct timeline_track {
	bool started;
	bool running; /**< in the present session */
	bool broken_off; /**< an earlier session had this track, the present one has not yet */
	uint64_t seq;
	int64_t last_out_ns; /**< DTS that left last */
	int64_t lean_ns; /**< what is added to this line so that it goes with the video's */

	/* The line. */
	double rate; /**< seconds in a second of stamps; stays from session to session */
	int64_t line_ns, stamp_ns; /**< the last stamp believed (CAM_NO_TS: none), and its place */
	int64_t out_ns; /**< what this line gave last: at or above line_ns */
	int64_t step_ns; /**< usual, in our time; 0: not known */
	int64_t arrival_ns, session_ns; /**< of the last packet, of the session's first */
	int64_t stamped_ns; /**< the sum of the steps as stamped */
	uint64_t bytes; /**< of units that shared the last stamp */

	/* Stamps that are no good. */
	unsigned repeats, distinct; /**< equal stamps in a row; different ones in a row while stampless */
	bool stampless; /**< for now stamps say nothing */
	unsigned cadence; /**< arrivals that the usual step was learned from while stampless */
	bool lags; /**< stampless: late since lag_from_ns, by lag_ns at the least */
	int64_t lag_from_ns, lag_ns;
	int64_t back_at_ns; /**< when a stamp last went back; CAM_NO_TS: never */

	/* The rate, by arrivals. */
	struct arrivals seen;
	unsigned early; /**< packets in a row that came before their time */
	int64_t changed_ns; /**< when the line was last turned or moved; CAM_NO_TS: never */
	int64_t full_ns; /**< when the link was last found full; CAM_NO_TS: never */
	bool provisional; /**< the rate was found quickly and has not stood ten seconds */
	bool recovering; /**< the rate was just found: what it cost is made up for faster */
	double prior; /**< the rate before the provisional one */
	double told; /**< the rate that is certain; what others are told */
	unsigned
		turns; /**< how often a rate was found that is off by more than is told as right, or given up */

	/* The session's start, looked at before it is stamped. */
	bool rehearsed;
	int64_t start_ns; /**< place of its first stamp */
};
#endif
