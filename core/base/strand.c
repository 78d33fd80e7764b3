/* SPDX-License-Identifier: MIT */
#include "core/base/strand.h"

#include "core/base/timers.h"
#include "lib/clock.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

/* So many tasks of one strand run, or for so long, before the next strand gets its turn. */
enum { TURN = 8 };
#define TURN_NS (4 * CLOCK_MS)

struct strand {
	struct executor executor;
	struct pool *pool;
	struct strand *next_ready;
	struct task_list tasks, awaited; /* which are taken by turns */
	bool was_awaited; /* the last one was */
	unsigned refs; /* under the pool's lock */
	bool ready; /* in a lane, or running: it is freed when it has run dry */
	struct lane *lane; /* that it waits in, NULL: none */
};

/* Strands that wait for their turn. */
struct lane {
	struct strand *first, **tail;
};

struct pool {
	pthread_mutex_t lock;
	pthread_cond_t work; /* for idle threads but the keeper */
	pthread_cond_t time; /* for the keeper, the one idle thread that waits for the next timer too */
	unsigned n_idle; /* threads that wait for work */
	bool keeping;
	struct timers timers;
	struct lane line, soon; /* from which turns are given out by turns, so that neither stands still */
	bool was_soon; /* the last one was */
	bool ending;
	unsigned n_ended; /* threads that will do nothing any more */
	char name[16]; /* of its threads; each sets its own, since another's goes through /proc */
	unsigned n_threads;
	pthread_t threads[];
};

/* The strand whose task this thread is running. */
static _Thread_local const struct strand *here;

static void lane_init(struct lane *l)
{
	l->first = NULL;
	l->tail = &l->first;
}

static void lane_remove(struct strand *s)
{
	struct lane *l = s->lane;
	struct strand **at = &l->first;

	while (*at != s)
		at = &(*at)->next_ready;
	*at = s->next_ready;
	if (!*at)
		l->tail = at;
	s->lane = NULL;
}

static void put_ready(struct pool *p, struct strand *s)
{
	struct lane *l = s->awaited.head ? &p->soon : &p->line;

	s->ready = true;
	s->lane = l;
	s->next_ready = NULL;
	*l->tail = s;
	l->tail = &s->next_ready;
}

static bool has_ready(const struct pool *p)
{
	return p->line.first || p->soon.first;
}

static struct strand *take_ready(struct pool *p)
{
	struct strand *s;

	p->was_soon = p->soon.first && !(p->was_soon && p->line.first);
	s = p->was_soon ? p->soon.first : p->line.first;
	lane_remove(s);
	return s;
}

static struct task *take_task(struct strand *s)
{
	s->was_awaited = s->awaited.head && !(s->was_awaited && s->tasks.head);
	return task_list_take(s->was_awaited ? &s->awaited : &s->tasks);
}

/* Run a turn of s. Called and left with the pool locked. */
static void run_strand(struct pool *p, struct strand *s)
{
	int64_t until = clock_mono_ns() + TURN_NS;

	here = s;
	for (int i = 0; i < TURN && (!i || clock_mono_ns() < until); i++) {
		struct task *t = take_task(s);

		if (!t)
			break;
		pthread_mutex_unlock(&p->lock);
		t->fn(t);
		pthread_mutex_lock(&p->lock);
	}
	here = NULL;
	if (s->tasks.head || s->awaited.head) {
		put_ready(p, s);
		return;
	}
	s->ready = false;
	if (!s->refs)
		free(s);
}

/* Wake a thread for new work: the keeper only when no other is idle. With the pool locked. */
static void wake(struct pool *p)
{
	if (p->n_idle)
		pthread_cond_signal(&p->work);
	else if (p->keeping)
		pthread_cond_signal(&p->time);
}

/* Move the timers that are due to their strands. With the pool locked. */
static void fire_timers(struct pool *p)
{
	int64_t now = p->timers.first ? clock_mono_ns() : 0;
	struct timer *t;

	while ((t = timers_take(&p->timers, now))) {
		struct strand *s = container_of(t->on, struct strand, executor);

		task_list_put(&s->tasks, &t->task);
		if (!s->ready)
			put_ready(p, s);
	}
}

static void wait_for_work(struct pool *p)
{
	if (p->timers.first && !p->keeping) {
		int64_t at = p->timers.first->at_ns;
		struct timespec until = {at / CLOCK_SECOND, at % CLOCK_SECOND};

		p->keeping = true;
		pthread_cond_timedwait(&p->time, &p->lock, &until);
		p->keeping = false;
	} else {
		p->n_idle++;
		pthread_cond_wait(&p->work, &p->lock);
		p->n_idle--;
	}
}

static void *pool_thread(void *arg)
{
	struct pool *p = arg;

	pthread_setname_np(pthread_self(), p->name);
	pthread_mutex_lock(&p->lock);
	for (;;) {
		fire_timers(p);
		if (has_ready(p)) {
			struct strand *s = take_ready(p);

			/* This one will be busy: another takes the rest of the work, or the watch. */
			if (p->n_idle && (has_ready(p) || (p->timers.first && !p->keeping)))
				pthread_cond_signal(&p->work);
			run_strand(p, s);
		} else if (p->ending)
			break;
		else
			wait_for_work(p);
	}
	p->n_ended++;
	pthread_cond_broadcast(&p->time);
	pthread_mutex_unlock(&p->lock);
	return NULL;
}

static void init_locks(struct pool *p)
{
	pthread_condattr_t monotonic;

	pthread_mutex_init(&p->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&p->work, NULL);
	pthread_cond_init(&p->time, &monotonic);
	pthread_condattr_destroy(&monotonic);
}

int pool_new(const char *name, unsigned threads, struct pool **ret)
{
	struct pool *p = calloc(1, sizeof(*p) + threads * sizeof(p->threads[0]));
	int err;

	if (!p)
		return -ENOMEM;
	init_locks(p);
	lane_init(&p->line);
	lane_init(&p->soon);
	snprintf(p->name, sizeof(p->name), "%s", name);
	for (; p->n_threads < threads; p->n_threads++) {
		err = pthread_create(&p->threads[p->n_threads], NULL, pool_thread, p);
		if (err) {
			pool_free(p);
			return -err;
		}
	}
	*ret = p;
	return 0;
}

static void end_threads(struct pool *p)
{
	pthread_mutex_lock(&p->lock);
	p->ending = true;
	pthread_cond_broadcast(&p->work);
	pthread_cond_broadcast(&p->time);
	pthread_mutex_unlock(&p->lock);
}

bool pool_end(struct pool *p, int64_t until_ns)
{
	struct timespec until = {until_ns / CLOCK_SECOND, until_ns % CLOCK_SECOND};
	bool ended;
	int err = 0;

	end_threads(p);
	pthread_mutex_lock(&p->lock);
	while (p->n_ended < p->n_threads && !err)
		err = pthread_cond_timedwait(&p->time, &p->lock, &until);
	ended = p->n_ended == p->n_threads;
	pthread_mutex_unlock(&p->lock);
	return ended;
}

void pool_free(struct pool *p)
{
	if (!p)
		return;
	end_threads(p);
	for (unsigned i = 0; i < p->n_threads; i++)
		pthread_join(p->threads[i], NULL);
	pthread_cond_destroy(&p->work);
	pthread_cond_destroy(&p->time);
	pthread_mutex_destroy(&p->lock);
	free(p);
}

static void strand_post(struct executor *e, struct task *t)
{
	struct strand *s = container_of(e, struct strand, executor);
	struct pool *p = s->pool;

	pthread_mutex_lock(&p->lock);
	task_list_put(&s->tasks, t);
	if (!s->ready) {
		put_ready(p, s);
		wake(p);
	}
	pthread_mutex_unlock(&p->lock);
}

static void strand_post_soon(struct executor *e, struct task *t)
{
	struct strand *s = container_of(e, struct strand, executor);
	struct pool *p = s->pool;

	pthread_mutex_lock(&p->lock);
	task_list_put(&s->awaited, t);
	if (!s->ready) {
		put_ready(p, s);
		wake(p);
	} else if (s->lane == &p->line) {
		lane_remove(s);
		put_ready(p, s);
	}
	pthread_mutex_unlock(&p->lock);
}

static void run_timer(struct task *task)
{
	struct timer *t = container_of(task, struct timer, task);
	struct pool *p = container_of(t->on, struct strand, executor)->pool;
	bool call;

	pthread_mutex_lock(&p->lock);
	call = timers_begin(&p->timers, t);
	pthread_mutex_unlock(&p->lock);
	if (call)
		t->fn(t);
}

static void strand_post_at(struct executor *e, struct timer *t, int64_t at_ns)
{
	struct pool *p = container_of(e, struct strand, executor)->pool;

	pthread_mutex_lock(&p->lock);
	t->task.fn = run_timer;
	if (timers_set(&p->timers, e, t, at_ns)) {
		/* Somebody must wait for it: the keeper, for less long; or an idle thread, as the new keeper. */
		if (p->keeping)
			pthread_cond_signal(&p->time);
		else if (p->n_idle)
			pthread_cond_signal(&p->work);
	}
	pthread_mutex_unlock(&p->lock);
}

static bool strand_cancel(struct executor *e, struct timer *t)
{
	struct pool *p = container_of(e, struct strand, executor)->pool;
	bool idle;

	pthread_mutex_lock(&p->lock);
	idle = timers_cancel(&p->timers, t);
	pthread_mutex_unlock(&p->lock);
	return idle;
}

static int strand_is_here(const struct executor *e)
{
	return here && &here->executor == e;
}

static void strand_ref(struct executor *e)
{
	struct strand *s = container_of(e, struct strand, executor);

	pthread_mutex_lock(&s->pool->lock);
	s->refs++;
	pthread_mutex_unlock(&s->pool->lock);
}

static void strand_unref(struct executor *e)
{
	struct strand *s = container_of(e, struct strand, executor);
	struct pool *p = s->pool;

	pthread_mutex_lock(&p->lock);
	if (!--s->refs && !s->ready)
		free(s);
	pthread_mutex_unlock(&p->lock);
}

unsigned pool_threads(const struct pool *pool)
{
	return pool->n_threads;
}

struct strand *strand_new(struct pool *pool)
{
	struct strand *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->executor = (struct executor){strand_post, strand_post_at, strand_cancel, strand_is_here,
		strand_ref, strand_unref, strand_post_soon};
	s->refs = 1;
	s->pool = pool;
	task_list_init(&s->tasks);
	task_list_init(&s->awaited);
	return s;
}

void strand_free(struct strand *s)
{
	if (s)
		strand_unref(&s->executor);
}

struct executor *strand_executor(struct strand *s)
{
	return &s->executor;
}
