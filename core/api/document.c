/* SPDX-License-Identifier: MIT */
#include "core/api/document.h"

#include "core/api/reply.h"
#include "lib/clock.h"

#include <stdlib.h>
#include <string.h>

/* The loop's sockets wait so long at most, and those who ask soon after share what there is. */
#define SLICE (CLOCK_MS / 2)
#define SHARED (1 * CLOCK_SECOND)

struct document_body {
	atomic_uint refs; /* the document's, and one for each answer on its way out */
	char *data;
	size_t len;
	int64_t began_ns;
	uint64_t generation; /* of the graph */
};

struct waiter {
	struct waiter *next;
	void (*done)(void *arg, struct cam_reply *);
	void *arg;
};

struct document_job {
	struct task task;
	struct document *document; /* NULL: closed */
	struct text text;
	int64_t began_ns;
	uint64_t generation;
	struct waiter *waiters;
	max_align_t state[];
};

/* ---- the body ---- */

static void body_unref(struct document_body *b)
{
	if (!b || atomic_fetch_sub_explicit(&b->refs, 1, memory_order_acq_rel) != 1)
		return;
	free(b->data);
	free(b);
}

static void release_body(struct cam_reply *reply)
{
	body_unref(reply->arg);
}

static void answer(const struct document_maker *maker, struct document_body *b,
	void (*done)(void *, struct cam_reply *), void *arg)
{
	struct cam_reply reply;

	reply_text(&reply, 200, "");
	snprintf(reply.type, sizeof(reply.type), "%s", maker->type);
	atomic_fetch_add_explicit(&b->refs, 1, memory_order_relaxed);
	reply.data = b->data;
	reply.len = b->len;
	reply.arg = b;
	reply.release = release_body;
	done(arg, &reply);
}

static bool is_fresh(const struct document *d)
{
	return d->last && d->last->generation == d->graph->generation &&
	       clock_mono_ns() - d->last->began_ns < SHARED;
}

static void forget(struct document *d)
{
	body_unref(d->last);
	d->last = NULL;
}

static void on_forget(struct timer *t)
{
	forget(container_of(t, struct document, forget));
}

static struct executor *loop_of(const struct document *d)
{
	return &d->graph->world->loop->executor;
}

/* @return the job's text as a body that the document remembers; NULL without memory */
static struct document_body *keep(struct document *d, struct document_job *job)
{
	struct document_body *b = calloc(1, sizeof(*b));
	size_t len = job->text.len;
	char *data = text_take(&job->text);

	if (!b || !data) {
		free(b);
		free(data);
		return NULL;
	}
	*b = (struct document_body){1, data, len, job->began_ns, job->generation};
	forget(d);
	d->last = b;
	executor_post_at(loop_of(d), &d->forget, job->began_ns + SHARED);
	return b;
}

/* ---- making it ---- */

static void answer_all(struct document_job *job, const struct document_maker *maker, struct document_body *b,
	const char *otherwise)
{
	while (job->waiters) {
		struct waiter *w = job->waiters;
		struct cam_reply none;

		job->waiters = w->next;
		reply_text(&none, 503, otherwise);
		if (b)
			answer(maker, b, w->done, w->arg);
		else
			w->done(w->arg, &none);
		free(w);
	}
}

static void begin(struct document_job *job)
{
	const struct document *d = job->document;

	d->maker->end(job->state);
	memset(job->state, 0, d->maker->state_bytes);
	text_free(&job->text);
	job->began_ns = clock_mono_ns();
	job->generation = d->graph->generation;
}

static void finish(struct document_job *job)
{
	struct document *d = job->document;
	struct document_body *b = keep(d, job);

	d->job = NULL;
	d->maker->end(job->state);
	/* Held here too: an answer may ask anew. */
	if (b)
		atomic_fetch_add_explicit(&b->refs, 1, memory_order_relaxed);
	answer_all(job, d->maker, b, "out of memory\n");
	body_unref(b);
	free(job);
}

static void make_slice(struct task *t)
{
	struct document_job *job = container_of(t, struct document_job, task);
	const struct document *d = job->document;
	int64_t end = clock_mono_ns() + SLICE;
	bool more = true;

	if (!d) {
		free(job);
		return;
	}
	if (job->generation != d->graph->generation)
		begin(job);
	while (more && clock_mono_ns() < end)
		more = d->maker->add(d->arg, job->state, &job->text);
	if (more)
		executor_post(loop_of(d), &job->task);
	else
		finish(job);
}

static struct document_job *start(struct document *d)
{
	struct document_job *job = calloc(1, sizeof(*job) + d->maker->state_bytes);

	if (!job)
		return NULL;
	job->task.fn = make_slice;
	job->document = d;
	begin(job);
	d->job = job;
	executor_post(loop_of(d), &job->task);
	return job;
}

void document_init(
	struct document *d, const struct document_maker *maker, const struct graph *graph, void *arg)
{
	*d = (struct document){.maker = maker, .graph = graph, .arg = arg, .forget = {.fn = on_forget}};
}

void document_ask(struct document *d, void (*done)(void *, struct cam_reply *), void *arg)
{
	struct waiter *w;
	struct cam_reply none;

	if (is_fresh(d)) {
		answer(d->maker, d->last, done, arg);
		return;
	}
	w = calloc(1, sizeof(*w));
	if (w && (d->job || start(d))) {
		*w = (struct waiter){d->job->waiters, done, arg};
		d->job->waiters = w;
		return;
	}
	free(w);
	reply_text(&none, 503, "out of memory\n");
	done(arg, &none);
}

void document_close(struct document *d)
{
	struct document_job *job = d->job;

	(void)executor_cancel(loop_of(d), &d->forget);
	forget(d);
	if (!job)
		return;
	d->job = NULL;
	d->maker->end(job->state);
	text_free(&job->text);
	job->document = NULL; /* its slice, which is queued, frees it */
	answer_all(job, d->maker, NULL, "the server ends\n");
}
