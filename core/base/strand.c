/* SPDX-License-Identifier: MIT */
#include "core/base/strand.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

/* So many tasks of one strand run before the next strand gets its turn. */
enum { TURN = 8 };

struct strand {
	struct executor executor;
	struct pool *pool;
	struct strand *next_ready;
	struct task_list tasks;
	bool ready; /* in the pool's list, or running */
	bool freeing; /* free it when it has run dry */
};

struct pool {
	pthread_mutex_t lock;
	pthread_cond_t work;
	struct strand *ready, **ready_tail;
	bool ending;
	unsigned n_threads;
	pthread_t threads[];
};

/* The strand whose task this thread is running. */
static _Thread_local const struct strand *here;

static void put_ready(struct pool *p, struct strand *s)
{
	s->ready = true;
	s->next_ready = NULL;
	*p->ready_tail = s;
	p->ready_tail = &s->next_ready;
}

static struct strand *take_ready(struct pool *p)
{
	struct strand *s = p->ready;

	p->ready = s->next_ready;
	if (!p->ready)
		p->ready_tail = &p->ready;
	return s;
}

/* Run a turn of s. Called and left with the pool locked. */
static void run_strand(struct pool *p, struct strand *s)
{
	here = s;
	for (int i = 0; i < TURN; i++) {
		struct task *t = task_list_take(&s->tasks);

		if (!t)
			break;
		pthread_mutex_unlock(&p->lock);
		t->fn(t);
		pthread_mutex_lock(&p->lock);
	}
	here = NULL;
	if (s->tasks.head) {
		put_ready(p, s);
		return;
	}
	s->ready = false;
	if (s->freeing)
		free(s);
}

static void *pool_thread(void *arg)
{
	struct pool *p = arg;

	pthread_mutex_lock(&p->lock);
	while (p->ready || !p->ending) {
		if (p->ready)
			run_strand(p, take_ready(p));
		else
			pthread_cond_wait(&p->work, &p->lock);
	}
	pthread_mutex_unlock(&p->lock);
	return NULL;
}

int pool_new(const char *name, unsigned threads, struct pool **ret)
{
	struct pool *p = calloc(1, sizeof(*p) + threads * sizeof(p->threads[0]));
	int err;

	if (!p)
		return -ENOMEM;
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->work, NULL);
	p->ready_tail = &p->ready;
	for (; p->n_threads < threads; p->n_threads++) {
		err = pthread_create(&p->threads[p->n_threads], NULL, pool_thread, p);
		if (err) {
			pool_free(p);
			return -err;
		}
		pthread_setname_np(p->threads[p->n_threads], name);
	}
	*ret = p;
	return 0;
}

void pool_free(struct pool *p)
{
	if (!p)
		return;
	pthread_mutex_lock(&p->lock);
	p->ending = true;
	pthread_cond_broadcast(&p->work);
	pthread_mutex_unlock(&p->lock);
	for (unsigned i = 0; i < p->n_threads; i++)
		pthread_join(p->threads[i], NULL);
	pthread_cond_destroy(&p->work);
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
		pthread_cond_signal(&p->work);
	}
	pthread_mutex_unlock(&p->lock);
}

static int strand_is_here(const struct executor *e)
{
	return here && &here->executor == e;
}

struct strand *strand_new(struct pool *pool)
{
	struct strand *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->executor = (struct executor){strand_post, strand_is_here};
	s->pool = pool;
	task_list_init(&s->tasks);
	return s;
}

void strand_free(struct strand *s)
{
	struct pool *p;

	if (!s)
		return;
	p = s->pool;
	pthread_mutex_lock(&p->lock);
	if (s->ready)
		s->freeing = true;
	else
		free(s);
	pthread_mutex_unlock(&p->lock);
}

struct executor *strand_executor(struct strand *s)
{
	return &s->executor;
}
