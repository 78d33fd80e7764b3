/* SPDX-License-Identifier: MIT */
#include "core/bus/event_link.h"

#include "core/media/buf.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* How many are told in one turn of the executor. */
enum { TURN = 32, ITEMS = EVENT_LINK_ROOM + EVENT_LINK_OPEN };

struct item {
	struct event *event; /* a reference */
	const struct cam_buf *picture; /* a reference or NULL */
	uint32_t phase; /* to this hearer */
};

struct event_link {
	atomic_uint refs; /* its owner's, and one while it is queued */
	struct event_hearer hearer;
	struct task task;
	pthread_mutex_t lock;
	/* under lock: */
	bool is_closed, is_queued;
	struct item item[ITEMS]; /* oldest first */
	size_t n;
	uint64_t open[EVENT_LINK_OPEN]; /* ids of what has begun and not ended, queued or heard */
	size_t n_open;
};

static struct event_link *event_link_ref(struct event_link *l)
{
	atomic_fetch_add_explicit(&l->refs, 1, memory_order_relaxed);
	return l;
}

void event_link_unref(struct event_link *l)
{
	if (!l || atomic_fetch_sub_explicit(&l->refs, 1, memory_order_acq_rel) != 1)
		return;
	executor_unref(l->hearer.on);
	pthread_mutex_destroy(&l->lock);
	free(l);
}

/* ---- the queue, under its lock ---- */

static void count_waiting(struct event_link *l)
{
	atomic_store_explicit(&l->hearer.flow->waiting, (unsigned)l->n, memory_order_relaxed);
}

static struct item take(struct event_link *l, size_t at)
{
	struct item item = l->item[at];

	l->n--;
	memmove(&l->item[at], &l->item[at + 1], (l->n - at) * sizeof(item));
	count_waiting(l);
	return item;
}

static void item_free(const struct item *item)
{
	event_unref(item->event);
	buf_unref(item->picture);
}

static void discard(struct event_link *l, size_t at)
{
	struct item item = take(l, at);

	item_free(&item);
}

static uint64_t id_of(const struct item *item)
{
	return event_is(item->event)->id;
}

static void drop(struct event_link *l, size_t at)
{
	discard(l, at);
	atomic_fetch_add_explicit(&l->hearer.flow->dropped, 1, memory_order_relaxed);
}

/* The place of an item of this id and phase from `from` on. @return l->n: there is none */
static size_t find(const struct event_link *l, size_t from, uint64_t id, uint32_t phase)
{
	while (from < l->n && (l->item[from].phase != phase || id_of(&l->item[from]) != id))
		from++;
	return from;
}

/* Drop what is missed least. @return false: all that waits has to be told */
static bool make_room(struct event_link *l)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->item[i].phase == CAM_POINT || l->item[i].phase == CAM_UPDATE) {
			drop(l, i);
			return true;
		}
	for (size_t i = 0; i < l->n; i++) {
		size_t end = l->item[i].phase == CAM_BEGIN ? find(l, i, id_of(&l->item[i]), CAM_END) : l->n;

		if (end < l->n) {
			drop(l, end);
			drop(l, i);
			return true;
		}
	}
	return false;
}

static size_t find_open(const struct event_link *l, uint64_t id)
{
	size_t i = 0;

	while (i < l->n_open && l->open[i] != id)
		i++;
	return i;
}

/* Pictures are what is large about events: make room for one more. */
static void let_go_of_pictures(struct event_link *l)
{
	size_t n = 1;

	for (size_t i = l->n; i-- > 0;) {
		n += l->item[i].picture != NULL;
		if (n <= EVENT_LINK_PICTURES)
			continue;
		buf_unref(l->item[i].picture);
		l->item[i].picture = NULL;
	}
}

static void put(struct event_link *l, struct event *e, const struct cam_buf *picture, uint32_t phase)
{
	if (picture)
		let_go_of_pictures(l);
	l->item[l->n++] = (struct item){event_ref(e), picture ? buf_ref(picture) : NULL, phase};
	count_waiting(l);
}

static void put_if_room(struct event_link *l, struct event *e, const struct cam_buf *picture, uint32_t phase)
{
	bool is_full = phase == CAM_BEGIN && l->n_open == EVENT_LINK_OPEN;

	while (!is_full && l->n >= EVENT_LINK_ROOM)
		is_full = !make_room(l);
	if (is_full) {
		atomic_fetch_add_explicit(&l->hearer.flow->dropped, 1, memory_order_relaxed);
		return;
	}
	if (phase == CAM_BEGIN)
		l->open[l->n_open++] = event_is(e)->id;
	put(l, e, picture, phase);
}

static void put_update(struct event_link *l, struct event *e, const struct cam_buf *picture)
{
	size_t waiting = find(l, 0, event_is(e)->id, CAM_UPDATE);

	if (waiting < l->n) {
		discard(l, waiting);
		atomic_fetch_add_explicit(&l->hearer.flow->merged, 1, memory_order_relaxed);
	}
	put_if_room(l, e, picture, CAM_UPDATE);
}

/* @return whether it is what the hearer acts upon */
static bool is_wanted(const struct event_link *l, const struct cam_event *e)
{
	for (const char *const *p = l->hearer.patterns; *p; p++)
		if (event_matches(e, *p))
			return e->score >= l->hearer.min_score;
	return false;
}

static void push(struct event_link *l, struct event *e, const struct cam_buf *picture)
{
	const struct cam_event *is = event_is(e);
	size_t open = find_open(l, is->id);

	if (is->phase == CAM_END && open < l->n_open) {
		l->open[open] = l->open[--l->n_open];
		put(l, e, picture, CAM_END);
	} else if (is->phase == CAM_UPDATE && open < l->n_open) {
		put_update(l, e, picture);
	} else if (is->phase != CAM_END && is_wanted(l, is)) {
		/* One that reaches the score later than it begins, begins here then. */
		put_if_room(l, e, picture, is->phase == CAM_POINT ? CAM_POINT : CAM_BEGIN);
	}
}

/* ---- telling ---- */

/* @return false: there is none, or nobody hears */
static bool next(struct event_link *l, struct item *ret)
{
	bool is;

	pthread_mutex_lock(&l->lock);
	is = l->n && !l->is_closed;
	if (is)
		*ret = take(l, 0);
	else
		l->is_queued = false;
	pthread_mutex_unlock(&l->lock);
	return is;
}

static void tell(struct task *t)
{
	struct event_link *l = container_of(t, struct event_link, task);
	struct item item;

	for (int i = 0; i < TURN; i++) {
		struct cam_event e;

		if (!next(l, &item)) {
			event_link_unref(l);
			return;
		}
		e = *event_is(item.event);
		e.phase = item.phase;
		e.picture = item.picture;
		atomic_fetch_add_explicit(&l->hearer.flow->heard, 1, memory_order_relaxed);
		l->hearer.hear(l->hearer.arg, &e);
		item_free(&item);
	}
	executor_post(l->hearer.on, &l->task);
}

void event_link_push(struct event_link *l, struct event *e, const struct cam_buf *picture)
{
	bool must_queue = false;

	pthread_mutex_lock(&l->lock);
	if (!l->is_closed) {
		push(l, e, picture);
		must_queue = l->n && !l->is_queued;
		l->is_queued |= must_queue;
	}
	pthread_mutex_unlock(&l->lock);
	if (must_queue)
		executor_post_soon(event_link_ref(l)->hearer.on, &l->task);
}

void event_link_close(struct event_link *l)
{
	pthread_mutex_lock(&l->lock);
	l->is_closed = true;
	while (l->n)
		discard(l, l->n - 1);
	pthread_mutex_unlock(&l->lock);
}

struct event_link *event_link_new(const struct event_hearer *hearer)
{
	struct event_link *l = calloc(1, sizeof(*l));

	if (!l)
		return NULL;
	l->hearer = *hearer;
	executor_ref(l->hearer.on);
	l->task.fn = tell;
	atomic_init(&l->refs, 1);
	pthread_mutex_init(&l->lock, NULL);
	return l;
}
