/* SPDX-License-Identifier: MIT */
/* Events, answers that come later and in pieces, and who reads them: what the header says of each is checked. */
#include "tests/stress/stress.h"

#include "lib/clock.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* ---- raising ---- */

static void check_raised(struct actor *a, const struct cam_event *e, int err)
{
	bool is_stage = a->host->camera(a->node) != NULL;

	if (err == -EMFILE && e->phase == CAM_BEGIN)
		return;
	if (err == -ENOENT && (!is_stage || e->phase == CAM_UPDATE || e->phase == CAM_END))
		return; /* a camera that it does not see, or that has left the configuration */
	if (err)
		stress_fail("raise of %s is answered %d", a->host->name(a->node), err);
	if (!e->id || e->id >> 53)
		stress_fail("%s has an event without an id", a->host->name(a->node));
}

void act_raise(struct actor *a)
{
	static const struct cam_box box = {0.1f, 0.2f, 0.3f, 0.4f, 0.5f, NULL};
	struct cam_event e = {.size = sizeof(e),
		.topic = rnd_once_in(&a->rnd, 4) ? "object" : "motion",
		.label = "person",
		.pts_ns = CAM_NO_TS,
		.score = (float)rnd_below(&a->rnd, 100) / 100,
		.n_boxes = rnd_below(&a->rnd, 2),
		.boxes = &box};
	unsigned at = rnd_below(&a->rnd, RAISED);
	char camera[8];
	int err;

	snprintf(camera, sizeof(camera), "c%u", rnd_below(&a->rnd, PLAN_CAMERAS));
	e.camera = camera;
	if (rnd_once_in(&a->rnd, 4))
		e.phase = CAM_POINT;
	else if (!a->raised[at])
		e.phase = CAM_BEGIN;
	else
		e.phase = rnd_once_in(&a->rnd, 3) ? CAM_END : CAM_UPDATE;
	e.id = e.phase == CAM_POINT ? 0 : a->raised[at];
	err = a->host->raise(a->node, &e);
	check_raised(a, &e, err);
	if (e.phase == CAM_BEGIN)
		a->raised[at] = err ? 0 : e.id;
	else if (e.phase == CAM_END || (err && e.phase == CAM_UPDATE))
		a->raised[at] = 0;
	stress_did(DID_RAISE);
}

/* ---- hearing ---- */

/* Nothing goes on that has not begun, and all ends once. */
static void check_story(struct actor *a, const struct cam_event *e)
{
	unsigned at = 0;

	while (at < a->n_heard && a->heard[at] != e->id)
		at++;
	if (e->phase == CAM_BEGIN) {
		if (at < a->n_heard || a->n_heard == HEARD)
			stress_fail(
				"an event begins twice for %s, or too many go on", a->host->name(a->node));
		a->heard[a->n_heard++] = e->id;
	} else if (e->phase != CAM_POINT) {
		if (at == a->n_heard)
			stress_fail("%s hears of an event that has not begun", a->host->name(a->node));
		if (e->phase == CAM_END)
			a->heard[at] = a->heard[--a->n_heard];
	}
}

int actor_event(void *self, const struct cam_event *e)
{
	struct actor *a = self;
	const char *own = a->host->camera(a->node);
	int err;

	actor_enter(a, "event");
	if (a->phase != STARTED)
		stress_fail("%s hears after stop()", a->host->name(a->node));
	stress_did(DID_HEAR);
	if (!e->id || !*e->topic || !e->camera || (own && strcmp(own, e->camera) != 0))
		stress_fail("%s hears what is not for it", a->host->name(a->node));
	check_story(a, e);
	if (rnd_once_in(&a->rnd, 8))
		act(a);
	err = act_error(a);
	actor_leave(a);
	return err;
}

/* ---- answers in pieces ---- */

struct pieces {
	struct actor *actor; /* [node] before release */
	const struct cam_request *request;
	unsigned left;
};

static int64_t more(void *arg, void *to, size_t room)
{
	struct pieces *p = arg;
	struct actor *a = p->actor;
	int64_t n;

	actor_enter(a, "more");
	if (a->phase != STARTED || room < 4096)
		stress_fail("more() of %s when it may not be", a->host->name(a->node));
	stress_did(DID_MORE);
	if (!p->left) {
		n = rnd_once_in(&a->rnd, 4) ? -EIO : 0;
	} else if (rnd_once_in(&a->rnd, 4)) {
		n = CAM_AGAIN;
		if (!foreign_ready(a, p->request))
			a->host->ready(a->node, p->request); /* at once: it is not lost */
	} else {
		n = 1 + rnd_below(&a->rnd, 4096);
		memset(to, 'x', (size_t)n);
		p->left--;
	}
	actor_leave(a);
	return n;
}

static void release_pieces(struct cam_reply *reply)
{
	free(reply->arg);
	atomic_fetch_sub(&stress.replies, 1);
}

static void release_text(struct cam_reply *reply)
{
	(void)reply;
	atomic_fetch_sub(&stress.replies, 1);
}

/* [any] */
static void make_reply(
	struct actor *a, const struct cam_request *request, unsigned pieces, struct cam_reply *reply)
{
	struct pieces *p = pieces ? malloc(sizeof(*p)) : NULL;

	atomic_fetch_add(&stress.replies, 1);
	reply->release = p ? release_pieces : release_text;
	if (!p)
		return;
	*p = (struct pieces){a, request, pieces};
	reply->more = more;
	reply->arg = p;
}

int act_answer_in_pieces(struct actor *a, const struct cam_request *request, struct cam_reply *reply)
{
	make_reply(a, request, rnd_below(&a->rnd, 9), reply);
	return 0;
}

/* ---- answers that come later ---- */

int act_answer_later(struct actor *a, const struct cam_request *request)
{
	bool taken = false;

	pthread_mutex_lock(&a->lock);
	for (int i = 0; i < LATER_REQUESTS && !taken; i++)
		if (!a->later[i]) {
			a->later[i] = request;
			taken = true;
		}
	pthread_mutex_unlock(&a->lock);
	if (!taken)
		return 0;
	stress_did(DID_ANSWER_LATER);
	if (rnd_once_in(&a->rnd, 4))
		act_answer_one(a, rnd_below(&a->rnd, 3)); /* before handle() has returned, perhaps this one */
	return CAM_LATER;
}

void act_answer_one(struct actor *a, unsigned pieces)
{
	struct cam_reply reply = {.size = sizeof(reply), .status = 200, .fd = -1};
	const struct cam_request *request = NULL;

	pthread_mutex_lock(&a->lock);
	for (int i = 0; i < LATER_REQUESTS && !request; i++) {
		request = a->later[i];
		a->later[i] = NULL;
	}
	pthread_mutex_unlock(&a->lock);
	if (!request)
		return;
	make_reply(a, request, pieces, &reply);
	a->host->answer(a->node, request, &reply);
	stress_did(DID_ANSWER);
}

/* ---- who reads ---- */

static struct reader {
	struct reader *next;
	const struct cam_host *host;
	struct cam_node *node; /* to be named only */
	struct cam_stream *stream;
	struct rnd rnd;
} * readers; /* [loop] those that have stopped reading, or wait */

static unsigned turn; /* another stream of numbers for each */

static void on_piece(void *arg, const void *data, int64_t n);

static void leave(struct reader *r)
{
	struct reader **at = &readers;

	while (*at != r)
		at = &(*at)->next;
	*at = r->next;
	r->host->close_stream(r->node, r->stream);
	free(r);
}

static void go_on(struct reader *r)
{
	if (rnd_once_in(&r->rnd, 12))
		return; /* it reads no more, and is closed some time */
	r->host->read_stream(r->node, r->stream, on_piece, r);
	if (rnd_once_in(&r->rnd, 12))
		leave(r); /* while a read is under way */
}

static void on_piece(void *arg, const void *data, int64_t n)
{
	struct reader *r = arg;

	if (!pthread_equal(pthread_self(), stress.loop_thread) || (n > 0 && !data))
		stress_fail("a piece in the wrong place");
	stress_did(DID_READ);
	if (n <= 0)
		leave(r);
	else
		go_on(r);
}

void reader_begin(const struct cam_host *host, struct cam_node *node, struct cam_stream *stream)
{
	struct reader *r = calloc(1, sizeof(*r));

	if (!r)
		stress_fail("out of memory");
	*r = (struct reader){readers, host, node, stream, rnd_named(stress.seed, "reader", turn++)};
	readers = r;
	go_on(r);
}

void readers_close(unsigned once_in)
{
	struct rnd rnd = rnd_named(stress.seed, "readers", turn++);

	for (struct reader *r = readers, *next; r; r = next) {
		next = r->next;
		if (rnd_once_in(&rnd, once_in))
			leave(r);
	}
}
