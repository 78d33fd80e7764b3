/* SPDX-License-Identifier: MIT */
#include "core/bus/link.h"

#include "core/base/clock.h"
#include "core/media/buf.h"

#include <pthread.h>
#include <stdlib.h>

enum {
	TURN = 64, /* items delivered before others on the executor get their turn */
	PACKETS = 512,
	PICTURES = 1
};
#define BYTES (UINT64_C(64) << 20)

struct link {
	struct task task;
	struct timer timer; /* instead of the task, when items are to gather */
	atomic_uint refs;
	struct link_end end;
	uint32_t media, drop, max_items;
	uint64_t max_bytes;
	int64_t max_age_ns, batch_ns;

	pthread_mutex_t lock; /* of all below */
	const struct cam_buf **items; /* a ring of `room` */
	size_t room, head, n;
	size_t exempt; /* so many at the head are history and do not count */
	uint64_t bytes; /* of those that count */
	bool scheduled, held, closed;
	bool timed; /* scheduled by the timer */
	bool want_key; /* only a keyframe may come next */
	bool gap; /* something was dropped: mark the next one */
};

static void on_task(struct task *t);
static void on_timer(struct timer *t);

struct link *link_new(const struct cam_want *want, const struct link_end *end)
{
	bool packets = want->form == CAM_PACKET;
	struct link *l = calloc(1, sizeof(*l));

	if (!l)
		return NULL;
	atomic_init(&l->refs, 1);
	pthread_mutex_init(&l->lock, NULL);
	l->task.fn = on_task;
	l->timer.fn = on_timer;
	l->end = *end;
	l->media = packets ? want->media : 0;
	l->drop = want->drop ? want->drop : packets ? CAM_DROP_GOP : CAM_DROP_LATEST;
	l->max_items = want->queue_items ? want->queue_items : packets ? PACKETS : PICTURES;
	l->max_bytes = want->queue_bytes ? want->queue_bytes : BYTES;
	l->max_age_ns = want->queue_age_ns;
	l->batch_ns = want->batch_ns;
	l->want_key = packets;
	return l;
}

struct link *link_ref(struct link *l)
{
	atomic_fetch_add_explicit(&l->refs, 1, memory_order_relaxed);
	return l;
}

static const struct cam_buf *take_front(struct link *l)
{
	const struct cam_buf *buf = l->items[l->head];

	l->head = (l->head + 1) % l->room;
	l->n--;
	if (l->exempt)
		l->exempt--;
	else
		l->bytes -= buf_bytes(buf);
	atomic_fetch_sub_explicit(&l->end.flow->waiting, 1, memory_order_relaxed);
	return buf;
}

static void clear(struct link *l)
{
	while (l->n)
		buf_unref(take_front(l));
}

void link_unref(struct link *l)
{
	if (!l || atomic_fetch_sub_explicit(&l->refs, 1, memory_order_acq_rel) != 1)
		return;
	if (!l->closed)
		clear(l);
	pthread_mutex_destroy(&l->lock);
	free(l->items);
	free(l);
}

static bool grow(struct link *l)
{
	size_t room = l->room ? l->room * 2 : 8;
	const struct cam_buf **items;

	if (l->n < l->room)
		return true;
	items = calloc(room, sizeof(*items));
	if (!items)
		return false;
	for (size_t i = 0; i < l->n; i++)
		/* NOLINTNEXTLINE(clang-analyzer-core.DivideZero): without room there are no items */
		items[i] = l->items[(l->head + i) % l->room];
	free(l->items);
	l->items = items;
	l->room = room;
	l->head = 0;
	return true;
}

static bool is_key(const struct cam_buf *buf)
{
	return buf->track == 0 && (buf->flags & CAM_KEY);
}

static void unref_buf(void *arg)
{
	buf_unref(arg);
}

/* The same bytes with one flag more: buffers are immutable once published. */
static const struct cam_buf *marked(const struct cam_buf *buf, uint32_t flag)
{
	struct cam_buf like = *buf;
	struct cam_buf *copy;

	like.flags |= flag;
	copy = buf_new(&like, unref_buf, (void *)(uintptr_t)buf);
	if (!copy)
		return buf_ref(buf);
	buf_ref(buf);
	return copy;
}

/* Puts buf at the end. @return false without memory */
static bool put(struct link *l, const struct cam_buf *buf)
{
	bool mark = l->gap && (l->drop == CAM_DROP_LATEST || is_key(buf));

	if (!grow(l))
		return false;
	l->items[(l->head + l->n++) % l->room] = mark ? marked(buf, CAM_DISCONTINUITY) : buf_ref(buf);
	if (mark)
		l->gap = false;
	atomic_fetch_add_explicit(&l->end.flow->waiting, 1, memory_order_relaxed);
	return true;
}

static unsigned drop_front(struct link *l)
{
	buf_unref(take_front(l));
	l->gap = true;
	return 1;
}

/* Drop from the front what has waited too long, and with packets the rest of its GOP too. */
static unsigned drop_old(struct link *l)
{
	int64_t from = clock_mono_ns() - l->max_age_ns;
	unsigned dropped = 0;

	while (l->n > l->exempt && !l->exempt && l->items[l->head]->arrival_ns < from)
		dropped += drop_front(l);
	if (!dropped || l->drop != CAM_DROP_GOP)
		return dropped;
	while (l->n && !is_key(l->items[l->head]))
		dropped += drop_front(l);
	if (l->n) {
		const struct cam_buf *first = l->items[l->head];

		l->items[l->head] = marked(first, CAM_DISCONTINUITY);
		buf_unref(first);
		l->gap = false;
	} else {
		l->want_key = true;
	}
	return dropped;
}

static bool is_full(const struct link *l, const struct cam_buf *buf)
{
	size_t counted = l->n - l->exempt;

	return counted >= l->max_items || (counted && l->bytes + buf_bytes(buf) > l->max_bytes);
}

/* Make room for buf, or decide that it is not to come in. @return dropped items, *ret_refuse */
static unsigned make_room(struct link *l, const struct cam_buf *buf, bool *ret_refuse)
{
	unsigned dropped = l->max_age_ns ? drop_old(l) : 0;

	*ret_refuse = false;
	if (l->drop == CAM_DROP_LATEST) {
		while (l->n && is_full(l, buf))
			dropped += drop_front(l);
		return dropped;
	}
	if (l->want_key && !is_key(buf)) {
		*ret_refuse = true;
	} else if (is_full(l, buf)) {
		l->want_key = l->gap = true;
		*ret_refuse = true;
	} else if (is_key(buf)) {
		l->want_key = false;
	}
	/* Before the first keyframe nothing is missed: that is the start, not a drop. */
	return dropped + (*ret_refuse && l->gap);
}

/* With the lock held. @return whether the caller is to post the task or set the timer */
static bool to_schedule(struct link *l)
{
	if (l->scheduled || l->held || l->closed || !l->n)
		return false;
	l->scheduled = true;
	link_ref(l);
	return true;
}

/* Items gather while the queue is far from full. */
static bool may_gather(const struct link *l)
{
	return l->batch_ns && l->n - l->exempt < l->max_items / 2 && l->bytes < l->max_bytes / 2;
}

static void unlock_and_schedule(struct link *l)
{
	bool post = to_schedule(l), gather = post && may_gather(l);

	/* Set under the lock: link_close() finds either no timer or one that it can take back. */
	if (gather) {
		l->timed = true;
		executor_post_at(l->end.on, &l->timer, clock_mono_ns() + l->batch_ns);
	}
	pthread_mutex_unlock(&l->lock);
	if (post && !gather)
		executor_post(l->end.on, &l->task);
}

unsigned link_push(struct link *l, const struct cam_buf *buf)
{
	unsigned dropped = 0;
	bool refuse;

	if (l->media && buf->caps->media != l->media)
		return 0;
	pthread_mutex_lock(&l->lock);
	if (l->closed) {
		pthread_mutex_unlock(&l->lock);
		return 0;
	}
	dropped = make_room(l, buf, &refuse);
	if (!refuse) {
		if (put(l, buf))
			l->bytes += buf_bytes(buf);
		else
			dropped++;
	}
	if (dropped)
		atomic_fetch_add_explicit(&l->end.flow->dropped, dropped, memory_order_relaxed);
	unlock_and_schedule(l);
	return dropped;
}

/* A buffer without planes, which no source can publish. */
bool link_is_end(const struct cam_buf *buf)
{
	return !buf->n_planes;
}

void link_end_session(struct link *l)
{
	struct cam_buf like = {.arrival_ns = clock_mono_ns()}, *mark;

	if (l->drop != CAM_DROP_GOP)
		return;
	mark = buf_new(&like, NULL, NULL);
	pthread_mutex_lock(&l->lock);
	/* A consumer that does not take anything needs to be told only once. */
	if (mark && !l->closed && !(l->n && link_is_end(l->items[(l->head + l->n - 1) % l->room])))
		(void)put(l, mark);
	unlock_and_schedule(l);
	buf_unref(mark);
}

void link_preload(struct link *l, const struct cam_buf *buf)
{
	if (l->media && buf->caps->media != l->media)
		return;
	pthread_mutex_lock(&l->lock);
	if (!l->closed && (!l->want_key || is_key(buf)) && put(l, buf)) {
		l->exempt++;
		l->want_key = false;
	}
	unlock_and_schedule(l);
}

void link_deliver(struct link *l, const struct cam_buf *buf)
{
	size_t bytes = buf_bytes(buf);

	if (link_is_closed(l))
		return;
	if (l->end.take(l->end.arg, buf) != 0)
		return;
	atomic_fetch_add_explicit(&l->end.flow->passed, 1, memory_order_relaxed);
	atomic_fetch_add_explicit(&l->end.flow->bytes, bytes, memory_order_relaxed);
}

/* Put an item that was not wanted yet back, unless newer ones have come that replace it. With the lock held. */
static void put_back(struct link *l, const struct cam_buf *buf)
{
	l->held = true;
	if (l->closed || (l->drop == CAM_DROP_LATEST && l->n >= l->max_items) || !grow(l)) {
		buf_unref(buf);
		return;
	}
	l->head = (l->head + l->room - 1) % l->room;
	l->items[l->head] = buf;
	l->n++;
	l->exempt += l->exempt > 0;
	if (!l->exempt)
		l->bytes += buf_bytes(buf);
	atomic_fetch_add_explicit(&l->end.flow->waiting, 1, memory_order_relaxed);
}

/* Deliver up to `turn` items. Called and left with the lock held. */
static void deliver(struct link *l, size_t turn)
{
	while (turn-- && l->n && !l->held && !l->closed) {
		const struct cam_buf *buf = take_front(l);
		size_t bytes = buf_bytes(buf);
		int err;

		pthread_mutex_unlock(&l->lock);
		err = l->end.take(l->end.arg, buf);
		pthread_mutex_lock(&l->lock);
		if (err == CAM_LATER) {
			put_back(l, buf);
			return;
		}
		buf_unref(buf);
		if (l->closed)
			return;
		atomic_fetch_add_explicit(&l->end.flow->passed, 1, memory_order_relaxed);
		atomic_fetch_add_explicit(&l->end.flow->bytes, bytes, memory_order_relaxed);
	}
}

/*
 * While items keep coming for a link that gathers, it stays scheduled by its timer: the producer never has to wake
 * anybody, and the consumer wakes once a batch.
 */
static void work(struct link *l)
{
	size_t had;

	pthread_mutex_lock(&l->lock);
	had = l->n;
	deliver(l, TURN);
	if (had && !l->n && !l->held && !l->closed && l->batch_ns) {
		l->timed = true;
		pthread_mutex_unlock(&l->lock);
		executor_post_at(l->end.on, &l->timer, clock_mono_ns() + l->batch_ns);
		return;
	}
	l->scheduled = l->timed = false;
	unlock_and_schedule(l);
	link_unref(l);
}

static void on_task(struct task *t)
{
	work(container_of(t, struct link, task));
}

static void on_timer(struct timer *t)
{
	work(container_of(t, struct link, timer));
}

void link_resume(struct link *l)
{
	pthread_mutex_lock(&l->lock);
	l->held = false;
	unlock_and_schedule(l);
}

void link_drain(struct link *l)
{
	pthread_mutex_lock(&l->lock);
	deliver(l, SIZE_MAX);
	pthread_mutex_unlock(&l->lock);
}

void link_close(struct link *l)
{
	bool timed;

	pthread_mutex_lock(&l->lock);
	l->closed = true;
	clear(l);
	timed = l->timed;
	l->timed = false;
	pthread_mutex_unlock(&l->lock);
	if (timed && executor_cancel(l->end.on, &l->timer))
		link_unref(l); /* the timer's; the caller has one too */
}

bool link_is_closed(struct link *l)
{
	bool closed;

	pthread_mutex_lock(&l->lock);
	closed = l->closed;
	pthread_mutex_unlock(&l->lock);
	return closed;
}
