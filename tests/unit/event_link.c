/* SPDX-License-Identifier: MIT */
/* The queue of who hears: an executor that runs by hand, so that a hearer hangs for as long as a test wants. */
#include "core/bus/event_link.h"

#include "core/media/buf.h"
#include "tests/check.h"

#include <pthread.h>

/* ---- an executor by hand ---- */

static struct task_list queued;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int refs;

static void put(struct executor *e, struct task *t)
{
	(void)e;
	pthread_mutex_lock(&lock);
	task_list_put(&queued, t);
	pthread_mutex_unlock(&lock);
}

static void count_up(struct executor *e)
{
	(void)e;
	refs++;
}

static void count_down(struct executor *e)
{
	(void)e;
	refs--;
}

static struct executor hand = {.post = put, .ref = count_up, .unref = count_down};

/* @return whether there was a task */
static bool turn(void)
{
	struct task *t;

	pthread_mutex_lock(&lock);
	t = task_list_take(&queued);
	pthread_mutex_unlock(&lock);
	if (t)
		t->fn(t);
	return t;
}

/* ---- who hears ---- */

static struct heard {
	uint64_t id;
	uint32_t phase;
	float score;
	bool has_picture;
} heard[8192];
static size_t n_heard;

static void hear(void *arg, const struct cam_event *e)
{
	(void)arg;
	heard[n_heard++] = (struct heard){e->id, e->phase, e->score, e->picture != NULL};
}

static struct event_flow flow;
static struct event_link *l;
static const char *const all[] = {"*", NULL};

static void begin(const char *const *patterns, float min_score)
{
	const struct event_hearer hearer = {&hand, hear, NULL, patterns, min_score, &flow};

	task_list_init(&queued);
	memset(&flow, 0, sizeof(flow));
	n_heard = 0;
	l = event_link_new(&hearer);
	CHECK(l && refs == 1);
}

static void end(void)
{
	while (turn())
		continue;
	event_link_close(l);
	event_link_unref(l);
	CHECK_INT(refs, 0);
}

static void push_of(
	const char *topic, uint32_t phase, uint64_t id, float score, const struct cam_buf *picture)
{
	static uint64_t seq;
	struct cam_event like = {.phase = phase, .id = id, .topic = topic, .score = score, .camera = "a"};
	struct event *e = event_new(&like, ++seq);

	event_link_push(l, e, picture);
	event_unref(e);
}

static void push(uint32_t phase, uint64_t id)
{
	push_of("motion", phase, id, 0.5f, NULL);
}

static void hear_all(void)
{
	while (turn())
		continue;
}

/* Whatever a queue drops: in what is heard nothing ends or goes on that has not begun, and all that has begun ends. */
static void check_whole(size_t n_open)
{
	static uint64_t open[4096];
	size_t n = 0;

	for (size_t i = 0; i < n_heard; i++) {
		size_t at = 0;

		while (at < n && open[at] != heard[i].id)
			at++;
		if (heard[i].phase == CAM_BEGIN) {
			CHECK(at == n);
			open[n++] = heard[i].id;
		} else if (heard[i].phase != CAM_POINT) {
			CHECK(at < n);
			if (heard[i].phase == CAM_END)
				open[at] = open[--n];
		}
	}
	CHECK_INT(n, n_open);
}

/* ---- tests ---- */

TEST(all_is_heard_in_order)
{
	begin(all, 0);
	push(CAM_BEGIN, 1);
	push(CAM_POINT, 2);
	push(CAM_UPDATE, 1);
	CHECK_INT(atomic_load(&flow.waiting), 3);
	hear_all();
	push(CAM_UPDATE, 1);
	push(CAM_END, 1);
	push(CAM_END, 1); /* has ended */
	hear_all();
	CHECK_INT(n_heard, 5);
	for (size_t i = 0; i < 5; i++)
		CHECK_INT(heard[i].phase,
			((const uint32_t[]){CAM_BEGIN, CAM_POINT, CAM_UPDATE, CAM_UPDATE, CAM_END})[i]);
	CHECK_INT(atomic_load(&flow.heard), 5);
	CHECK_INT(atomic_load(&flow.waiting), 0);
	CHECK_INT(atomic_load(&flow.dropped) + atomic_load(&flow.merged), 0);
	end();
}

TEST(one_turn_tells_so_many_and_no_more)
{
	begin(all, 0);
	for (uint64_t i = 1; i <= 100; i++)
		push(CAM_POINT, i);
	CHECK(turn());
	CHECK(n_heard > 0 && n_heard < 100); /* others of the place have their turn */
	hear_all();
	CHECK_INT(n_heard, 100);
	end();
}

TEST(updates_that_wait_are_merged)
{
	begin(all, 0);
	push(CAM_BEGIN, 1);
	push(CAM_BEGIN, 2);
	for (int i = 0; i < 50; i++) {
		push_of("motion", CAM_UPDATE, 1, (float)i / 100, NULL);
		push(CAM_UPDATE, 2);
	}
	CHECK_INT(atomic_load(&flow.waiting), 4);
	CHECK_INT(atomic_load(&flow.merged), 98);
	hear_all();
	CHECK_INT(n_heard, 4);
	CHECK(heard[2].id == 1 && heard[2].score > 0.48f);
	CHECK_INT(atomic_load(&flow.dropped), 0);
	end();
}

TEST(a_hearer_that_hangs_costs_so_much_and_no_more)
{
	begin(all, 0);
	for (uint64_t i = 1; i <= 2000; i++) {
		push(CAM_POINT, i);
		CHECK(atomic_load(&flow.waiting) <= EVENT_LINK_ROOM);
	}
	CHECK_INT(atomic_load(&flow.dropped), 2000 - EVENT_LINK_ROOM);
	hear_all();
	CHECK_INT(n_heard, EVENT_LINK_ROOM);
	CHECK_INT(heard[0].id, 2000 - EVENT_LINK_ROOM + 1); /* the oldest went */
	CHECK_INT(atomic_load(&flow.heard) + atomic_load(&flow.dropped), 2000);
	end();
}

TEST(what_is_missed_least_goes_first)
{
	begin(all, 0);
	push(CAM_BEGIN, 1);
	push(CAM_UPDATE, 1);
	for (uint64_t i = 0; i < EVENT_LINK_ROOM - 2; i++)
		push(CAM_BEGIN, 10 + i); /* full, and all but one of these have to be told */
	CHECK_INT(atomic_load(&flow.dropped), 0);
	push(CAM_POINT, 5);
	CHECK_INT(atomic_load(&flow.dropped), 1); /* the update */
	push(CAM_BEGIN, 6);
	CHECK_INT(atomic_load(&flow.dropped), 2); /* the point */
	push(CAM_POINT, 7); /* there is nothing to drop for this one */
	CHECK_INT(atomic_load(&flow.dropped), 3);
	push(CAM_END, 10); /* comes on top */
	CHECK_INT(atomic_load(&flow.waiting), EVENT_LINK_ROOM + 1);
	push(CAM_POINT, 8); /* both ends of 10 wait: that one goes */
	CHECK_INT(atomic_load(&flow.dropped), 5);
	CHECK_INT(atomic_load(&flow.waiting), EVENT_LINK_ROOM);
	hear_all();
	for (size_t i = 0; i < n_heard; i++)
		CHECK(heard[i].id != 10 && heard[i].phase != CAM_UPDATE);
	CHECK_INT(heard[n_heard - 1].id, 8);
	check_whole(EVENT_LINK_ROOM - 1);
	end();
}

TEST(what_has_begun_ends_whatever_comes_between)
{
	begin(all, 0);
	for (uint64_t i = 1; i <= EVENT_LINK_OPEN; i++)
		push(CAM_BEGIN, i);
	hear_all();
	push(CAM_BEGIN, 9999); /* one more than may go on */
	push(CAM_END, 9999);
	CHECK_INT(atomic_load(&flow.dropped), 1);
	for (uint64_t i = 0; i < 1000; i++)
		push(CAM_POINT, 1000 + i);
	for (uint64_t i = 1; i <= EVENT_LINK_OPEN; i++)
		push(CAM_END, i);
	CHECK_INT(atomic_load(&flow.waiting), EVENT_LINK_ROOM + EVENT_LINK_OPEN);
	for (uint64_t i = 0; i < 1000; i++) {
		push(CAM_BEGIN, 5000 + i);
		push(CAM_POINT, 7000 + i);
		CHECK(atomic_load(&flow.waiting) <= EVENT_LINK_ROOM + EVENT_LINK_OPEN);
	}
	hear_all();
	for (uint64_t i = 0; i < 1000; i++)
		push(CAM_END, 5000 + i);
	hear_all();
	check_whole(0);
	CHECK_INT(atomic_load(&flow.heard), n_heard);
	end();
}

TEST(whatever_happens_the_story_is_whole)
{
	static unsigned seed = 5;
	static uint32_t goes_on[64];
	uint64_t ids[64] = {0}, id = 0;

	memset(goes_on, 0, sizeof(goes_on));
	begin(all, 0);
	for (int i = 0; i < 20000; i++) {
		unsigned r = seed = seed * 1103515245u + 12345u, at = r >> 8 & 63;

		if (!ids[at])
			push(CAM_BEGIN, ids[at] = ++id);
		else if (r >> 16 & 1)
			push(CAM_UPDATE, ids[at]);
		else
			push(CAM_END, ids[at]), ids[at] = 0;
		if (!(r >> 20 & 3))
			push(CAM_POINT, ++id);
		if (!(i % 500)) {
			while (turn() && r >> 24 & 1)
				continue;
		}
		if (n_heard > 7000) /* all that goes on may still be told */
			break;
	}
	for (size_t i = 0; i < 64; i++)
		if (ids[i])
			push(CAM_END, ids[i]);
	hear_all();
	check_whole(0);
	CHECK(atomic_load(&flow.dropped) > 100);
	end();
}

TEST(an_event_begins_when_it_reaches_the_score)
{
	begin(all, 0.6f);
	push_of("motion", CAM_BEGIN, 1, 0.3f, NULL);
	push_of("motion", CAM_UPDATE, 1, 0.5f, NULL);
	push_of("motion", CAM_POINT, 2, 0.5f, NULL);
	hear_all();
	CHECK_INT(n_heard, 0);
	push_of("motion", CAM_UPDATE, 1, 0.6f, NULL);
	push_of("motion", CAM_UPDATE, 1, 0.1f, NULL); /* what has begun here goes on */
	push_of("motion", CAM_END, 1, 0, NULL);
	push_of("motion", CAM_BEGIN, 3, 0.1f, NULL);
	push_of("motion", CAM_END, 3, 1, NULL); /* of what was not heard, the end is not told */
	push_of("motion", CAM_POINT, 4, 0.7f, NULL);
	hear_all();
	CHECK_INT(n_heard, 4);
	CHECK(heard[0].phase == CAM_BEGIN && heard[1].phase == CAM_UPDATE && heard[2].phase == CAM_END &&
		heard[3].phase == CAM_POINT);
	CHECK_INT(atomic_load(&flow.dropped), 0); /* it was not for this one */
	end();
}

TEST(only_what_is_asked_for_is_heard)
{
	static const char *const some[] = {"motion", "object.p*", NULL};

	begin(some, 0);
	push_of("camera", CAM_POINT, 1, 0, NULL);
	push_of("object", CAM_POINT, 2, 0, NULL);
	push_of("motion", CAM_POINT, 3, 0, NULL);
	hear_all();
	CHECK_INT(n_heard, 1);
	CHECK_INT(heard[0].id, 3);
	end();
}

static atomic_int released;

static void on_released(void *arg)
{
	(void)arg;
	released++;
}

static struct cam_buf *jpeg(void)
{
	const struct cam_caps like = {
		.size = sizeof(like), .form = CAM_JPEG, .media = CAM_VIDEO, .codec = CAM_MJPG};
	const struct cam_caps *caps = caps_new(&like);
	const struct cam_buf bytes = {.size = sizeof(bytes),
		.caps = caps,
		.n_planes = 1,
		.plane = {{(const uint8_t *)"jpeg", 4, 0}}};
	struct cam_buf *buf = buf_new(&bytes, on_released, NULL);

	caps_unref(caps);
	released = 0;
	return buf;
}

TEST(the_newest_that_wait_keep_their_pictures)
{
	struct cam_buf *buf = jpeg();

	begin(all, 0);
	for (uint64_t i = 1; i <= 40; i++)
		push_of("motion", CAM_POINT, i, 0, i % 2 ? buf : NULL);
	buf_unref(buf);
	hear_all();
	CHECK_INT(n_heard, 40);
	for (uint64_t i = 1; i <= 40; i++)
		CHECK_INT(heard[i - 1].has_picture, i % 2 && i > 40 - 2 * EVENT_LINK_PICTURES);
	CHECK_INT(released, 1);
	end();
}

TEST(pictures_are_held_until_they_are_told_or_dropped)
{
	struct cam_buf *buf = jpeg();

	begin(all, 0);
	push_of("motion", CAM_POINT, 1, 0, buf);
	hear_all();
	CHECK(heard[0].has_picture);
	for (uint64_t i = 0; i < 600; i++)
		push_of("motion", CAM_POINT, i, 0, buf);
	buf_unref(buf);
	CHECK_INT(released, 0);
	event_link_close(l); /* what waits goes */
	CHECK_INT(released, 1);
	CHECK_INT(atomic_load(&flow.waiting), 0);
	push(CAM_POINT, 2); /* nobody hears */
	CHECK_INT(atomic_load(&flow.waiting), 0);
	n_heard = 0;
	end(); /* its task is still queued */
	CHECK_INT(n_heard, 0);
	event_link_unref(NULL);
}

TEST(a_queued_link_outlives_its_owner)
{
	begin(all, 0);
	push(CAM_POINT, 1);
	event_link_close(l);
	event_link_unref(l);
	CHECK_INT(refs, 1);
	hear_all();
	CHECK_INT(refs, 0);
	CHECK_INT(n_heard, 0);
}

static void *push_many(void *arg)
{
	for (uint64_t i = 1; i <= 2000; i++) {
		push_of("motion", CAM_BEGIN, (uint64_t)(uintptr_t)arg + i, 1, NULL);
		push_of("motion", CAM_END, (uint64_t)(uintptr_t)arg + i, 1, NULL);
	}
	return arg;
}

TEST(many_push_while_one_hears)
{
	pthread_t thread;

	begin(all, 0);
	CHECK_INT(pthread_create(&thread, NULL, push_many, (void *)(uintptr_t)10000), 0);
	for (int i = 0; i < 1000; i++)
		turn();
	pthread_join(thread, NULL);
	hear_all();
	check_whole(0);
	CHECK_INT(atomic_load(&flow.heard) + atomic_load(&flow.dropped), 4000);
	end();
}

RUN_TESTS(T(all_is_heard_in_order), T(one_turn_tells_so_many_and_no_more), T(updates_that_wait_are_merged),
	T(a_hearer_that_hangs_costs_so_much_and_no_more), T(what_is_missed_least_goes_first),
	T(what_has_begun_ends_whatever_comes_between), T(whatever_happens_the_story_is_whole),
	T(an_event_begins_when_it_reaches_the_score), T(only_what_is_asked_for_is_heard),
	T(the_newest_that_wait_keep_their_pictures), T(pictures_are_held_until_they_are_told_or_dropped),
	T(a_queued_link_outlives_its_owner), T(many_push_while_one_hears))
