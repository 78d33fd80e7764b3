/* SPDX-License-Identifier: MIT */
#include "core/media/quota.h"

#include "core/base/clock.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

/* Three quarters are for pictures, the rest for what the other threads do on these cores. */
#define RATE_OF_THREAD (CLOCK_SECOND * 3 / 4)
/* What a bucket holds at most, for each thread it is of: the first pictures of a page full of tiles. */
#define BURST (CLOCK_SECOND / 4)
/* What owners have in any case, however much comes first: one in so many parts. */
#define LEFT_FOR_OWNERS 10
#define FIRST_WINDOW (CLOCK_SECOND / 4)
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
	q->first_since_ns = now;
	q->owners_rate = RATE_OF_THREAD * q->threads;
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
	b->tokens_ns += passed_us * (rate / 1000000);
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

static void fill_server(struct quota *q, int64_t now)
{
	fill(&q->bucket, now, RATE_OF_THREAD * q->threads, q->threads);
}

static void fill_owner(const struct quota *q, struct quota_owner *o, int64_t now)
{
	fill(&o->bucket, now, q->owners_rate / (q->n_owners ? q->n_owners : 1), 1);
}

/* What comes first lessens what there is to share. */
static void count_first(struct quota *q, int64_t now, int64_t ns)
{
	int64_t passed = now - q->first_since_ns, rate = RATE_OF_THREAD * q->threads, left;

	q->first_ns += ns;
	if (passed < FIRST_WINDOW)
		return;
	left = rate - q->first_ns / (passed / CLOCK_MS) * 1000;
	q->owners_rate = left > rate / LEFT_FOR_OWNERS ? left : rate / LEFT_FOR_OWNERS;
	q->first_ns = 0;
	q->first_since_ns = now;
}

/* ---- owners ---- */

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

struct quota_owner *quota_use_owner(struct quota *q, const void *node, uint64_t owner)
{
	int64_t now = clock_mono_ns();
	struct quota_owner *o;

	pthread_mutex_lock(&q->lock);
	forget_old(q, now);
	o = find(q, node, owner);
	if (!o)
		o = add(q, node, owner, now);
	if (o && !o->users++)
		q->n_owners++;
	pthread_mutex_unlock(&q->lock);
	return o;
}

void quota_drop_owner(struct quota *q, struct quota_owner *o)
{
	if (!o)
		return;
	pthread_mutex_lock(&q->lock);
	if (!--o->users) {
		q->n_owners--;
		o->left_ns = clock_mono_ns();
	}
	pthread_mutex_unlock(&q->lock);
}

/* ---- spending ---- */

bool quota_has_share(struct quota *q, struct quota_owner *o)
{
	bool has;

	pthread_mutex_lock(&q->lock);
	fill_owner(q, o, clock_mono_ns());
	has = o->bucket.tokens_ns > 0;
	pthread_mutex_unlock(&q->lock);
	return has;
}

bool quota_has_surplus(struct quota_camera *c, bool begin)
{
	struct quota *q = c->quota;
	int64_t now = clock_mono_ns(), least = begin ? BURST / 2 : 0;
	bool has;

	pthread_mutex_lock(&q->lock);
	fill_server(q, now);
	fill(&c->bucket, now, RATE_OF_THREAD, 1);
	has = q->bucket.tokens_ns > least * q->threads && c->bucket.tokens_ns > least;
	pthread_mutex_unlock(&q->lock);
	return has;
}

void quota_spend(struct quota_camera *c, struct quota_owner *owner, int64_t ns)
{
	struct quota *q = c->quota;
	int64_t now;

	if (!q)
		return;
	now = clock_mono_ns();
	pthread_mutex_lock(&q->lock);
	fill_server(q, now);
	fill(&c->bucket, now, RATE_OF_THREAD, 1);
	take(&q->bucket, ns, q->threads);
	take(&c->bucket, ns, 1);
	if (owner) {
		fill_owner(q, owner, now);
		take(&owner->bucket, ns, 1);
	}
	count_first(q, now, owner ? 0 : ns);
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
			"more pictures are asked for than there is time for, of camera %s last: so far %llu "
			"pictures were left out and %llu wishes served by the nearest size or quality",
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
