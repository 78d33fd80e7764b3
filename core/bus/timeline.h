/* SPDX-License-Identifier: MIT */
/**
 * @file timeline.h
 * The clock of one camera's packets. A camera's time stamps give the steps from one picture to the next; its earliest
 * arrivals give how fast its clock runs and where it stands, as no picture is seen before it was taken. Whatever the
 * stamps do (missing, standing still, jumping, going back, too fast, too slow, starting over with each session), what
 * leaves here has, in each track, a DTS that strictly grows and stays near the time the picture was taken (plus the
 * least time the way takes), and a PTS not before it. The method and its limits: doc/adr/0017-media-time.md.
 * Owned by the source's place; nothing here locks, and no clock is read but for wall time.
 */
#ifndef CAM_BUS_TIMELINE_H
#define CAM_BUS_TIMELINE_H
#include <cam/plugin.h>

#include "core/bus/arrivals.h"
#include "core/bus/wall.h"

/** A picture so much before its time shows a line that is late: arrivals and stamps of good cameras scatter by less. */
#define TIMELINE_EARLY_NS INT64_C(100000000)
/** DTS grow by so much at the least: a tick of 90 kHz is 11 us. */
#define TIMELINE_LEAST_STEP_NS INT64_C(200000)

/** What was done to a stamp. */
enum timeline_repair {
	TIMELINE_KEPT,
	TIMELINE_ABSENT, /**< there was none: the usual step, by the arrivals */
	TIMELINE_REPEATED, /**< the one before again: its place in the usual step */
	TIMELINE_SET, /**< the camera's clock was set: the usual step, and an offset */
	TIMELINE_BACK, /**< a little back, again and again */
	TIMELINE_EARLY, /**< the picture came before its time: the line was late */
	TIMELINE_FOLLOWED, /**< so long late without an end that the arrival holds */
	TIMELINE_REPAIRS
};

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

struct timeline {
	struct timeline_track track[CAM_MAX_TRACKS];
	struct wall wall;
	enum timeline_repair repair; /**< of the last packet */
};

/** A new session with the camera begins: its clock may start anywhere, and what comes first is marked. */
void timeline_restart(struct timeline *t);

/**
 * The session's first packets, before they are stamped: tells where its line begins, so that what the camera sends at
 * once from its memory keeps its distances, and a first picture that was long under way does not pass for on time.
 */
void timeline_rehearse(struct timeline *t, struct cam_buf *const *bufs, size_t n);

/** Zero-initialise a timeline; then set seq, dts_ns, pts_ns, wall_ns and CAM_DISCONTINUITY of each packet. @return stamps mended: 0 or 1 */
unsigned timeline_stamp(struct timeline *, struct cam_buf *buf);

/** @return how fast the camera's clock runs: seconds of stamps in a second; 1 until another rate is certain */
double timeline_clock_rate(const struct timeline_track *);
#endif
