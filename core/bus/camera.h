/* SPDX-License-Identifier: MIT */
/**
 * @file camera.h
 * The bus of one camera: its tree of ports, the strand its pictures are made on, the demand for them, its meter.
 * Nodes come and go (restart, reload); the bus of a camera stays, so that nobody's subscription depends on another
 * node. Subscriptions hold references to it.
 */
#ifndef CAM_BUS_CAMERA_H
#define CAM_BUS_CAMERA_H
#include "core/base/strand.h"
#include "core/bus/budget.h"
#include "core/bus/demand.h"
#include "core/bus/hold.h"
#include "core/bus/meter.h"
#include "core/bus/timeline.h"

struct camera {
	char *name;
	struct strand *strand;
	struct executor *on; /**< the strand's */
	struct demand *demand;
	pthread_mutex_t lock; /**< of its ports */
	struct port *port; /**< where one subscribes by default: below the last buffer, else the source */
	atomic_uint refs;
	struct task free;
	struct meter meter;
	struct timeline
		timeline; /**< owned by the source's place, or by who lets go what is held, with its lock */
	struct hold hold;
	struct port *held_for; /* with its lock */
	struct timer hold_over; /* on the strand */
	double told_rate
		[CAM_MAX_TRACKS]; /**< what people were last told of its clocks; owned by the source's place */
	unsigned told_sets; /**< and of the wall clock's */
	unsigned told_news; /**< timeline.news at that time */
	struct budget_share share; /**< of the memory for packets that wait */
	atomic_llong
		refused_told_ns; /**< CLOCK_MONOTONIC when an event told last of what is refused; 0: never */
	atomic_bool gone; /**< it is in no configuration any more */
};

/** [loop] @param cpu, budget its strand's pool and its packets' memory; outlive it @return one reference; NULL without memory */
struct camera *camera_new(const char *name, struct pool *cpu, struct budget *budget);
/** [loop, before anybody subscribes] What its pictures may cost. @param quota outlives it; NULL: no limits */
void camera_set_quota(struct camera *, struct quota *quota);
struct camera *camera_ref(struct camera *);
/** [any] The last reference frees it on its strand, after what is queued there. NULL is allowed. */
void camera_unref(struct camera *);
/** [any, once] It has been taken out of the configuration: all who have subscribed, or still do, are told. */
void camera_set_gone(struct camera *);
/** [any] */
bool camera_is_gone(const struct camera *);
/** [source] A session with the camera begins. */
void camera_begin_session(struct camera *);
/** [source, or behind its last call] What still waits of the session goes out, then all links of packets are told of its end. */
void camera_end_session(struct camera *, struct port *);
/**
 * [source] Stamp, count and hand on what the source delivers through its port; the first half second of a session that
 * long after it has come (hold.h). @return whether it is out, and the time line is the caller's to look at
 */
bool camera_publish(struct camera *, struct port *, struct cam_buf *buf);
#endif
