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

#include "core/bus/track.h"
#include "core/bus/wall.h"

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

struct timeline {
	struct timeline_track track[CAM_MAX_TRACKS];
	struct wall wall;
	enum timeline_repair repair; /**< of the last packet */
	unsigned news; /**< how often a rate that is certain was another, or the wall clock was set */
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
