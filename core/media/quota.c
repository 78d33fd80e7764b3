/* SPDX-License-Identifier: MIT */
#include "core/media/quota.h"

#include "lib/clock.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

/* At most three quarters are for pictures, the rest for what the other threads do on these cores. */
#define RATE_OF_THREAD (CLOCK_SECOND * 3 / 4)
/* What a bucket holds at most, for each thread it is of: the first pictures of a page full of tiles. */
#define BURST (CLOCK_SECOND / 4)
/* However late a camera is, and however much comes first, one in so many parts is left. */
enum { LEAST_PART = 10 };
/* How often it is looked at what has been spent, and who is late. */
#define WINDOW (CLOCK_SECOND / 4)
/* An owner that was not in use for so long has a full bucket again. */
#define FORGET_OWNER (10 * CLOCK_SECOND)
#define REPORT_EACH (60 * CLOCK_SECOND)
/* Consumers give their last pictures back a little later: the heap is trimmed twice. */
enum { TRIMS = 2 };

struct quota_owner {
	struct quota_owner *next;
	const void *node;
	uint64_t owner;
	unsigned users;
	int64_t left_ns; /* not in use since then */
	struct quota_bucket bucket;
};

void quota_init(struct quota *q, unsigned threads)
{
	int64_t now = clock_mono_ns();

	*q = (struct quota){.threads = threads ? threads : 1};
	pthread_mutex_init(&q->lock, NULL);
	q->bucket = (struct quota_bucket){BURST * q->threads, now};
	q->first_since_ns = q->raised_ns = now;
	q->rate = RATE_OF_THREAD * q->threads;
}

void quota_destroy(struct quota *q)
{
	while (q->owners) {
		struct quota_owner *o = q->owners;

		assert(!o->users);
		q->owners = o->next;
		free(o);
	}
	pthread_mutex_destroy(&q->lock);
}

/* ---- buckets; with the lock held ---- */

/* @param rate CPU time a second @param threads that the bucket is of */
static void fill(struct quota_bucket *b, int64_t now, int64_t rate, unsigned threads)
{
	int64_t passed_us = (now - b->at_ns) / 1000;

	if (passed_us <= 0)
		return;
	if (passed_us > 1000000)
		passed_us = 1000000;
	b->at_ns = now;
	b->tokens_ns += passed_us * (rate / 1000) / 1000;
	if (b->tokens_ns > BURST * threads)
		b->tokens_ns = BURST * threads;
}

/* A debt is forgotten as fast as a saving would be: what was long ago does not count. */
static void take(struct quota_bucket *b, int64_t ns, unsigned threads)
{
	b->tokens_ns -= ns;
	if (b->tokens_ns < -BURST * threads)
		b->tokens_ns = -BURST * threads;
}

static int64_t at_least(int64_t value, int64_t whole)
{
	return value > whole / LEAST_PART ? value : whole / LEAST_PART;
}

static void fill_all(struct quota_camera *c, struct quota_account *a, int64_t now)
{
	struct quota *q = c->quota;

	fill(&q->bucket, now, q->rate, q->threads);
	fill(&c->bucket, now, c->rate, 1);
	if (!a)
		return;
	/* What comes first lessens what there is to share. */
	fill(&a->owner->bucket, now, at_least(q->rate - q->first_rate, q->rate) / q->n_owners, 1);
	fill(&a->bucket, now, c->rate / c->n_accounts, 1);
}

/* ---- owners; with the lock held ---- */

static void forget_old(struct quota *q, int64_t now)
{
	struct quota_owner **at = &q->owners, *o;

	while ((o = *at)) {
		if (o->users || now - o->left_ns < FORGET_OWNER) {
			at = &o->next;
		} else {
			*at = o->next;
			free(o);
		}
	}
}

static struct quota_owner *find(const struct quota *q, const void *node, uint64_t owner)
{
	struct quota_owner *o = q->owners;

	while (o && (o->node != node || o->owner != owner))
		o = o->next;
	return o;
}

static struct quota_owner *add(struct quota *q, const void *node, uint64_t owner, int64_t now)
{
	struct quota_owner *o = calloc(1, sizeof(*o));

	if (!o)
		return NULL;
	o->node = node;
	o->owner = owner;
	o->bucket = (struct quota_bucket){BURST, now};
	o->next = q->owners;
	q->owners = o;
	return o;
}

int quota_open(struct quota_camera *c, struct quota_account *a, const void *node, uint64_t owner)
{
	struct quota *q = c->quota;
	int64_t now = clock_mono_ns();
	struct quota_owner *o;

	a->owner = NULL;
	if (!q)
		return 0;
	pthread_mutex_lock(&q->lock);
	forget_old(q, now);
	o = find(q, node, owner);
	if (!o)
		o = add(q, node, owner, now);
	if (o) {
		*a = (struct quota_account){o, o->bucket};
		q->n_owners += !o->users++;
		c->n_accounts++;
	}
	pthread_mutex_unlock(&q->lock);
	return o ? 0 : -ENOMEM;
}

void quota_close(struct quota_camera *c, struct quota_account *a)
{
	if (!a->owner)
		return;
	pthread_mutex_lock(&c->quota->lock);
	c->n_accounts--;
	if (!--a->owner->users) {
		c->quota->n_owners--;
		a->owner->left_ns = clock_mono_ns();
	}
	pthread_mutex_unlock(&c->quota->lock);
}

/* ---- spending ---- */

/* A window of the camera is over: who is late has less to spend, or, when it is for lack of time that others take, all have. */
static void adapt(struct quota_camera *c, int64_t now)
{
	struct quota *q = c->quota;
	int64_t most = RATE_OF_THREAD * q->threads;

	if (c->late && c->spent_ns > (now - c->since_ns) / 2)
		c->rate = at_least(c->rate * 3 / 4, RATE_OF_THREAD);
	else if (c->late)
		q->rate = at_least(q->rate * 7 / 8, most);
	else if (c->rate < RATE_OF_THREAD)
		c->rate += RATE_OF_THREAD / 32;
	if (now - q->raised_ns >= WINDOW) {
		q->rate = q->rate + most / 32 > most ? most : q->rate + most / 32;
		q->raised_ns = now;
	}
	c->spent_ns = 0;
	c->since_ns = now;
	c->late = false;
}

void quota_note(struct quota_camera *c, bool late)
{
	struct quota *q = c->quota;
	int64_t now;

	if (!q)
		return;
	now = clock_mono_ns();
	pthread_mutex_lock(&q->lock);
	if (!c->rate)
		c->rate = RATE_OF_THREAD;
	c->late |= late;
	if (now - c->since_ns >= WINDOW)
		adapt(c, now);
	if (now - q->first_since_ns >= WINDOW) {
		q->first_rate = q->first_ns / ((now - q->first_since_ns) / CLOCK_MS) * 1000;
		q->first_ns = 0;
		q->first_since_ns = now;
	}
	pthread_mutex_unlock(&q->lock);
}

bool quota_has_share(struct quota_camera *c, struct quota_account *a)
{
	bool has;

	if (!a->owner)
		return true;
	pthread_mutex_lock(&c->quota->lock);
	fill_all(c, a, clock_mono_ns());
	has = a->owner->bucket.tokens_ns > 0 && a->bucket.tokens_ns > 0;
	pthread_mutex_unlock(&c->quota->lock);
	return has;
}

bool quota_has_surplus(struct quota_camera *c, bool begin)
{
	struct quota *q = c->quota;
	int64_t least = begin ? BURST / 2 : 0;
	bool has;

	pthread_mutex_lock(&q->lock);
	fill_all(c, NULL, clock_mono_ns());
	has = q->bucket.tokens_ns > least * q->threads && c->bucket.tokens_ns > least;
	pthread_mutex_unlock(&q->lock);
	return has;
}

void quota_spend(struct quota_camera *c, struct quota_account *a, int64_t ns, bool common)
{
	struct quota *q = c->quota;

	if (!q)
		return;
	pthread_mutex_lock(&q->lock);
	fill_all(c, a, clock_mono_ns());
	c->spent_ns += ns;
	take(&q->bucket, ns, q->threads);
	take(&c->bucket, ns, 1);
	if (a) {
		take(&a->owner->bucket, ns, 1);
		take(&a->bucket, common ? 0 : ns, 1);
	} else {
		q->first_ns += ns;
	}
	pthread_mutex_unlock(&q->lock);
}

/* ---- telling ---- */

static void count(struct quota_camera *c, bool lowered)
{
	struct quota *q = c->quota;

	if (!q)
		return;
	pthread_mutex_lock(&q->lock);
	q->refused += !lowered;
	q->lowered += lowered;
	snprintf(q->camera, sizeof(q->camera), "%s", c->name ? c->name : "");
	pthread_mutex_unlock(&q->lock);
}

void quota_count_refused(struct quota_camera *c)
{
	count(c, false);
}

void quota_count_lowered(struct quota_camera *c)
{
	count(c, true);
}

bool quota_report(struct quota *q, char ret_line[240])
{
	int64_t now = clock_mono_ns();
	bool due;

	pthread_mutex_lock(&q->lock);
	due = q->refused + q->lowered != q->told && (!q->told_ns || now - q->told_ns >= REPORT_EACH);
	if (due) {
		q->told = q->refused + q->lowered;
		q->told_ns = now;
		snprintf(ret_line, 240,
			"more is asked for than is made, of camera %s last: so far %llu pictures were left "
			"out "
			"for lack of time, and %llu wishes got another size or quality than they named",
			q->camera, (unsigned long long)q->refused, (unsigned long long)q->lowered);
	}
	pthread_mutex_unlock(&q->lock);
	return due;
}

void quota_set_freed(struct quota *q)
{
	if (q)
		atomic_store_explicit(&q->trims, TRIMS, memory_order_relaxed);
}

bool quota_is_trim_due(struct quota *q)
{
	unsigned left = atomic_load_explicit(&q->trims, memory_order_relaxed);

	/* One that was set meanwhile is not lost: it only counts down from the top again. */
	return left && atomic_compare_exchange_strong(&q->trims, &left, left - 1);
}
