/* SPDX-License-Identifier: MIT */
#include "core/bus/link.h"

#include "core/bus/queue.h"

#include <pthread.h>

/* What arrived before until_ns has come by then, also of a session's first half second (hold.h). */
#define UNTIL_GRACE (CLOCK_SECOND * 3 / 4)

enum { TURN = 64 };

struct link {
	struct task task;
	struct timer timer; /* instead of the task, when items are to gather */
	struct timer until; /* the time until_ns is over, also when the camera sends nothing */
	atomic_uint refs;
	struct link_end end;
	uint32_t media;
	int64_t batch_ns, until_ns;

	pthread_mutex_t lock; /* of all below */
	struct queue queue;
	bool scheduled, held, closed;
	bool timed; /* scheduled by the timer */
	bool over; /* until_ns is reached: nothing comes any more */
	bool ending; /* the timer `until` is set, with a reference */
	void (*pull)(void *arg, struct link *); /* NULL: not behind */
	void *pull_arg;
	struct {
		bool due, gone, gone_due;
		int err; /* the last one told, or to be */
		const char *why;
	} told;
};

static void on_task(struct task *t);
static void on_timer(struct timer *t);
static void on_until(struct timer *t);

static int64_t ends_at(const struct link *l)
{
	return l->until_ns + UNTIL_GRACE;
}

struct link *link_new(const struct cam_want *want, const struct link_end *end)
{
	struct link *l = calloc(1, sizeof(*l));

	if (!l || !queue_init(&l->queue, want, end->flow, end->account)) {
		free(l);
		return NULL;
	}
	atomic_init(&l->refs, 1);
	pthread_mutex_init(&l->lock, NULL);
	l->task.fn = on_task;
	l->timer.fn = on_timer;
	l->until.fn = on_until;
	l->end = *end;
	executor_ref(l->end.on);
	l->media = want->form == CAM_PACKET ? want->media : 0;
	l->batch_ns = want->batch_ns;
	l->until_ns = want->form == CAM_PACKET ? want->until_ns : 0;
	return l;
}

struct link *link_ref(struct link *l)
{
	atomic_fetch_add_explicit(&l->refs, 1, memory_order_relaxed);
	return l;
}

static void let_go(struct link *l, unsigned refs)
{
	if (atomic_fetch_sub_explicit(&l->refs, refs, memory_order_acq_rel) != refs)
		return;
	queue_finish(&l->queue);
	pthread_mutex_destroy(&l->lock);
	executor_unref(l->end.on);
	free(l);
}

void link_unref(struct link *l)
{
	if (l)
		let_go(l, 1);
}

bool link_is_end(const struct cam_buf *buf)
{
	return queue_is_end(buf);
}

/* ---- scheduling -------------------------------------------------------------------------------------------------- */

static bool has_news(const struct link *l)
{
	return l->told.due || l->told.gone_due;
}

/* With the lock held. @return whether the caller is to post the task or set the timer */
static bool to_schedule(struct link *l)
{
	if (l->scheduled || l->closed || !(has_news(l) || (!l->held && (l->queue.n || l->pull))))
		return false;
	l->scheduled = true;
	link_ref(l);
	return true;
}

/* Items gather while the queue is far from full. */
static bool may_gather(const struct link *l)
{
	return l->batch_ns && !l->pull && !has_news(l) && queue_has_room(&l->queue);
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
	/* The consumer may end its subscription just now: the reference keeps its executor. */
	if (post && !gather)
		executor_post(l->end.on, &l->task);
}

/* ---- producing --------------------------------------------------------------------------------------------------- */

/* The wish is at its end: that is told behind what has come. With the lock held. */
static void end(struct link *l)
{
	if (l->over || l->closed)
		return;
	queue_put_end(&l->queue);
	l->over = true;
}

/* @return whether the link takes data of this kind and time; the end of what was wished for is noticed here */
static bool is_wanted(struct link *l, const struct cam_buf *buf)
{
	if (l->closed || l->over)
		return false;
	if (l->until_ns && buf->track == 0 && buf->arrival_ns >= l->until_ns)
		end(l);
	return !l->over && !(l->media && buf->caps->media != l->media);
}

static void on_until(struct timer *t)
{
	struct link *l = container_of(t, struct link, until);

	pthread_mutex_lock(&l->lock);
	l->ending = false;
	if (!l->pull) /* else it ends where it has caught up */
		end(l);
	unlock_and_schedule(l);
	link_unref(l);
}

void link_begin(struct link *l)
{
	if (!l->until_ns)
		return;
	pthread_mutex_lock(&l->lock);
	l->ending = true;
	link_ref(l);
	executor_post_at(l->end.on, &l->until, ends_at(l));
	pthread_mutex_unlock(&l->lock);
}

/* Bytes have been added: is it too much for all of them together? Without the lock. */
static void check_account(const struct link *l)
{
	struct link_account *a = l->end.account;

	if (a && atomic_load_explicit(a->total, memory_order_relaxed) >
			 atomic_load_explicit(a->limit, memory_order_relaxed))
		a->over(a);
}

unsigned link_push(struct link *l, const struct cam_buf *buf)
{
	unsigned dropped;

	pthread_mutex_lock(&l->lock);
	dropped = is_wanted(l, buf) ? queue_push(&l->queue, buf) : 0;
	unlock_and_schedule(l);
	check_account(l);
	return dropped;
}

void link_end_session(struct link *l)
{
	pthread_mutex_lock(&l->lock);
	if (l->queue.mark && !l->closed && !l->over)
		queue_put_end(&l->queue);
	unlock_and_schedule(l);
}

unsigned link_shed(struct link *l)
{
	unsigned dropped;

	pthread_mutex_lock(&l->lock);
	dropped = queue_shed(&l->queue);
	pthread_mutex_unlock(&l->lock);
	return dropped;
}

void link_refuse(struct link *l, int err, const char *why)
{
	pthread_mutex_lock(&l->lock);
	l->told.due |= l->end.refused && (l->told.err != err || l->told.why != why);
	l->told.err = err;
	l->told.why = why;
	unlock_and_schedule(l);
}

void link_gone(struct link *l)
{
	pthread_mutex_lock(&l->lock);
	l->told.gone_due |= l->end.gone && !l->told.gone;
	l->told.gone = true;
	unlock_and_schedule(l);
}

/* ---- history ----------------------------------------------------------------------------------------------------- */

void link_pull(struct link *l, void (*pull)(void *arg, struct link *), void *arg)
{
	pthread_mutex_lock(&l->lock);
	l->pull = pull;
	l->pull_arg = arg;
	unlock_and_schedule(l);
}

void link_history(struct link *l, const struct cam_buf *buf)
{
	pthread_mutex_lock(&l->lock);
	if (is_wanted(l, buf))
		queue_push_history(&l->queue, buf);
	pthread_mutex_unlock(&l->lock);
}

void link_missed(struct link *l, unsigned long long items)
{
	pthread_mutex_lock(&l->lock);
	queue_missed(&l->queue, items);
	pthread_mutex_unlock(&l->lock);
}

void link_caught_up(struct link *l)
{
	pthread_mutex_lock(&l->lock);
	l->pull = NULL;
	if (l->until_ns && clock_mono_ns() >= ends_at(l))
		end(l);
	pthread_mutex_unlock(&l->lock);
}

/* ---- consuming --------------------------------------------------------------------------------------------------- */

/* @param err what take() has said */
static void count_taken(const struct link *l, int err, uint64_t bytes)
{
	if (err) {
		queue_count_dropped(&l->queue, 1);
		return;
	}
	atomic_fetch_add_explicit(&l->end.flow->passed, 1, memory_order_relaxed);
	atomic_fetch_add_explicit(&l->end.flow->bytes, bytes, memory_order_relaxed);
}

void link_deliver(struct link *l, const struct cam_buf *buf)
{
	if (!link_is_closed(l))
		count_taken(l, l->end.take(l->end.arg, buf), buf_bytes(buf));
}

/* Called and left with the lock held. */
static void deliver_news(struct link *l)
{
	int err = l->told.err;
	const char *why = l->told.why;
	bool refused = l->told.due, gone = l->told.gone_due;

	if (gone) { /* nothing comes any more, not even what waits */
		queue_count_dropped(&l->queue, queue_n_data(&l->queue));
		queue_empty(&l->queue);
		l->over = true;
		l->pull = NULL;
	}

	l->told.due = l->told.gone_due = false;
	pthread_mutex_unlock(&l->lock);
	if (refused)
		l->end.refused(l->end.arg, err, why ? why : "");
	if (gone && !(refused && link_is_closed(l)))
		l->end.gone(l->end.arg);
	pthread_mutex_lock(&l->lock);
}

/* Hand the first item over, its reference let go of. Called and left with the lock held. */
static void deliver_first(struct link *l)
{
	bool exempt = l->queue.exempt;
	const struct cam_buf *buf = queue_take(&l->queue);
	uint64_t bytes = buf_bytes(buf);
	int err;

	pthread_mutex_unlock(&l->lock);
	err = l->end.take(l->end.arg, buf);
	pthread_mutex_lock(&l->lock);
	l->held = err == CAM_LATER;
	if (l->held && !l->closed) {
		queue_put_back(&l->queue, buf, exempt);
		return;
	}
	if (!link_is_end(buf) && !l->held)
		count_taken(l, err, bytes);
	buf_unref(buf);
}

/* Deliver up to `turn` items, none that would begin after until_ns but the first. Called and left with the lock held; the caller holds a reference. */
static void deliver(struct link *l, size_t turn, int64_t until_ns)
{
	if (has_news(l) && !l->closed)
		deliver_news(l);
	while (turn-- && l->queue.n && !l->held && !l->closed) {
		deliver_first(l);
		if (until_ns != INT64_MAX && clock_mono_ns() >= until_ns)
			break;
	}
}

/* Fetch history, once what was fetched before is taken. Called and left with the lock held. */
static void refill(struct link *l)
{
	void (*pull)(void *arg, struct link *) = l->pull;

	if (!pull || l->queue.n || l->held || l->closed)
		return;
	pthread_mutex_unlock(&l->lock);
	pull(l->pull_arg, l);
	pthread_mutex_lock(&l->lock);
}

/*
 * While items keep coming for a link that gathers, it stays scheduled by its timer: the producer never has to wake
 * anybody, and the consumer wakes once a batch.
 */
static void work(struct link *l)
{
	size_t had;

	pthread_mutex_lock(&l->lock);
	l->timed = false; /* its reference is this call's now: link_close() is not to take it back */
	refill(l);
	had = l->queue.n;
	deliver(l, l->end.turn ? l->end.turn : TURN,
		l->end.turn_ns ? clock_mono_ns() + l->end.turn_ns : INT64_MAX);
	if (had && !l->queue.n && !l->held && !l->closed && l->batch_ns && !l->pull && !has_news(l)) {
		l->timed = true;
		/* Under the lock, as in unlock_and_schedule(). */
		executor_post_at(l->end.on, &l->timer, clock_mono_ns() + l->batch_ns);
		pthread_mutex_unlock(&l->lock);
		return;
	}
	l->scheduled = false;
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
	int64_t now = clock_mono_ns();

	link_ref(l); /* the consumer may end its subscription */
	pthread_mutex_lock(&l->lock);
	/* A camera that goes on meanwhile could keep a slow consumer here for ever. */
	if (!l->until_ns || l->until_ns > now)
		l->until_ns = now;
	do {
		refill(l);
		deliver(l, SIZE_MAX, INT64_MAX);
	} while (l->pull && !l->held && !l->closed && !l->over);
	queue_count_dropped(&l->queue, queue_n_data(&l->queue));
	pthread_mutex_unlock(&l->lock);
	link_unref(l);
}

void link_close(struct link *l)
{
	bool timed, ending;

	pthread_mutex_lock(&l->lock);
	l->closed = true;
	queue_clear(&l->queue);
	timed = l->timed;
	ending = l->ending;
	l->timed = l->ending = false;
	pthread_mutex_unlock(&l->lock);
	timed = timed && executor_cancel(l->end.on, &l->timer);
	ending = ending && executor_cancel(l->end.on, &l->until);
	let_go(l, (unsigned)timed + ending); /* their references; the caller has one too */
}

bool link_is_closed(struct link *l)
{
	bool closed;

	pthread_mutex_lock(&l->lock);
	closed = l->closed;
	pthread_mutex_unlock(&l->lock);
	return closed;
}

uint64_t link_waiting_bytes(struct link *l)
{
	uint64_t bytes;

	pthread_mutex_lock(&l->lock);
	bytes = l->queue.waiting;
	pthread_mutex_unlock(&l->lock);
	return bytes;
}
