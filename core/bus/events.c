/* SPDX-License-Identifier: MIT */
#include "core/bus/events.h"

#include "lib/clock.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What has begun, as its end will be told if nobody else does. */
struct open_event {
	struct open_event *next;
	const void *owner;
	struct event *last; /* a reference: begin, or the newest update */
	float peak;
	int64_t lasts_ns; /* 0: until it is ended */
	int64_t until_ns; /* CLOCK_MONOTONIC */
};

void events_init(struct events *h, int64_t wall_ns)
{
	memset(h, 0, sizeof(*h));
	pthread_mutex_init(&h->lock, NULL);
	h->last_seq = (uint64_t)(wall_ns > 0 ? wall_ns : 0) / 1000;
}

static void open_free(struct open_event *o)
{
	event_unref(o->last);
	free(o);
}

/* The oldest of the journal is forgotten. */
static void forget(struct events *h)
{
	struct event *e = h->journal[h->first];

	h->journal_bytes -= event_bytes(e);
	h->first = (h->first + 1) % EVENTS_REMEMBERED;
	h->n--;
	event_unref(e);
}

void events_destroy(struct events *h)
{
	while (h->open) {
		struct open_event *o = h->open;

		h->open = o->next;
		open_free(o);
	}
	while (h->n)
		forget(h);
	pthread_mutex_destroy(&h->lock);
}

void events_listen(struct events *h, struct event_listener *l)
{
	pthread_mutex_lock(&h->lock);
	l->next = h->listeners;
	l->at = &h->listeners;
	if (l->next)
		l->next->at = &l->next;
	h->listeners = l;
	pthread_mutex_unlock(&h->lock);
}

void events_unlisten(struct events *h, struct event_listener *l)
{
	pthread_mutex_lock(&h->lock);
	*l->at = l->next;
	if (l->next)
		l->next->at = l->at;
	pthread_mutex_unlock(&h->lock);
}

/* ---- telling, under the lock ---- */

static void remember(struct events *h, struct event *e)
{
	while (h->n == EVENTS_REMEMBERED ||
		(h->n && h->journal_bytes + event_bytes(e) > EVENTS_JOURNAL_BYTES))
		forget(h);
	h->journal[(h->first + h->n++) % EVENTS_REMEMBERED] = event_ref(e);
	h->journal_bytes += event_bytes(e);
}

static void tell(struct events *h, struct event *e, const struct cam_buf *picture)
{
	h->last_seq = event_seq(e);
	atomic_fetch_add_explicit(&h->raised, 1, memory_order_relaxed);
	remember(h, e);
	for (struct event_listener *l = h->listeners; l; l = l->next)
		l->tell(l->arg, e, picture);
}

/* ---- what goes on, under the lock ---- */

static struct open_event **find_open(struct events *h, const void *owner, uint64_t id)
{
	struct open_event **at = &h->open;

	while (*at && ((*at)->owner != owner || event_is((*at)->last)->id != id))
		at = &(*at)->next;
	return at;
}

static bool may_open(const struct events *h, const void *owner)
{
	size_t n = 0;

	for (const struct open_event *o = h->open; o; o = o->next)
		n += o->owner == owner;
	return n < EVENTS_OPEN_EACH && h->n_open < EVENTS_OPEN;
}

static void take_out(struct events *h, struct open_event **at)
{
	struct open_event *o = *at;

	*at = o->next;
	h->n_open--;
	open_free(o);
}

static void go_on(struct open_event *o, struct event *e, int64_t lasts_ns)
{
	event_unref(o->last);
	o->last = event_ref(e);
	if (lasts_ns != EVENTS_LASTS_ON)
		o->lasts_ns = lasts_ns;
	o->until_ns = clock_mono_ns() + o->lasts_ns;
}

static int begin(struct events *h, const void *owner, struct cam_event *e, int64_t lasts_ns)
{
	struct open_event *o = may_open(h, owner) ? calloc(1, sizeof(*o)) : NULL;
	struct event *copy;

	if (!o)
		return may_open(h, owner) ? -ENOMEM : -EMFILE;
	e->id = h->last_seq + 1;
	e->peak = e->score;
	copy = event_new(e, e->id);
	if (!copy) {
		free(o);
		return -ENOMEM;
	}
	o->owner = owner;
	o->peak = e->score;
	go_on(o, copy, lasts_ns);
	o->next = h->open;
	h->open = o;
	h->n_open++;
	tell(h, copy, e->picture);
	event_unref(copy);
	return 0;
}

static int point(struct events *h, struct cam_event *e)
{
	struct event *copy;

	e->id = h->last_seq + 1;
	e->peak = e->score;
	copy = event_new(e, e->id);
	if (!copy)
		return -ENOMEM;
	tell(h, copy, e->picture);
	event_unref(copy);
	return 0;
}

/* An update, or the end: of the topic, label and camera that it began with, whatever the raiser says now. */
static int follow(struct events *h, const void *owner, struct cam_event *e, int64_t lasts_ns)
{
	struct open_event **at = find_open(h, owner, e->id);
	struct open_event *o = *at;
	const struct cam_event *was;
	struct event *copy;

	if (!o)
		return -ENOENT;
	was = event_is(o->last);
	e->topic = was->topic;
	e->label = was->label;
	e->camera = was->camera;
	o->peak = e->score > o->peak ? e->score : o->peak;
	e->peak = o->peak;
	copy = event_new(e, h->last_seq + 1);
	if (!copy)
		return -ENOMEM;
	tell(h, copy, e->picture);
	if (e->phase == CAM_END)
		take_out(h, at);
	else
		go_on(o, copy, lasts_ns);
	event_unref(copy);
	return 0;
}

/* Its raiser does not end it any more. Without memory it is not told at all. */
static void end_for(struct events *h, struct open_event **at, const char *why)
{
	struct cam_event e = *event_is((*at)->last);
	char json[64];
	struct event *copy;

	snprintf(json, sizeof(json), "{\"ended_by\": \"%s\"}", why);
	e.phase = CAM_END;
	e.peak = (*at)->peak;
	e.json = json;
	e.pts_ns = CAM_NO_TS;
	e.arrival_ns = clock_mono_ns();
	e.wall_ns = clock_wall_ns();
	copy = event_new(&e, h->last_seq + 1);
	if (copy)
		tell(h, copy, NULL);
	event_unref(copy);
	take_out(h, at);
}

/* ---- from outside ---- */

static void fill_in(struct cam_event *e)
{
	if (!e->arrival_ns)
		e->arrival_ns = clock_mono_ns();
	if (!e->wall_ns)
		e->wall_ns = clock_wall_ns();
}

int events_raise(struct events *h, const void *owner, struct cam_event *e, int64_t lasts_ns)
{
	/* What follows a begin has its topic. */
	const char *topic = e->topic;
	bool follows = e->phase == CAM_UPDATE || e->phase == CAM_END;
	int err;

	if (follows)
		e->topic = "any";
	err = event_check(e);
	if (!err) {
		fill_in(e);
		pthread_mutex_lock(&h->lock);
		if (follows)
			err = follow(h, owner, e, lasts_ns);
		else
			err = e->phase == CAM_BEGIN ? begin(h, owner, e, lasts_ns) : point(h, e);
		pthread_mutex_unlock(&h->lock);
	}
	if (follows)
		e->topic = topic;
	if (err)
		atomic_fetch_add_explicit(&h->refused, 1, memory_order_relaxed);
	return err;
}

void events_end_owner(struct events *h, const void *owner, const char *why)
{
	struct open_event **at = &h->open;

	pthread_mutex_lock(&h->lock);
	while (*at)
		if ((*at)->owner == owner)
			end_for(h, at, why);
		else
			at = &(*at)->next;
	pthread_mutex_unlock(&h->lock);
}

void events_end_gone(struct events *h, bool (*exists)(void *arg, const char *camera), void *arg)
{
	struct open_event **at = &h->open;

	pthread_mutex_lock(&h->lock);
	while (*at)
		if (!exists(arg, event_is((*at)->last)->camera))
			end_for(h, at, "camera_removed");
		else
			at = &(*at)->next;
	pthread_mutex_unlock(&h->lock);
}

void events_look(struct events *h)
{
	struct open_event **at = &h->open;
	int64_t now = clock_mono_ns();

	pthread_mutex_lock(&h->lock);
	while (*at)
		if ((*at)->lasts_ns && (*at)->until_ns <= now)
			end_for(h, at, "silence");
		else
			at = &(*at)->next;
	pthread_mutex_unlock(&h->lock);
}

size_t events_read(struct events *h, uint64_t after, struct event **ret, size_t room, bool *ret_missed)
{
	size_t n = 0;

	pthread_mutex_lock(&h->lock);
	/* What the future holds was told by a server whose clock was ahead. */
	*ret_missed = after > h->last_seq ||
		      (h->n ? event_seq(h->journal[h->first]) > after + 1 : after && after < h->last_seq);
	if (after > h->last_seq)
		after = 0;
	for (size_t i = 0; i < h->n && n < room; i++) {
		struct event *e = h->journal[(h->first + i) % EVENTS_REMEMBERED];

		if (event_seq(e) > after)
			ret[n++] = event_ref(e);
	}
	pthread_mutex_unlock(&h->lock);
	return n;
}

uint64_t events_last(struct events *h)
{
	uint64_t seq;

	pthread_mutex_lock(&h->lock);
	seq = h->last_seq;
	pthread_mutex_unlock(&h->lock);
	return seq;
}
