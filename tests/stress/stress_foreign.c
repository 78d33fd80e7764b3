/* SPDX-License-Identifier: MIT */
/* A thread that is no node's place, as a library's own may be: it calls what is [any]. */
#include "tests/stress/stress.h"

#include "lib/clock.h"

#include <errno.h>
#include <string.h>

enum { JOBS = 128 };

static struct {
	pthread_mutex_t lock; /* held while a job is done: a node that is forgotten is done with */
	pthread_cond_t cond;
	pthread_t thread;
	struct job {
		struct actor *actor; /* NULL: free */
		enum foreign_act what;
		int64_t at_ns;
		const struct cam_request *request; /* FOREIGN_READY */
	} jobs[JOBS];
	struct rnd rnd;
	bool ending;
} foreign;

static void do_any(struct actor *a, struct rnd *r)
{
	const struct cam_host *h = a->host;

	switch (rnd_below(r, 7)) {
	case 0:
	case 1:
		(void)h->post(a->node, actor_posted, NULL);
		break;
	case 2:
		if (rnd_once_in(r, 4)) {
			stress_did(DID_FAIL);
			h->fail(a->node, h->error(a->node, -ENODEV, NULL, "the device is gone"));
		}
		break;
	case 3:
		h->state(a->node, rnd_once_in(r, 2) ? CAM_LIVE : CAM_CONNECTING);
		break;
	case 5:
		act_answer_one(a, rnd_below(r, 9));
		break;
	case 4:
		h->retry_after(a->node, (int64_t)rnd_below(r, 20) * CLOCK_MS);
		break;
	default:
		h->stat(a->node, STAT_LEVEL, h->stopping(a->node));
		h->log(a->node, CAM_DEBUG, "%s of %s", h->name(a->node),
			h->camera(a->node) ? h->camera(a->node) : "many");
		break;
	}
}

static void do_job(const struct job *job, struct rnd *r)
{
	stress_did(DID_FOREIGN);
	if (job->what == FOREIGN_STOPPED)
		actor_say_stopped(job->actor);
	else if (job->what == FOREIGN_READY)
		job->actor->host->ready(job->actor->node, job->request);
	else if (job->what == FOREIGN_ANY)
		do_any(job->actor, r);
	else if (job->actor->host->post(job->actor->node, actor_posted, POSTED_STOPPED))
		stress_fail("post of %s fails", job->actor->host->name(job->actor->node));
}

static struct job *soonest(void)
{
	struct job *found = NULL;

	for (int i = 0; i < JOBS; i++)
		if (foreign.jobs[i].actor && (!found || foreign.jobs[i].at_ns < found->at_ns))
			found = &foreign.jobs[i];
	return found;
}

static void *foreign_thread(void *arg)
{
	pthread_mutex_lock(&foreign.lock);
	while (!foreign.ending) {
		struct job *job = soonest(), now;

		if (!job) {
			pthread_cond_wait(&foreign.cond, &foreign.lock);
		} else if (job->at_ns > clock_mono_ns()) {
			struct timespec t = {job->at_ns / CLOCK_SECOND, job->at_ns % CLOCK_SECOND};

			pthread_cond_timedwait(&foreign.cond, &foreign.lock, &t);
		} else {
			now = *job;
			job->actor = NULL;
			do_job(&now, &foreign.rnd);
		}
	}
	pthread_mutex_unlock(&foreign.lock);
	return arg;
}

static bool add_job(const struct job *job)
{
	bool found = false;

	pthread_mutex_lock(&foreign.lock);
	for (int i = 0; i < JOBS && !found; i++) {
		if (foreign.jobs[i].actor)
			continue;
		foreign.jobs[i] = *job;
		found = true;
	}
	pthread_cond_signal(&foreign.cond);
	pthread_mutex_unlock(&foreign.lock);
	return found;
}

bool foreign_do(struct actor *a, enum foreign_act what, int64_t delay_ns)
{
	return add_job(&(struct job){a, what, clock_mono_ns() + delay_ns, NULL});
}

bool foreign_ready(struct actor *a, const struct cam_request *request)
{
	return add_job(&(struct job){a, FOREIGN_READY, clock_mono_ns() + CLOCK_MS, request});
}

void foreign_forget(const struct actor *a)
{
	pthread_mutex_lock(&foreign.lock);
	for (int i = 0; i < JOBS; i++)
		if (foreign.jobs[i].actor == a)
			foreign.jobs[i].actor = NULL;
	pthread_mutex_unlock(&foreign.lock);
}

void foreign_begin(void)
{
	pthread_condattr_t monotonic;

	memset(&foreign, 0, sizeof(foreign));
	foreign.rnd = rnd_named(stress.seed, "foreign", 0);
	pthread_mutex_init(&foreign.lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&foreign.cond, &monotonic);
	pthread_condattr_destroy(&monotonic);
	if (pthread_create(&foreign.thread, NULL, foreign_thread, NULL))
		stress_fail("no thread to be had");
}

void foreign_end(void)
{
	pthread_mutex_lock(&foreign.lock);
	foreign.ending = true;
	pthread_cond_signal(&foreign.cond);
	pthread_mutex_unlock(&foreign.lock);
	pthread_join(foreign.thread, NULL);
	pthread_cond_destroy(&foreign.cond);
	pthread_mutex_destroy(&foreign.lock);
}
