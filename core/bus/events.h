/* SPDX-License-Identifier: MIT */
/**
 * @file events.h
 * Where events of all cameras meet: they get their ids, go to those who hear them, and the last of them are remembered.
 * [any] unless said otherwise.
 */
#ifndef CAM_BUS_EVENTS_H
#define CAM_BUS_EVENTS_H
#include <pthread.h>

#include <stdatomic.h>

#include "core/bus/event.h"

enum {
	EVENTS_REMEMBERED = 1000, /**< events in the journal */
	EVENTS_JOURNAL_BYTES = 2 << 20, /**< and their bytes at most */
	EVENTS_OPEN_EACH = 64, /**< that one raiser may have going on */
	EVENTS_OPEN = 8192 /**< and all together */
};

#define EVENTS_LASTS_ON INT64_C(-1)

/** Who hears, in the list of those. Lives inside its owner from events_listen() to events_unlisten(). */
struct event_listener {
	struct event_listener *next, **at;
	/** [any] In the order of what is told; lent. Short, and no call of the events from inside. */
	void (*tell)(void *arg, struct event *, const struct cam_buf *picture);
	void *arg;
};

struct open_event;

struct events {
	pthread_mutex_t lock;
	struct event_listener *listeners;
	uint64_t last_seq; /**< of what was told */
	struct event *journal[EVENTS_REMEMBERED]; /**< a ring */
	size_t first, n;
	size_t journal_bytes;
	struct open_event *open; /**< what goes on */
	size_t n_open;
	atomic_ullong raised, refused; /**< since the start */
};

/** @param wall_ns CLOCK_REALTIME now: ids begin with its microseconds, so that they go on ascending over restarts */
void events_init(struct events *, int64_t wall_ns);
/** Nobody listens any more. */
void events_destroy(struct events *);

/** From here on it hears; tell and arg are set. */
void events_listen(struct events *, struct event_listener *);
/** tell() is not called after this. */
void events_unlisten(struct events *, struct event_listener *);

/**
 * Tell of an event: see cam_host.raise. @param owner whose it is; events_end_owner() ends what goes on of it
 * @param e of today's length; camera and node are set; phase BEGIN and POINT: its id is set
 * @param lasts_ns CAM_BEGIN, CAM_UPDATE: it ends by itself when it has not been raised for so long; 0: it does not;
 * EVENTS_LASTS_ON: as it was told before
 * @return 0, -EINVAL, -ENOENT: no such id goes on, -EMFILE: too many go on, -ENOMEM
 */
int events_raise(struct events *, const void *owner, struct cam_event *e, int64_t lasts_ns);
/** End all that goes on of an owner. @param why a word for "ended_by" in what is told, [a-z_]+ */
void events_end_owner(struct events *, const void *owner, const char *why);
/** End all that goes on of cameras that are not there any more. @param exists whether one of this name is */
void events_end_gone(struct events *, bool (*exists)(void *arg, const char *camera), void *arg);
/** [loop] Once a second: end what has not been raised for too long. */
void events_look(struct events *);

/**
 * Read the journal. @param after only what was told after the one with this event_seq() @return up to `room` references,
 * oldest first, to be dropped by the caller; *ret_missed: there was, or may have been, more after it, which is forgotten
 */
size_t events_read(struct events *, uint64_t after, struct event **ret, size_t room, bool *ret_missed);
/** @return event_seq() of what was told last */
uint64_t events_last(struct events *);
#endif
