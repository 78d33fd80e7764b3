/* SPDX-License-Identifier: MIT */
/* What a link loses is told where it is missing, and so is the end of a session around it. */
#include "core/bus/port.h"
#include "core/bus/queue.h"

#include "tests/check.h"

static struct cam_buf *packet(uint64_t seq, bool key)
{
	struct cam_buf like = {.n_planes = 1,
		.seq = seq,
		.flags = key ? CAM_KEY : 0,
		.arrival_ns = (int64_t)seq + 1,
		.plane = {{(const uint8_t *)"0123456789", 10, 0}}};
	struct cam_buf *buf = buf_new(&like, NULL, NULL);

	CHECK(buf);
	return buf;
}

static void note(char got[256], const struct cam_buf *buf)
{
	size_t n = strlen(got);

	if (queue_is_end(buf))
		snprintf(got + n, 256 - n, " end");
	else
		snprintf(got + n, 256 - n, " %s%c%d", buf->flags & CAM_DISCONTINUITY ? "!" : "",
			buf->flags & CAM_KEY ? 'K' : 'p', (int)buf->seq);
}

/* ---- a queue ---- */

static void begin(struct queue *q, struct cam_want want, struct link_flow *flow)
{
	*q = (struct queue){0};
	*flow = (struct link_flow){0};
	want.form = CAM_PACKET;
	CHECK(queue_init(q, &want, flow, NULL));
}

static void push(struct queue *q, uint64_t seq, bool key)
{
	struct cam_buf *buf = packet(seq, key);

	(void)queue_push(q, buf);
	buf_unref(buf);
}

/* Take all that waits, and end. @return as " !K2 p3 end" */
static const char *finish(struct queue *q)
{
	static char got[256];

	got[0] = '\0';
	while (q->n) {
		const struct cam_buf *buf = queue_take(q);

		note(got, buf);
		buf_unref(buf);
	}
	queue_finish(q);
	return got;
}

TEST(gap_behind_what_waits_is_told_although_there_is_one_before_it)
{
	struct link_flow flow;
	struct queue q;

	begin(&q, (struct cam_want){.queue_items = 4}, &flow);
	for (uint64_t i = 0; i < 5; i++) /* the last one finds no room */
		push(&q, i, i % 2 == 0 && i < 4);
	CHECK_INT(queue_shed(&q), 2);
	push(&q, 5, true);
	CHECK_STR(finish(&q), " !K2 p3 !K5");
	CHECK_INT(flow.dropped, 3);
}

TEST(where_the_newest_wins_what_is_first_then_tells_of_the_gap)
{
	struct link_flow flow;
	struct queue q;

	begin(&q, (struct cam_want){.queue_items = 2, .drop = CAM_DROP_LATEST}, &flow);
	for (uint64_t i = 0; i < 4; i++)
		push(&q, i, false);
	CHECK_STR(finish(&q), " !p2 p3");
	CHECK_INT(flow.dropped, 2);
}

TEST(where_the_newest_wins_the_end_of_a_session_stays)
{
	struct link_flow flow;
	struct queue q;

	begin(&q, (struct cam_want){.queue_items = 2, .drop = CAM_DROP_LATEST}, &flow);
	push(&q, 0, false);
	queue_put_end(&q);
	for (uint64_t i = 1; i < 4; i++)
		push(&q, i, false);
	CHECK_STR(finish(&q), " end !p2 p3");
	CHECK_INT(flow.dropped, 2);
}

TEST(an_end_that_is_all_that_waits_stays_where_the_newest_wins)
{
	struct link_flow flow;
	struct queue q;

	begin(&q, (struct cam_want){.queue_items = 1, .drop = CAM_DROP_LATEST}, &flow);
	queue_put_end(&q);
	push(&q, 1, false);
	CHECK_STR(finish(&q), " end p1");
	CHECK_INT(flow.dropped, 0);
}

TEST(queue_that_was_cleared_leaves_its_account_alone)
{
	struct cam_want want = {.form = CAM_PACKET};
	atomic_ullong total = 0;
	struct link_account account = {.total = &total};
	struct link_flow flow = {0};
	struct queue q = {0};

	CHECK(queue_init(&q, &want, &flow, &account));
	push(&q, 0, true);
	queue_clear(&q);
	CHECK_INT(total, 0);
	account.total = NULL; /* its camera goes */
	CHECK_STR(finish(&q), "");
}

/* ---- history that lets go of what a link has not fetched ---- */

struct reader {
	struct executor executor;
	struct task_list tasks;
	struct link_flow flow;
	char got[256];
};

static void post(struct executor *e, struct task *t)
{
	task_list_put(&container_of(e, struct reader, executor)->tasks, t);
}

static int take(void *arg, const struct cam_buf *buf)
{
	struct reader *r = arg;

	note(r->got, buf);
	return 0;
}

static void run(struct reader *r)
{
	struct task *t;

	while ((t = task_list_take(&r->tasks)))
		t->fn(t);
}

enum { PAST = 70 }; /* more than is fetched at a time */

static void forget(void *self, const struct cam_buf *buf)
{
	(void)self;
	(void)buf;
}

static int replay(void *self, int64_t from_ns, int (*emit)(void *arg, const struct cam_buf *), void *arg)
{
	int err = 0;

	(void)self;
	(void)from_ns;
	for (uint64_t seq = 0; seq < PAST && !err; seq++) {
		struct cam_buf *buf = packet(seq, seq == 0);

		err = emit(arg, buf);
		buf_unref(buf);
	}
	return err;
}

static void publish(struct port *p, uint64_t seq, bool key)
{
	struct cam_buf *buf = packet(seq, key);

	(void)port_publish(p, buf);
	buf_unref(buf);
}

TEST(packets_that_a_history_loses_with_itself_are_a_gap)
{
	static const struct port_history history = {forget, replay, NULL};
	struct cam_want want = {.form = CAM_PACKET};
	struct reader r = {.executor = {.post = post}};
	pthread_mutex_t lock;
	struct port *p;
	struct link *link;

	pthread_mutex_init(&lock, NULL);
	task_list_init(&r.tasks);
	p = port_new(&lock);
	link = link_new(
		&want, &(struct link_end){.on = &r.executor, .take = take, .arg = &r, .flow = &r.flow});
	port_set_history(p, &history);
	for (uint64_t seq = 0; seq < PAST; seq++)
		publish(p, seq, seq == 0);
	CHECK_INT(port_add(p, link, 1), 0);
	r.tasks.head->fn(task_list_take(&r.tasks)); /* one turn: not all of it */
	port_set_history(p, NULL);
	run(&r);
	r.got[0] = '\0';
	publish(p, PAST, false);
	publish(p, PAST + 1, true);
	run(&r);
	CHECK_STR(r.got, " !K71");
	CHECK_INT(r.flow.passed + r.flow.dropped, PAST + 2);
	link_close(link);
	port_remove(p, link);
	link_unref(link);
	port_free(p);
	pthread_mutex_destroy(&lock);
}

RUN_TESTS(T(gap_behind_what_waits_is_told_although_there_is_one_before_it),
	T(where_the_newest_wins_what_is_first_then_tells_of_the_gap),
	T(where_the_newest_wins_the_end_of_a_session_stays),
	T(an_end_that_is_all_that_waits_stays_where_the_newest_wins),
	T(queue_that_was_cleared_leaves_its_account_alone),
	T(packets_that_a_history_loses_with_itself_are_a_gap))
