/* SPDX-License-Identifier: MIT */
/* Links that start in the past, and the budget of what waits. */
#include "core/bus/budget.h"

#include "tests/unit/link_fixture.h"

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
	publish(&t, 0, 30);
	CHECK_INT(port_add(t.outlet, t.f.link, 10), 0);
	port_end_session(t.source);
	manual_run(&t.f.on);
	CHECK_STR(t.f.got, "K10 p11 p12 end");
	fell(&t);
}

TEST(history_until_a_time_that_is_over_ends_though_nothing_comes)
{
	struct tree t;

	plant(&t, (struct cam_want){.form = CAM_PACKET, .until_ns = 20});
	publish(&t, 0, 12);
	CHECK_INT(port_add(t.outlet, t.f.link, 10), 0);
	link_begin(t.f.link);
	manual_run(&t.f.on);
	CHECK_STR(t.f.got, "K10 p11 end");
	fell(&t);
}

TEST(wish_until_a_time_ends_though_the_camera_is_silent)
{
	int64_t now = clock_mono_ns();
	struct timer *timer;
	struct tree t;

	plant(&t, (struct cam_want){.form = CAM_PACKET, .until_ns = now + CLOCK_SECOND});
	publish(&t, 0, 12);
	CHECK_INT(port_add(t.outlet, t.f.link, 10), 0);
	link_begin(t.f.link);
	manual_run(&t.f.on);
	CHECK_STR(t.f.got, "K10 p11");
	timer = t.f.on.timer;
	CHECK(timer && t.f.on.at_ns >= now + CLOCK_SECOND);
	timer->fn(timer);
	manual_run(&t.f.on);
	publish(&t, 12, 30);
	manual_run(&t.f.on);
	CHECK_STR(t.f.got, "K10 p11 end");
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

TEST(each_session_that_ends_while_a_link_is_behind_ends_where_it_did)
{
	struct tree t;

	plant(&t, (struct cam_want){.form = CAM_PACKET});
	publish_now(&t, 0, 1);
	CHECK_INT(port_add(t.outlet, t.f.link, 1), 0);
	port_end_session(t.source);
	port_end_session(t.source); /* one that brought nothing */
	publish_now(&t, 1, 1);
	port_end_session(t.source);
	publish_now(&t, 2, 1);
	manual_run(&t.f.on);
	CHECK_STR(t.f.got, "K0 end K1 end K2");
	fell(&t);
}

/* What is not known any more is at least told once. */
TEST(sessions_that_ended_are_remembered_as_far_as_there_is_room)
{
	struct tree t;

	plant(&t, (struct cam_want){.form = CAM_PACKET});
	publish_now(&t, 0, 1);
	CHECK_INT(port_add(t.outlet, t.f.link, 1), 0);
	for (int i = 1; i < 40; i++) {
		port_end_session(t.source);
		publish_now(&t, i, 1);
	}
	manual_run(&t.f.on);
	CHECK(!strncmp(t.f.got, "K0 end K1 end K2 end K3", 23));
	CHECK(strstr(t.f.got, " end K39"));
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

RUN_TESTS(T(history_comes_before_live_without_gap_and_beyond_the_limits),
	T(long_history_is_fetched_a_little_at_a_time),
	T(history_that_is_let_go_of_before_it_is_taken_counts_as_dropped),
	T(keyframes_that_arrived_together_are_all_fetched), T(history_until_a_time_ends_with_the_end),
	T(history_until_a_time_that_is_over_ends_though_nothing_comes),
	T(wish_until_a_time_ends_though_the_camera_is_silent),
	T(session_that_ends_while_a_link_is_behind_ends_there),
	T(session_that_begins_while_a_link_is_behind_comes_after_the_end),
	T(each_session_that_ends_while_a_link_is_behind_ends_where_it_did),
	T(sessions_that_ended_are_remembered_as_far_as_there_is_room),
	T(end_of_a_session_may_be_the_first_thing_that_is_fetched),
	T(camera_with_the_most_waiting_loses_its_oldest_group_first))
