/* SPDX-License-Identifier: MIT */
/**
 * @file timeline_sim.h
 * Cameras and networks in numbers: when pictures were taken, what was stamped, when they came. A timeline is measured
 * against the capture plus the least time the way takes. Everything follows from the seed.
 */
#ifndef CAM_TESTS_TIMELINE_SIM_H
#define CAM_TESTS_TIMELINE_SIM_H
#include <stdbool.h>
#include <stddef.h>

#include "core/bus/timeline.h"

/** Seconds, unless they say otherwise. 0 is the default in brackets. */
struct sim_camera {
	double seconds; /**< [180] */
	double fps; /**< [25] */
	double gop; /**< [2] */
	double kbit; /**< a second [3000] */
	double key_bytes; /**< of a keyframe [a fifth of the GOP] */
	double drops; /**< this share of pictures is missing */
	bool odd; /**< 8 to 30 frames a second, changing with each */
	bool equal; /**< all pictures have one size */
	double from_memory; /**< at connecting, so much from before comes at once */
};

struct sim_stall {
	double from, to;
};

struct sim_net {
	double bits; /**< a second [50e6] */
	double wifi; /**< the air is blocked so often, for 15 to 800 ms [never] */
	double jitter; /**< exponential, mean, at most 0.8 [none] */
	double bunch; /**< what comes waits for the next multiple of this [none] */
	unsigned stalls; /**< nothing passes so often a minute, for 0.5 to 2 s */
	struct sim_stall stall[4]; /**< and in these times */
	struct sim_stall slow[4]; /**< at half the bits */
	bool uplink; /**< 0.25 to 1 of the bits, another every 5 s; the camera drops from a queue of 3 s */
	double longer_from, longer; /**< the way takes so much longer from then on */
};

/** A picture. */
struct sim_unit {
	double captured, stamp, arrival, bytes; /* stamp NAN: none */
	double out; /**< DTS, once run */
	int session;
};

struct sim {
	struct sim_unit *unit;
	size_t n;
	unsigned long long random;
	double from_memory;
};

/** Stamps are the times of capture, plus 1000 s. Free it by sim_free(). */
struct sim sim_new(const struct sim_camera *, const struct sim_net *, unsigned long long seed);
void sim_free(struct sim *);
/** @return 0 to 1 */
double sim_random(struct sim *);
/** What a stamp is made of. */
struct sim_at {
	struct sim *sim;
	double t; /**< s since the start */
	size_t i; /**< number of the picture */
	double arg;
};
typedef double sim_stamps(const struct sim_at *);

/** Stamp all. */
void sim_stamp(struct sim *, sim_stamps *stamp, double arg);
/** 1000 s, and so many times the time. */
double sim_rate(const struct sim_at *);
double sim_none(const struct sim_at *);
/** Units of sessions after the first follow timeline_restart(). @param hold s of each session's start that are rehearsed */
void sim_run(struct sim *, struct timeline *, double hold);

struct sim_result {
	bool grows;
	double start, worst; /**< ms: in the first 15 s, and later */
	double over; /**< s after `from` of the last error above `limit` */
	double off; /**< share of later steps that are another than stamped by more than 1 % */
	double off_start; /**< the same, of the first 15 s */
	double least_step, most_step; /**< late ones by captured ones, while late by 0.3 s: a burst */
};
/** @param from, limit of `over`: s, ms */
struct sim_result sim_measure(const struct sim *, double from, double limit);
/** @return the largest error in ms of pictures captured in [from, to) */
double sim_worst(const struct sim *, double from, double to);
#endif
