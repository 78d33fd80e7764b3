/* SPDX-License-Identifier: MIT */
/* What a node does at random, wherever it is called. */
#include "tests/stress/stress.h"

#include "lib/clock.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- subscriptions ---- */

struct slot *act_slot_of(struct actor *a, const struct cam_sub *sub)
{
	for (int i = 0; i < SLOTS; i++)
		if (sub && a->slots[i].sub == sub)
			return &a->slots[i];
	return NULL;
}

struct slot *act_slot_of_open(struct actor *a, const struct cam_sub *sub, const char *callback)
{
	struct slot *slot = act_slot_of(a, sub);

	if (!slot)
		stress_fail("%s of %s of a subscription that is closed", callback, a->host->name(a->node));
	if (a->host->user(sub) != slot)
		stress_fail("%s of %s with somebody else's user", callback, a->host->name(a->node));
	return slot;
}

void act_unsubscribe(struct actor *a, struct slot *slot)
{
	struct cam_sub *sub = slot ? slot->sub : NULL;

	if (!sub)
		return;
	slot->sub = NULL;
	a->host->unsubscribe(a->node, sub);
	/* Nothing is written here any more. */
	free(slot->into);
	*slot = (struct slot){0};
	stress_did(DID_UNSUBSCRIBE);
}

static uint8_t *into(void *self, struct cam_sub *sub, size_t bytes)
{
	struct actor *a = self;
	struct slot *slot;
	uint8_t *memory = NULL;

	actor_enter(a, "into");
	stress_did(DID_INTO);
	slot = act_slot_of_open(a, sub, "into");
	if (!rnd_once_in(&a->rnd, 8)) {
		free(slot->into);
		memory = slot->into = malloc(bytes);
	}
	actor_leave(a);
	return memory;
}

static void wish_for_packets(struct actor *a, struct cam_want *w)
{
	static const int64_t since[] = {0, 0, CAM_SINCE_KEYFRAME, 200 * CLOCK_MS};

	int64_t now = clock_mono_ns();

	w->form = CAM_PACKET;
	w->media = rnd_once_in(&a->rnd, 4) ? 1 + rnd_below(&a->rnd, 2) : 0;
	w->since_ns = since[rnd_below(&a->rnd, 4)];
	if (rnd_once_in(&a->rnd, 4))
		w->from_ns = now - (int64_t)rnd_below(&a->rnd, 500) * CLOCK_MS;
	if (rnd_once_in(&a->rnd, 4))
		w->until_ns = (w->from_ns ? w->from_ns : now - 200 * CLOCK_MS) +
			      (int64_t)(1 + rnd_below(&a->rnd, 600)) * CLOCK_MS;
	w->drop = rnd_below(&a->rnd, 3);
	w->queue_items = rnd_once_in(&a->rnd, 2) ? 0 : 1 + rnd_below(&a->rnd, 20);
	w->queue_bytes = rnd_once_in(&a->rnd, 4) ? 1 + rnd_below(&a->rnd, 4000) : 0;
	w->queue_age_ns = rnd_once_in(&a->rnd, 4) ? (int64_t)rnd_below(&a->rnd, 100) * CLOCK_MS / 4 : 0;
	w->batch_ns = rnd_once_in(&a->rnd, 2) ? (int64_t)rnd_below(&a->rnd, 100) * CLOCK_MS : 0;
}

static void wish_for_pictures(struct actor *a, struct cam_want *w)
{
	static const uint32_t formats[] = {CAM_I420, CAM_BGR3, CAM_GREY};
	static const uint32_t sizes[] = {0, 2, 16, 33, 64};

	w->form = rnd_once_in(&a->rnd, 3) ? CAM_JPEG : CAM_PICTURE;
	w->owner = rnd_below(&a->rnd, 3);
	w->width = sizes[rnd_below(&a->rnd, 5)];
	w->height = sizes[rnd_below(&a->rnd, 5)];
	if (rnd_once_in(&a->rnd, 4)) {
		w->max_fps_num = 1 + rnd_below(&a->rnd, 50);
		w->max_fps_den = 1;
	}
	w->drop = rnd_below(&a->rnd, 2); /* CAM_DROP_LATEST or the form's own */
	w->queue_items = rnd_below(&a->rnd, 3);
	w->batch_ns = rnd_once_in(&a->rnd, 4) ? (int64_t)rnd_below(&a->rnd, 50) * CLOCK_MS : 0;
	if (w->form == CAM_JPEG) {
		w->quality = 1 + rnd_below(&a->rnd, 100);
		return;
	}
	w->codec = formats[rnd_below(&a->rnd, 3)];
	if (a->plugin->place == CAM_ON_CAMERA && rnd_once_in(&a->rnd, 2))
		w->into = into;
}

/* Its own camera, one that there may be, one that there never is. */
static const char *random_camera(struct actor *a, char ret[8])
{
	if (a->host->camera(a->node) && !rnd_once_in(&a->rnd, 8))
		return NULL;
	snprintf(ret, 8, "c%u", rnd_below(&a->rnd, rnd_once_in(&a->rnd, 16) ? 20 : PLAN_CAMERAS));
	return ret;
}

void act_subscribe(struct actor *a)
{
	struct cam_want want = {.size = sizeof(want)};
	struct slot *slot = NULL;
	char name[8];
	int err;

	for (unsigned i = 0; i < stress.leaning.slots && !slot; i++)
		if (!a->slots[i].sub)
			slot = &a->slots[i];
	if (!slot)
		return;
	if (rnd_below(&a->rnd, 8) < stress.leaning.pictures_in_8)
		wish_for_pictures(a, &want);
	else
		wish_for_packets(a, &want);
	want.user = slot;
	*slot = (struct slot){.want = want, .serial = ++a->n_opened};
	err = a->host->subscribe(a->node, random_camera(a, name), &want, &slot->sub);
	if (err ? err != (a->plugin->place == CAM_ON_THREAD ? -EINVAL : -ENOENT) : !slot->sub)
		stress_fail("subscribe of %s is answered %d", a->host->name(a->node), err);
	if (err)
		*slot = (struct slot){0};
	slot->opened_ns = clock_mono_ns();
	stress_did(DID_SUBSCRIBE);
}

static void resume(struct actor *a, struct slot *slot)
{
	slot->held = false;
	a->host->resume(a->node, slot->sub);
	stress_did(DID_RESUME);
}

void act_resume_all(struct actor *a)
{
	for (int i = 0; i < SLOTS; i++)
		if (a->slots[i].held)
			resume(a, &a->slots[i]);
}

/* One that was not put off takes no harm. */
static void resume_one(struct actor *a)
{
	struct slot *slot = &a->slots[rnd_below(&a->rnd, SLOTS)];

	if (slot->sub && (slot->held || rnd_once_in(&a->rnd, 8)))
		resume(a, slot);
}

/* ---- requests, cameras ---- */

struct asker {
	const struct cam_host *host;
	struct cam_node *node;
};

static void on_reply(void *arg, struct cam_reply *reply)
{
	struct asker *asker = arg;

	if (!pthread_equal(pthread_self(), stress.loop_thread))
		stress_fail("a reply in the wrong place");
	if (reply->stream)
		reader_begin(asker->host, asker->node, reply->stream);
	else if (reply->release)
		reply->release(reply);
	free(asker);
	atomic_fetch_sub(&stress.requests, 1);
	stress_did(DID_REQUEST);
}

static void request(struct actor *a)
{
	static const char *const paths[] = {"/stress/here", "/stress/there", "/stress/", "/stress/anywhere",
		"/stress/else", "/api/v1/cameras", "/api/v1/cameras/c1", "/metrics", "/readyz", "/nowhere",
		"/api/v1/events", "/api/v1/events/stream"};
	struct cam_request r = {.size = sizeof(r),
		.method = "GET",
		.path = paths[rnd_below(&a->rnd, 12)],
		.query = "a=b",
		.tail = ""};
	struct asker *asker;

	asker = malloc(sizeof(*asker));
	if (!asker)
		stress_fail("out of memory");
	*asker = (struct asker){a->host, a->node};
	atomic_fetch_add(&stress.requests, 1);
	a->host->request(a->node, &r, on_reply, asker);
}

static void see(void *arg, const struct cam_camera *camera)
{
	struct actor *a = arg;

	if (!*camera->name || camera->size != sizeof(*camera) || camera->state > CAM_STOPPED)
		stress_fail("%s sees a camera that cannot be", a->host->name(a->node));
}

/* Calls that are [loop]. */
static void act_on_loop(struct actor *a)
{
	if (a->plugin->place != CAM_ON_LOOP)
		return;
	if (rnd_once_in(&a->rnd, 2))
		a->host->cameras(a->node, see, a);
	else
		for (unsigned n = 1 + rnd_below(&a->rnd, 4); n--;)
			request(a);
}

/* ---- the rest ---- */

/* How seldom it fails, by its temper. */
static unsigned patience(const struct actor *a)
{
	static const unsigned once_in[] = {100000, 3000, 600, 120};

	return once_in[stress.leaning.calm ? 0 : a->conf->temper];
}

int act_error(struct actor *a)
{
	if (!rnd_once_in(&a->rnd, patience(a)))
		return 0;
	stress_did(DID_RETURN_ERROR);
	return a->host->error(a->node, rnd_once_in(&a->rnd, 4) ? -EACCES : -EIO, "life", "error %u\n",
		rnd_below(&a->rnd, 3));
}

static void fail(struct actor *a)
{
	if (!rnd_once_in(&a->rnd, patience(a) / 8))
		return;
	stress_did(DID_FAIL);
	if (rnd_once_in(&a->rnd, 2))
		a->host->retry_after(a->node, (int64_t)rnd_below(&a->rnd, 50) * CLOCK_MS);
	a->host->fail(a->node, a->host->error(a->node, -EPIPE, NULL, "failed by itself"));
}

static void say_state(struct actor *a)
{
	if (rnd_once_in(&a->rnd, 8)) /* all sinks hear of it */
		a->host->state(a->node, rnd_once_in(&a->rnd, 2) ? CAM_LIVE : CAM_CONNECTING);
}

static void post(struct actor *a)
{
	int err = a->host->post(a->node, actor_posted, NULL);

	if (err && (err != -ENOTSUP || a->plugin->place != CAM_ON_THREAD))
		stress_fail("post of %s is answered %d", a->host->name(a->node), err);
}

static void act_once(struct actor *a)
{
	switch (rnd_below(&a->rnd, 20)) {
	case 0:
		act_unsubscribe(a, &a->slots[rnd_below(&a->rnd, SLOTS)]);
		break;
	case 1:
		if (rnd_once_in(&a->rnd, 2) && a->plugin->kind != CAM_SOURCE)
			act_subscribe(a);
		break;
	case 2:
	case 3:
	case 4:
		resume_one(a);
		break;
	case 5:
		post(a);
		break;
	case 6:
		a->host->tick_at(a->node, clock_mono_ns() + (int64_t)(rnd_below(&a->rnd, 8000)) * 1000);
		break;
	case 7:
		fail(a);
		break;
	case 8:
		say_state(a);
		break;
	case 9:
		(void)foreign_do(a, FOREIGN_ANY, (int64_t)rnd_below(&a->rnd, 3000) * 1000);
		break;
	case 10:
		act_on_loop(a);
		break;
	case 11:
		a->host->log(a->node, CAM_DEBUG, "stat %u", rnd_below(&a->rnd, 9));
		a->host->stat(a->node, STAT_LEVEL, rnd_below(&a->rnd, 9));
		break;
	case 12:
	case 13:
	case 14:
		act_raise(a);
		break;
	case 15:
		act_answer_one(a, rnd_below(&a->rnd, 9));
		break;
	default:
		break;
	}
}

void act(struct actor *a)
{
	for (unsigned n = rnd_below(&a->rnd, 4); n--;)
		act_once(a);
}
