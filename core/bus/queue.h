/* SPDX-License-Identifier: MIT */
/**
 * @file queue.h
 * The queue of a link: references to buffers in a ring that grows, the policy that drops, and the counting of what
 * waits. Not locked: the link's lock is around it. Its functions are the link's own, hence static.
 *
 * History that was fetched stands at the head, exempt from the limits. The mark that a session has ended is an item
 * without planes, which no source can publish; it goes by no policy: when all around it is dropped it stays, first.
 */
#ifndef CAM_BUS_QUEUE_H
#define CAM_BUS_QUEUE_H
#include <assert.h>
#include <stdlib.h>

#include "core/bus/flow.h"
#include "core/media/buf.h"
#include "lib/clock.h"

enum { QUEUE_PACKETS = 512, QUEUE_PICTURES = 1 };
#define QUEUE_BYTES (UINT64_C(64) << 20)

struct queue {
	const struct cam_buf **items; /**< a ring of `room`, a power of two */
	size_t room, head, n;
	size_t exempt; /**< so many at the head are history */
	uint64_t bytes; /**< of those that count */
	uint64_t waiting; /**< bytes of all */
	uint64_t told; /**< so many of them are in the account */
	uint32_t drop, max_items;
	uint64_t max_bytes;
	int64_t max_age_ns;
	bool sound_only; /**< packets of sound, each of which one can start with */
	bool want_key; /**< only a keyframe may come next */
	bool gap; /**< something was dropped: mark the next one */
	const struct cam_buf *mark; /**< of the end of a session; packets only */
	struct link_flow *flow;
	struct link_account *account; /**< or NULL */
};

/** @param account NULL: none @return false without memory */
static inline bool queue_init(
	struct queue *q, const struct cam_want *want, struct link_flow *flow, struct link_account *account)
{
	static const struct cam_buf like = {.size = sizeof(like)};
	bool packets = want->form == CAM_PACKET;

	q->mark = packets ? buf_new(&like, NULL, NULL) : NULL;
	q->drop = want->drop ? want->drop : packets ? CAM_DROP_GOP : CAM_DROP_LATEST;
	q->max_items = want->queue_items ? want->queue_items : packets ? QUEUE_PACKETS : QUEUE_PICTURES;
	q->max_bytes = want->queue_bytes ? want->queue_bytes : QUEUE_BYTES;
	q->max_age_ns = want->queue_age_ns;
	q->sound_only = packets && want->media == CAM_AUDIO;
	q->want_key = packets;
	q->flow = flow;
	q->account = account;
	return !packets || q->mark;
}

static inline const struct cam_buf **queue_at(const struct queue *q, size_t i)
{
	assert(i < q->n);
	return &q->items[(q->head + i) & (q->room - 1)];
}

static inline bool queue_is_end(const struct cam_buf *buf)
{
	return !buf->n_planes;
}

/* @return whether one can start with it; of sound alone, with each packet */
static inline bool queue_is_key(const struct queue *q, const struct cam_buf *buf)
{
	return q->sound_only ? !queue_is_end(buf) : buf->track == 0 && (buf->flags & CAM_KEY);
}

/* ---- counting ---- */

static inline void queue_count_dropped(const struct queue *q, unsigned long long n)
{
	if (n)
		atomic_fetch_add_explicit(&q->flow->dropped, n, memory_order_relaxed);
}

/* Bring the account up to date. */
static inline void queue_tell_account(struct queue *q)
{
	uint64_t more = q->waiting - q->told;

	atomic_fetch_add_explicit(&q->account->bytes, more, memory_order_relaxed);
	atomic_fetch_add_explicit(q->account->total, more, memory_order_relaxed);
	q->told = q->waiting;
}

/* An item of so many bytes waits, or does not any more. */
static inline void queue_count(struct queue *q, int items, uint64_t bytes)
{
	q->waiting += items > 0 ? bytes : -bytes;
	atomic_fetch_add_explicit(&q->flow->waiting, (unsigned)items, memory_order_relaxed);
	if (q->account &&
		(q->waiting > q->told + q->account->quantum || q->waiting + q->account->quantum < q->told))
		queue_tell_account(q);
}

/* ---- the ring ---- */

/* Make room for one more. @return false without memory */
static inline bool queue_grow(struct queue *q)
{
	size_t room = q->room ? q->room * 2 : 8;
	const struct cam_buf **items;

	if (q->n < q->room)
		return true;
	items = calloc(room, sizeof(*items));
	if (!items)
		return false;
	for (size_t i = 0; i < q->n; i++)
		items[i] = *queue_at(q, i);
	free(q->items);
	q->items = items;
	q->room = room;
	q->head = 0;
	return true;
}

/** @return the first item with its reference; there is one */
static inline const struct cam_buf *queue_take(struct queue *q)
{
	const struct cam_buf *buf = *queue_at(q, 0);
	const uint64_t bytes = buf_bytes(buf);

	q->head = (q->head + 1) & (q->room - 1);
	q->n--;
	if (q->exempt)
		q->exempt--;
	else
		q->bytes -= bytes;
	queue_count(q, -1, bytes);
	return buf;
}

/* In front of all others, with its reference. There is room. */
static inline void queue_put_first(struct queue *q, const struct cam_buf *buf, bool exempt)
{
	uint64_t bytes = buf_bytes(buf);

	assert(q->n < q->room);
	q->head = (q->head + q->room - 1) & (q->room - 1);
	q->items[q->head] = buf;
	q->n++;
	if (exempt)
		q->exempt++;
	else
		q->bytes += bytes;
	queue_count(q, 1, bytes);
}

static inline void queue_unref(void *arg)
{
	buf_unref(arg);
}

/* The same bytes with one flag more: buffers are immutable once published. @return a reference */
static inline const struct cam_buf *queue_marked(const struct cam_buf *buf, uint32_t flag)
{
	struct cam_buf like = *buf;
	struct cam_buf *copy;

	like.flags |= flag;
	copy = buf_new(&like, queue_unref, (void *)(uintptr_t)buf);
	if (!copy)
		return buf_ref(buf);
	buf_ref(buf);
	return copy;
}

/* At the end, as history or not: so many bytes. @return false without memory */
static inline bool queue_put(struct queue *q, const struct cam_buf *buf, uint64_t bytes, bool exempt)
{
	bool mark = q->gap && !queue_is_end(buf) && (q->drop == CAM_DROP_LATEST || queue_is_key(q, buf));

	assert(!exempt || q->exempt == q->n);
	if (!queue_grow(q))
		return false;
	q->items[(q->head + q->n++) & (q->room - 1)] =
		mark ? queue_marked(buf, CAM_DISCONTINUITY) : buf_ref(buf);
	if (mark)
		q->gap = false;
	if (exempt)
		q->exempt++;
	else
		q->bytes += bytes;
	queue_count(q, 1, bytes);
	return true;
}

/** @return how many items of data wait */
static inline size_t queue_n_data(const struct queue *q)
{
	size_t n = 0;

	for (size_t i = 0; i < q->n; i++)
		n += !queue_is_end(*queue_at(q, i));
	return n;
}

/** Let go of all that waits. */
static inline void queue_empty(struct queue *q)
{
	while (q->n)
		buf_unref(queue_take(q));
}

/** The same for good. The account, which is the camera's, is left: the camera may go now. */
static inline void queue_clear(struct queue *q)
{
	queue_empty(q);
	if (q->account)
		queue_tell_account(q);
	q->account = NULL;
}

static inline void queue_finish(struct queue *q)
{
	queue_clear(q);
	buf_unref(q->mark);
	free(q->items);
}

/* ---- dropping ---- */

/* Drop the first item; a mark is owed from then on. @return items of data */
static inline unsigned queue_drop_first(struct queue *q, bool *owed)
{
	const struct cam_buf *buf = queue_take(q);
	bool is_end = queue_is_end(buf);

	buf_unref(buf);
	*owed |= is_end;
	return !is_end;
}

static inline void queue_owe_end(struct queue *q)
{
	if (queue_grow(q))
		queue_put_first(q, buf_ref(q->mark), q->exempt > 0);
}

/*
 * Something was dropped from the front: the first item of data says so, or the next one to come. Another gap, behind
 * all that waits, is still to be told of by the next one.
 */
static inline void queue_tell_gap(struct queue *q, bool owed)
{
	size_t i = q->n && queue_is_end(*queue_at(q, 0));

	if (i < q->n) {
		const struct cam_buf **first = queue_at(q, i), *buf = *first;

		*first = queue_marked(buf, CAM_DISCONTINUITY);
		buf_unref(buf);
	} else {
		q->gap = true;
	}
	if (owed && !i)
		queue_owe_end(q);
}

/* After a drop from the front: go on to a keyframe, which says that something is missing, or behind everything. */
static inline unsigned queue_drop_to_key(struct queue *q, bool owed)
{
	unsigned dropped = 0;

	while (q->n && !queue_is_key(q, *queue_at(q, 0)))
		dropped += queue_drop_first(q, &owed);
	if (!q->n)
		q->want_key = true;
	queue_tell_gap(q, owed);
	return dropped;
}

/* @return the oldest item of data, or NULL; of marks there is at most one before it */
static inline const struct cam_buf *queue_oldest(const struct queue *q)
{
	size_t i = q->n && queue_is_end(*queue_at(q, 0));

	return i < q->n ? *queue_at(q, i) : NULL;
}

/* Drop from the front what has waited too long, and with packets the rest of its GOP too. */
static inline unsigned queue_drop_old(struct queue *q)
{
	int64_t from = clock_mono_ns() - q->max_age_ns;
	const struct cam_buf *oldest;
	unsigned dropped = 0;
	bool owed = false;

	while (!q->exempt && (oldest = queue_oldest(q)) && oldest->arrival_ns < from)
		dropped += queue_drop_first(q, &owed);
	if (dropped && q->drop == CAM_DROP_GOP)
		dropped += queue_drop_to_key(q, owed);
	else if (dropped)
		queue_tell_gap(q, owed);
	return dropped;
}

/** Drop the oldest group of pictures. @return items of data, counted; 0: none waits */
static inline unsigned queue_shed(struct queue *q)
{
	unsigned dropped = 0;
	bool owed = false;

	if (!queue_oldest(q) || q->drop != CAM_DROP_GOP)
		return 0;
	while (!dropped)
		dropped += queue_drop_first(q, &owed);
	dropped += queue_drop_to_key(q, owed);
	queue_count_dropped(q, dropped);
	return dropped;
}

static inline bool queue_is_full(const struct queue *q, uint64_t bytes)
{
	size_t counted = q->n - q->exempt;

	return counted >= q->max_items || (counted && q->bytes + bytes > q->max_bytes);
}

/* Make room for buf, of so many bytes, or decide that it is not to come in. @return dropped items, *ret_refuse */
static inline unsigned queue_make_room(
	struct queue *q, const struct cam_buf *buf, uint64_t bytes, bool *ret_refuse)
{
	unsigned dropped = q->max_age_ns ? queue_drop_old(q) : 0, fresh = 0;
	bool owed = false;

	*ret_refuse = false;
	if (q->drop == CAM_DROP_LATEST) {
		while (q->n && queue_is_full(q, bytes))
			fresh += queue_drop_first(q, &owed);
		if (fresh)
			queue_tell_gap(q, owed);
		else if (owed)
			queue_owe_end(q);
		return dropped + fresh;
	}
	if (q->want_key && !queue_is_key(q, buf)) {
		*ret_refuse = true;
	} else if (queue_is_full(q, bytes)) {
		q->want_key = q->gap = true;
		*ret_refuse = true;
	} else if (queue_is_key(q, buf)) {
		q->want_key = false;
	}
	/* Before the first keyframe nothing is missed: that is the start, not a drop. */
	return dropped + (*ret_refuse && q->gap);
}

/* ---- what links do ---- */

/** Take an item in, or drop by policy. @return items dropped, counted */
static inline unsigned queue_push(struct queue *q, const struct cam_buf *buf)
{
	uint64_t bytes = buf_bytes(buf);
	bool refuse;
	unsigned dropped = queue_make_room(q, buf, bytes, &refuse);

	if (!refuse && !queue_put(q, buf, bytes, false)) {
		q->gap = true;
		q->want_key = q->drop == CAM_DROP_GOP;
		dropped++;
	}
	queue_count_dropped(q, dropped);
	return dropped;
}

/** So many items, from here on to the next keyframe, are not to be had. */
static inline void queue_missed(struct queue *q, unsigned long long items)
{
	q->want_key = q->gap = true;
	queue_count_dropped(q, items);
}

/** Take an item of history in, beyond the limits; behind a mark it counts for what comes after it. */
static inline void queue_push_history(struct queue *q, const struct cam_buf *buf)
{
	if (q->want_key && !queue_is_key(q, buf))
		queue_count_dropped(q, q->gap);
	else if (queue_put(q, buf, buf_bytes(buf), q->exempt == q->n))
		q->want_key = false;
	else
		queue_missed(q, 1);
}

/** Put the mark of an ended session at the end. A consumer that takes nothing needs to be told only once. */
static inline void queue_put_end(struct queue *q)
{
	if (!(q->n && queue_is_end(*queue_at(q, q->n - 1))))
		(void)queue_put(q, q->mark, 0, q->n && q->exempt == q->n);
}

/** Take an item that was not wanted yet back, unless newer ones replace it, which counts. Takes its reference over. */
static inline void queue_put_back(struct queue *q, const struct cam_buf *buf, bool exempt)
{
	bool replaced = q->drop == CAM_DROP_LATEST && q->n >= q->max_items;

	if (!replaced && queue_grow(q)) {
		queue_put_first(q, buf, exempt);
		return;
	}
	queue_count_dropped(q, !queue_is_end(buf));
	if (replaced)
		queue_tell_gap(q, queue_is_end(buf));
	else
		queue_count_dropped(q, queue_drop_to_key(q, queue_is_end(buf)));
	buf_unref(buf);
}

/** @return whether it is far from full */
static inline bool queue_has_room(const struct queue *q)
{
	return q->n - q->exempt < q->max_items / 2 && q->bytes < q->max_bytes / 2;
}
#endif
