/* SPDX-License-Identifier: MIT */
#include "core/base/clock.h"
#include "core/bus/port.h"
#include "core/media/buf.h"

#include "tests/check.h"

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
	char got[512]; /* "K1 p2 !K3": keyframe 1, packet 2, marked keyframe 3 */
	int answer;
};

static int take(void *arg, const struct cam_buf *buf)
{
	struct fixture *f = arg;
	size_t n = strlen(f->got);

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

static void set_up(struct fixture *f, struct cam_want want)
{
	const struct cam_caps caps = {.form = want.form, .media = CAM_VIDEO, .codec = CAM_H264};
	struct link_end end = {&f->on.executor, take, f, &f->flow};

	memset(f, 0, sizeof(*f));
	f->on.executor = (struct executor){manual_post, manual_post_at, manual_cancel, manual_is_here};
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

/* A history of fixed packets. */
struct past {
	struct cam_buf *packets[4];
	int n, kept;
};

static void keep(void *self, const struct cam_buf *buf)
{
	(void)buf;
	((struct past *)self)->kept++;
}

static int replay(void *self, int64_t from_ns, int (*emit)(void *arg, const struct cam_buf *), void *arg)
{
	struct past *past = self;

	(void)from_ns;
	for (int i = 0; i < past->n; i++)
		emit(arg, past->packets[i]);
	return 0;
}

TEST(history_comes_before_live_without_gap_and_beyond_the_limits)
{
	pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	struct past past = {.n = 4};
	struct port_history history = {keep, replay, &past};
	struct port *parent = port_new(&lock), *port = port_new(&lock), *outlet = port_new(&lock);
	struct cam_buf *live;
	struct fixture f;

	set_up(&f, (struct cam_want){.form = CAM_PACKET, .queue_items = 2});
	for (int i = 0; i < 4; i++)
		past.packets[i] = packet(&f, i, i == 0, i);
	live = packet(&f, 4, 0, 4);
	CHECK_INT(port_set_parent(port, parent), 0);
	CHECK_INT(port_set_parent(outlet, port), 0);
	port_set_history(port, &history);
	CHECK_INT(port_add(outlet, f.link, CAM_SINCE_KEYFRAME), 0);
	CHECK_INT(port_publish(parent, live), 0);
	CHECK_INT(past.kept, 1);
	manual_run(&f.on);
	CHECK_STR(f.got, "K0 p1 p2 p3 p4");
	port_remove(outlet, f.link);
	CHECK_INT(port_n_links(outlet), 0);
	for (int i = 0; i < 4; i++)
		buf_unref(past.packets[i]);
	buf_unref(live);
	tear_down(&f);
	port_free(parent);
	port_free(port);
	port_free(outlet);
}

RUN_TESTS(T(packets_begin_at_a_keyframe), T(full_queue_drops_up_to_the_next_keyframe_and_marks_it),
	T(queue_is_bounded_by_bytes), T(old_packets_go_in_whole_gops), T(latest_picture_wins),
	T(packets_gather_for_a_batch), T(consumer_that_says_later_gets_the_newest_on_resume),
	T(closed_link_delivers_nothing), T(the_end_of_a_session_stands_in_its_place_once_and_wants_no_room),
	T(history_comes_before_live_without_gap_and_beyond_the_limits))
