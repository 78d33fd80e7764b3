/* SPDX-License-Identifier: MIT */
#include "core/base/clock.h"
#include "core/bus/budget.h"
#include "core/bus/port.h"
#include "core/media/buf.h"

#include "tests/check.h"

#include <errno.h>

/* An executor that runs its tasks when the test says so. */
struct manual {
	struct executor executor;
	struct task_list tasks;
	struct timer *timer; /* the one that was set */
	int64_t at_ns;
};

static void manual_post(struct executor *e, struct task *t)
{
	task_list_put(&container_of(e, struct manual, executor)->tasks, t);
}

static void manual_post_at(struct executor *e, struct timer *t, int64_t at_ns)
{
	struct manual *m = container_of(e, struct manual, executor);

	m->timer = t;
	m->at_ns = at_ns;
}

static bool manual_cancel(struct executor *e, struct timer *t)
{
	struct manual *m = container_of(e, struct manual, executor);

	CHECK(m->timer == t);
	return true;
}

static int manual_is_here(const struct executor *e)
{
	(void)e;
	return 1;
}

static void manual_run(struct manual *m)
{
	struct task *t;

	while ((t = task_list_take(&m->tasks)))
		t->fn(t);
}

struct fixture {
	struct manual on;
	struct link_flow flow;
	struct link *link;
	const struct cam_caps *caps;
	char got[4096]; /* "K1 p2 !K3": keyframe 1, packet 2, marked keyframe 3 */
	int answer;
	int push_in_take; /* the seq of a keyframe that comes in the middle of the next delivery */
};

static unsigned push(struct fixture *f, int seq, int key);

static int take(void *arg, const struct cam_buf *buf)
{
	struct fixture *f = arg;
	size_t n = strlen(f->got);

	if (f->push_in_take) {
		push(f, f->push_in_take, 1);
		f->push_in_take = 0;
	}
	if (f->answer)
		return f->answer;
	if (link_is_end(buf)) {
		snprintf(f->got + n, sizeof(f->got) - n, " end");
		return 0;
	}
	snprintf(f->got + n, sizeof(f->got) - n, "%s%s%c%d", n ? " " : "",
		buf->flags & CAM_DISCONTINUITY ? "!" : "", buf->flags & CAM_KEY ? 'K' : 'p', (int)buf->seq);
	return 0;
}

static void refused(void *arg, int err, const char *why)
{
	struct fixture *f = arg;
	size_t n = strlen(f->got);

	snprintf(f->got + n, sizeof(f->got) - n, "%s[%d %s]", n ? " " : "", err, why);
}

static void gone(void *arg)
{
	struct fixture *f = arg;
	size_t n = strlen(f->got);

	snprintf(f->got + n, sizeof(f->got) - n, " [gone]");
}

static void set_up(struct fixture *f, struct cam_want want)
{
	const struct cam_caps caps = {.form = want.form, .media = CAM_VIDEO, .codec = CAM_H264};
	struct link_end end = {.on = &f->on.executor,
		.take = take,
		.arg = f,
		.flow = &f->flow,
		.refused = refused,
		.gone = gone};

	memset(f, 0, sizeof(*f));
	f->on.executor = (struct executor){.post = manual_post,
		.post_at = manual_post_at,
		.cancel = manual_cancel,
		.is_here = manual_is_here};
	task_list_init(&f->on.tasks);
	f->caps = caps_new(&caps);
	f->link = link_new(&want, &end);
	CHECK(f->link && f->caps);
}

static void tear_down(struct fixture *f)
{
	link_close(f->link);
	manual_run(&f->on);
	link_unref(f->link);
	caps_unref(f->caps);
}

static struct cam_buf *packet(const struct fixture *f, int seq, int key, int64_t arrival_ns)
{
	struct cam_buf like = {.caps = f->caps,
		.n_planes = 1,
		.seq = (uint64_t)seq,
		.flags = key ? CAM_KEY : 0,
		.arrival_ns = arrival_ns,
		.plane = {{(const uint8_t *)"0123456789", 10, 0}}};
	struct cam_buf *buf = buf_new(&like, NULL, NULL);

	CHECK(buf);
	return buf;
}

static unsigned push(struct fixture *f, int seq, int key)
{
	struct cam_buf *buf = packet(f, seq, key, clock_mono_ns());
	unsigned dropped = link_push(f->link, buf);

	buf_unref(buf);
	return dropped;
}

TEST(packets_begin_at_a_keyframe)
{
	struct fixture f;

	set_up(&f, (struct cam_want){.form = CAM_PACKET});
	CHECK_INT(push(&f, 1, 0), 0);
	push(&f, 2, 1);
	push(&f, 3, 0);
	manual_run(&f.on);
	CHECK_STR(f.got, "K2 p3");
	tear_down(&f);
}

TEST(full_queue_drops_up_to_the_next_keyframe_and_marks_it)
{
	struct fixture f;

	set_up(&f, (struct cam_want){.form = CAM_PACKET, .queue_items = 3});
	push(&f, 1, 1);
	push(&f, 2, 0);
	push(&f, 3, 0);
	CHECK_INT(push(&f, 4, 0), 1);
	manual_run(&f.on);
	CHECK_INT(push(&f, 5, 0), 1);
	CHECK_INT(push(&f, 6, 1), 0);
	push(&f, 7, 0);
	manual_run(&f.on);
	CHECK_STR(f.got, "K1 p2 p3 !K6 p7");
	CHECK_INT(f.flow.dropped, 2);
	CHECK_INT(f.flow.passed, 5);
	CHECK_INT(f.flow.waiting, 0);
	tear_down(&f);
}

TEST(queue_is_bounded_by_bytes)
{
	struct fixture f;

	set_up(&f, (struct cam_want){.form = CAM_PACKET, .queue_bytes = 25});
	push(&f, 1, 1);
	push(&f, 2, 0);
	CHECK_INT(push(&f, 3, 0), 1);
	manual_run(&f.on);
	CHECK_STR(f.got, "K1 p2");
	tear_down(&f);
}

TEST(old_packets_go_in_whole_gops)
{
	struct fixture f;
	int64_t now = clock_mono_ns(), ages[] = {9, 8, 1, 0};

	set_up(&f, (struct cam_want){.form = CAM_PACKET, .queue_age_ns = 5 * CAM_SECOND});
	for (int i = 0; i < 4; i++) {
		struct cam_buf *buf = packet(&f, i, i == 0 || i == 3, now - ages[i] * CAM_SECOND);

		link_push(f.link, buf);
		buf_unref(buf);
	}
	manual_run(&f.on);
	CHECK_STR(f.got, "!K3");
	CHECK_INT(f.flow.dropped, 3);
	tear_down(&f);
}

TEST(latest_picture_wins)
{
	struct fixture f;

	set_up(&f, (struct cam_want){.form = CAM_PICTURE});
	push(&f, 1, 0);
	push(&f, 2, 0);
	CHECK_INT(push(&f, 3, 0), 1);
	manual_run(&f.on);
	CHECK_STR(f.got, "!p3");
	tear_down(&f);
}

TEST(consumer_that_says_later_gets_the_newest_on_resume)
{
	struct fixture f;

	set_up(&f, (struct cam_want){.form = CAM_PICTURE});
	f.answer = CAM_LATER;
	push(&f, 1, 0);
	manual_run(&f.on);
	push(&f, 2, 0);
	manual_run(&f.on);
	CHECK_STR(f.got, "");
	f.answer = 0;
	link_resume(f.link);
	manual_run(&f.on);
	CHECK_STR(f.got, "!p2");
	tear_down(&f);
}

TEST(packets_gather_for_a_batch)
{
	struct fixture f;

	set_up(&f, (struct cam_want){.form = CAM_PACKET, .queue_items = 10, .batch_ns = 1000});
	for (int i = 0; i < 3; i++)
		push(&f, i, i == 0);
	manual_run(&f.on);
	CHECK_STR(f.got, "");
	f.on.timer->fn(f.on.timer);
	CHECK_STR(f.got, "K0 p1 p2");
	push(&f, 3, 0); /* the timer is set still, and nothing else is posted */
	manual_run(&f.on);
	f.on.timer->fn(f.on.timer);
	CHECK_STR(f.got, "K0 p1 p2 p3");
	f.on.timer->fn(f.on.timer); /* nothing came: it rests, and the next packet wakes it */
	f.on.timer = NULL;
	push(&f, 4, 0);
	CHECK(f.on.timer);
	tear_down(&f);
}

TEST(closed_link_delivers_nothing)
{
	struct fixture f;

	set_up(&f, (struct cam_want){.form = CAM_PACKET});
	push(&f, 1, 1);
	link_close(f.link);
	manual_run(&f.on);
	push(&f, 2, 1);
	manual_run(&f.on);
	CHECK_STR(f.got, "");
	tear_down(&f);
}

TEST(the_end_of_a_session_stands_in_its_place_once_and_wants_no_room)
{
	struct fixture f;

	set_up(&f, (struct cam_want){.form = CAM_PACKET, .queue_items = 2});
	push(&f, 1, 1);
	push(&f, 2, 0);
	link_end_session(f.link);
	link_end_session(f.link);
	manual_run(&f.on);
	push(&f, 3, 1);
	manual_run(&f.on);
	CHECK_STR(f.got, "K1 p2 end K3");
	tear_down(&f);
	set_up(&f, (struct cam_want){.form = CAM_PICTURE});
	link_end_session(f.link);
	manual_run(&f.on);
	CHECK_STR(f.got, "");
	tear_down(&f);
}

/* A history that keeps the packets from `first` on. */
enum { PAST = 400 };
struct past {
	const struct cam_buf *packets[PAST];
	int first, n;
};

static void keep(void *self, const struct cam_buf *buf)
{
	struct past *past = self;

	CHECK(past->n < PAST);
	past->packets[past->n++] = buf_ref(buf);
}

static int replay(void *self, int64_t from_ns, int (*emit)(void *arg, const struct cam_buf *), void *arg)
{
	struct past *past = self;
	int from = past->first, err = 0;

	for (int i = past->first; i < past->n && past->packets[i]->arrival_ns <= from_ns; i++)
		if (past->packets[i]->flags & CAM_KEY)
			from = i;
	for (int i = from; i < past->n && !err; i++)
		err = emit(arg, past->packets[i]);
	return err;
}

/* A camera's outlet below a buffer below a source, and a link that is still to be hung on it. */
struct tree {
	pthread_mutex_t lock;
	struct past past;
	struct port *source, *buffer, *outlet;
	struct fixture f;
};

static void plant(struct tree *t, struct cam_want want)
{
	struct port_history history = {keep, replay, &t->past};

	memset(t, 0, sizeof(*t));
	pthread_mutex_init(&t->lock, NULL);
	t->source = port_new(&t->lock);
	t->buffer = port_new(&t->lock);
	t->outlet = port_new(&t->lock);
	CHECK_INT(port_set_parent(t->buffer, t->source), 0);
	CHECK_INT(port_set_parent(t->outlet, t->buffer), 0);
	port_set_history(t->buffer, &history);
	set_up(&t->f, want);
}

static void fell(struct tree *t)
{
	link_close(t->f.link);
	port_remove(t->outlet, t->f.link);
	CHECK_INT(port_n_links(t->outlet), 0);
	for (int i = 0; i < t->past.n; i++)
		buf_unref(t->past.packets[i]);
	tear_down(&t->f);
	port_free(t->source);
	port_free(t->buffer);
	port_free(t->outlet);
	pthread_mutex_destroy(&t->lock);
}

/* Packet seq arrives at time seq; each tenth is a keyframe. */
static void publish(struct tree *t, int from, int until)
{
	for (int seq = from; seq < until; seq++) {
		struct cam_buf *buf = packet(&t->f, seq, seq % 10 == 0, seq);

		(void)port_publish(t->source, buf);
		buf_unref(buf);
	}
}

TEST(history_comes_before_live_without_gap_and_beyond_the_limits)
{
	struct tree t;

	plant(&t, (struct cam_want){.form = CAM_PACKET, .queue_items = 2});
	publish(&t, 0, 4);
	CHECK_INT(port_add(t.outlet, t.f.link, 1), 0);
	publish(&t, 4, 5);
	CHECK_INT(atomic_load(&t.f.flow.waiting), 0); /* it stays in the history until it is taken */
	manual_run(&t.f.on);
	publish(&t, 5, 6);
	manual_run(&t.f.on);
	CHECK_STR(t.f.got, "K0 p1 p2 p3 p4 p5");
	CHECK_INT(atomic_load(&t.f.flow.dropped), 0);
	fell(&t);
}

TEST(long_history_is_fetched_a_little_at_a_time)
{
	struct tree t;

	plant(&t, (struct cam_want){.form = CAM_PACKET});
	publish(&t, 0, 300);
	t.f.answer = CAM_LATER;
	CHECK_INT(port_add(t.outlet, t.f.link, 25), 0);
	manual_run(&t.f.on);
	CHECK_INT(atomic_load(&t.f.flow.waiting), 64);
	t.f.answer = 0;
	link_resume(t.f.link);
	for (int i = 300; i < 310; i++) {
		struct task *task = task_list_take(&t.f.on.tasks);

		publish(&t, i, i + 1);
		if (task)
			task->fn(task);
		CHECK(atomic_load(&t.f.flow.waiting) <= 64);
		t.f.got[0] = '\0';
	}
	manual_run(&t.f.on);
	CHECK_INT(atomic_load(&t.f.flow.passed), 310 - 20);
	CHECK_INT(atomic_load(&t.f.flow.dropped), 0);
	fell(&t);
}

TEST(history_that_is_let_go_of_before_it_is_taken_counts_as_dropped)
{
	struct tree t;

	plant(&t, (struct cam_want){.form = CAM_PACKET});
	publish(&t, 0, 95);
	t.f.answer = CAM_LATER;
	CHECK_INT(port_add(t.outlet, t.f.link, 1), 0);
	manual_run(&t.f.on); /* 64 are fetched */
	t.past.first = 90;
	t.f.answer = 0;
	link_resume(t.f.link);
	manual_run(&t.f.on);
	CHECK(strstr(t.f.got, "p63 !K90 p91"));
	CHECK_INT(atomic_load(&t.f.flow.dropped), 26);
	CHECK_INT(atomic_load(&t.f.flow.passed), 69);
	fell(&t);
}

TEST(keyframes_that_arrived_together_are_all_fetched)
{
	struct tree t;

	plant(&t, (struct cam_want){.form = CAM_PACKET});
	for (int seq = 0; seq < 100; seq++) {
		struct cam_buf *buf = packet(&t.f, seq, seq % 5 == 0, 7);

		(void)port_publish(t.source, buf);
		buf_unref(buf);
	}
	CHECK_INT(port_add(t.outlet, t.f.link, 1), 0);
	manual_run(&t.f.on);
	CHECK_INT(atomic_load(&t.f.flow.passed), 100);
	CHECK_INT(atomic_load(&t.f.flow.dropped), 0);
	fell(&t);
}

TEST(history_until_a_time_ends_with_the_end)
{
	struct tree t;

	plant(&t, (struct cam_want){.form = CAM_PACKET, .until_ns = 13});
	publish(&t, 0, 12);
	CHECK_INT(port_add(t.outlet, t.f.link, 10), 0);
	manual_run(&t.f.on);
	CHECK_STR(t.f.got, "K10 p11");
	publish(&t, 12, 30);
	port_end_session(t.source);
	manual_run(&t.f.on);
	CHECK_STR(t.f.got, "K10 p11 p12 end");
	fell(&t);
}

TEST(session_that_ends_while_a_link_is_behind_ends_there)
{
	struct tree t;

	plant(&t, (struct cam_want){.form = CAM_PACKET});
	publish(&t, 0, 3);
	CHECK_INT(port_add(t.outlet, t.f.link, 1), 0);
	port_end_session(t.source);
	manual_run(&t.f.on);
	CHECK_STR(t.f.got, "K0 p1 p2 end");
	fell(&t);
}

/* A packet that arrives now. */
static void publish_now(struct tree *t, int seq, int key)
{
	struct cam_buf *buf = packet(&t->f, seq, key, clock_mono_ns());

	(void)port_publish(t->source, buf);
	buf_unref(buf);
}

TEST(session_that_begins_while_a_link_is_behind_comes_after_the_end)
{
	struct tree t;

	plant(&t, (struct cam_want){.form = CAM_PACKET});
	publish_now(&t, 0, 1);
	CHECK_INT(port_add(t.outlet, t.f.link, 1), 0);
	port_end_session(t.source);
	publish_now(&t, 1, 1);
	publish_now(&t, 2, 0);
	manual_run(&t.f.on);
	CHECK_STR(t.f.got, "K0 end K1 p2");
	fell(&t);
}

TEST(end_of_a_session_may_be_the_first_thing_that_is_fetched)
{
	struct task *task;
	struct tree t;

	plant(&t, (struct cam_want){.form = CAM_PACKET});
	for (int i = 0; i < 65; i++)
		publish_now(&t, i, i == 0);
	CHECK_INT(port_add(t.outlet, t.f.link, 1), 0);
	task = task_list_take(&t.f.on.tasks);
	CHECK(task);
	task->fn(task); /* the first 64 */
	t.f.got[0] = '\0';
	port_end_session(t.source);
	publish_now(&t, 65, 1);
	t.past.first = 65;
	manual_run(&t.f.on);
	CHECK_STR(t.f.got, " end !K65");
	CHECK_INT(atomic_load(&t.f.flow.dropped), 1);
	fell(&t);
}

TEST(end_of_a_session_outlives_what_is_dropped_around_it)
{
	struct fixture f;

	set_up(&f, (struct cam_want){.form = CAM_PACKET, .queue_age_ns = CLOCK_SECOND});
	for (int i = 0; i < 3; i++) {
		struct cam_buf *old = packet(&f, i, i == 0, clock_mono_ns() - 2 * CLOCK_SECOND);

		link_push(f.link, old);
		buf_unref(old);
	}
	link_end_session(f.link);
	push(&f, 3, 0);
	push(&f, 4, 1);
	manual_run(&f.on);
	CHECK_STR(f.got, " end !K4");
	CHECK_INT(atomic_load(&f.flow.dropped), 4);
	tear_down(&f);
}

TEST(what_newer_ones_replace_counts_as_dropped)
{
	struct fixture f;

	set_up(&f, (struct cam_want){.form = CAM_PICTURE});
	f.answer = CAM_LATER;
	f.push_in_take = 2;
	push(&f, 1, 1);
	manual_run(&f.on);
	CHECK_INT(atomic_load(&f.flow.dropped), 1);
	f.answer = 0;
	link_resume(f.link);
	manual_run(&f.on);
	CHECK_STR(f.got, "!K2");
	tear_down(&f);
}

TEST(refusals_go_ahead_of_what_waits_and_only_the_last_counts)
{
	struct fixture f;

	set_up(&f, (struct cam_want){.form = CAM_PICTURE});
	push(&f, 1, 1);
	link_refuse(f.link, -EBUSY, "busy");
	link_refuse(f.link, CAM_LOWERED, "less");
	manual_run(&f.on);
	CHECK_STR(f.got, "[1 less] K1");
	link_refuse(f.link, CAM_LOWERED, "less");
	manual_run(&f.on);
	CHECK_STR(f.got, "[1 less] K1");
	link_refuse(f.link, CAM_GRANTED, NULL);
	link_gone(f.link);
	link_gone(f.link);
	manual_run(&f.on);
	CHECK_STR(f.got, "[1 less] K1 [0 ] [gone]");
	tear_down(&f);
}

TEST(consumer_that_holds_is_told_all_the_same)
{
	struct fixture f;

	set_up(&f, (struct cam_want){.form = CAM_PACKET});
	f.answer = CAM_LATER;
	push(&f, 1, 1);
	manual_run(&f.on);
	link_gone(f.link);
	manual_run(&f.on);
	CHECK_STR(f.got, " [gone]");
	tear_down(&f);
}

/* Ends its own link in the middle of a delivery. */
static int take_and_close(void *arg, const struct cam_buf *buf)
{
	struct fixture *f = arg;

	(void)buf;
	link_close(f->link);
	link_unref(f->link);
	f->link = NULL;
	return 0;
}

TEST(consumer_may_end_its_link_while_it_drains)
{
	struct cam_want want = {.form = CAM_PACKET};
	struct fixture f;
	struct link_end end;

	set_up(&f, want);
	link_unref(f.link);
	end = (struct link_end){.on = &f.on.executor, .take = take_and_close, .arg = &f, .flow = &f.flow};
	f.link = link_new(&want, &end);
	for (int i = 0; i < 5; i++)
		push(&f, i, i == 0);
	link_drain(f.link);
	manual_run(&f.on);
	CHECK(!f.link);
	CHECK_INT(atomic_load(&f.flow.waiting), 0);
	caps_unref(f.caps);
}

TEST(sound_alone_needs_no_keyframe)
{
	const struct cam_caps sound = {.form = CAM_PACKET, .media = CAM_AUDIO, .codec = CAM_AAC};
	struct fixture f;

	set_up(&f, (struct cam_want){.form = CAM_PACKET, .media = CAM_AUDIO, .queue_items = 2});
	push(&f, 0, 1); /* of the video */
	caps_unref(f.caps);
	f.caps = caps_new(&sound);
	for (int i = 1; i < 4; i++)
		push(&f, i, 0);
	manual_run(&f.on);
	push(&f, 4, 0);
	manual_run(&f.on);
	CHECK_STR(f.got, "p1 p2 !p4");
	CHECK_INT(atomic_load(&f.flow.dropped), 1);
	tear_down(&f);
}

/* ---- the budget ---- */

TEST(camera_with_the_most_waiting_loses_its_oldest_group_first)
{
	atomic_ullong lost[2] = {0};
	struct budget_share share[2];
	struct budget budget;
	struct fixture f[2];
	char loser[64];

	budget_init(&budget, 250);
	for (int i = 0; i < 2; i++) {
		struct cam_want want = {.form = CAM_PACKET};

		budget_join(&budget, &share[i], i ? "small" : "large", &lost[i]);
		set_up(&f[i], want);
		link_unref(f[i].link);
		f[i].link = link_new(&want, &(struct link_end){.on = &f[i].on.executor,
						    .take = take,
						    .arg = &f[i],
						    .flow = &f[i].flow,
						    .account = &share[i].account});
		CHECK_INT(budget_add(&share[i], f[i].link), 0);
	}
	for (int i = 0; i < 20; i++) /* of ten bytes each */
		push(&f[0], i, i % 10 == 0);
	for (int i = 0; i < 6; i++)
		push(&f[1], i, i == 0);
	CHECK_INT(atomic_load(&lost[0]), 10);
	CHECK_INT(atomic_load(&lost[1]), 0);
	CHECK_INT(budget_dropped(&budget, loser), 10);
	CHECK_STR(loser, "large");
	manual_run(&f[0].on);
	CHECK(!strncmp(f[0].got, "!K10 p11", 8));
	manual_run(&f[1].on);
	CHECK_STR(f[1].got, "K0 p1 p2 p3 p4 p5");
	CHECK_INT(atomic_load(&budget.total), 0);
	for (int i = 0; i < 2; i++) {
		budget_remove(&share[i], f[i].link);
		tear_down(&f[i]);
		budget_leave(&share[i]);
	}
	budget_destroy(&budget);
}

RUN_TESTS(T(packets_begin_at_a_keyframe), T(full_queue_drops_up_to_the_next_keyframe_and_marks_it),
	T(queue_is_bounded_by_bytes), T(old_packets_go_in_whole_gops), T(latest_picture_wins),
	T(packets_gather_for_a_batch), T(consumer_that_says_later_gets_the_newest_on_resume),
	T(closed_link_delivers_nothing), T(the_end_of_a_session_stands_in_its_place_once_and_wants_no_room),
	T(end_of_a_session_outlives_what_is_dropped_around_it), T(what_newer_ones_replace_counts_as_dropped),
	T(refusals_go_ahead_of_what_waits_and_only_the_last_counts),
	T(consumer_that_holds_is_told_all_the_same), T(consumer_may_end_its_link_while_it_drains),
	T(history_comes_before_live_without_gap_and_beyond_the_limits),
	T(long_history_is_fetched_a_little_at_a_time),
	T(history_that_is_let_go_of_before_it_is_taken_counts_as_dropped),
	T(keyframes_that_arrived_together_are_all_fetched), T(history_until_a_time_ends_with_the_end),
	T(session_that_ends_while_a_link_is_behind_ends_there),
	T(session_that_begins_while_a_link_is_behind_comes_after_the_end),
	T(end_of_a_session_may_be_the_first_thing_that_is_fetched), T(sound_alone_needs_no_keyframe),
	T(camera_with_the_most_waiting_loses_its_oldest_group_first))
