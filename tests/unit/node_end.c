/* SPDX-License-Identifier: MIT */
/* How nodes and subscriptions end: by failing, in the middle of a delivery, while stopping, with their camera. */
#include "tests/unit/node_world.h"

#include "core/media/buf.h"
#include "lib/clock.h"

#include "tests/check.h"

#include <errno.h>

/* One made-up consumer of packets and what it does; its configuration points here. */
struct taker {
	const struct cam_host *host;
	struct cam_node *node;
	struct cam_sub *subs[3];
	int n_subs;
	struct cam_want want;
	int (*consume)(struct taker *, struct cam_sub *);
	int (*at_stop)(struct taker *); /* what stop() fails with */
	atomic_int consumed, ended, gone, creates;
	void *seen_user;
};

static int create(struct cam_node *node, const struct cam_host *host, const void *config, void **ret)
{
	struct taker *t = *(struct taker *const *)config;

	t->host = host;
	t->node = node;
	t->creates++;
	*ret = t;
	return 0;
}

static void destroy(void *self)
{
	(void)self;
}

static int start(void *self)
{
	struct taker *t = self;

	for (int i = 0; i < t->n_subs; i++) {
		struct cam_want want = t->want;

		want.user = &t->subs[i];
		CHECK_INT(t->host->subscribe(t->node, NULL, &want, &t->subs[i]), 0);
	}
	return 0;
}

static void end_sub(struct taker *t, int i)
{
	t->host->unsubscribe(t->node, t->subs[i]);
	t->subs[i] = NULL;
}

static void stop(void *self)
{
	struct taker *t = self;
	int err = t->at_stop ? t->at_stop(t) : 0;

	for (int i = 0; i < t->n_subs; i++)
		end_sub(t, i);
	if (err)
		t->host->fail(t->node, err);
	t->host->state(t->node, CAM_STOPPED);
}

static int consume(void *self, struct cam_sub *sub, const struct cam_buf *buf)
{
	struct taker *t = self;

	(void)buf;
	t->consumed++;
	t->seen_user = t->host->user(sub);
	CHECK(*(struct cam_sub **)t->seen_user == sub);
	return t->consume ? t->consume(t, sub) : 0;
}

static int ended(void *self, struct cam_sub *sub)
{
	struct taker *t = self;

	(void)sub;
	t->ended++;
	return 0;
}

static void gone(void *self, struct cam_sub *sub)
{
	struct taker *t = self;

	t->gone++;
	CHECK(t->host->user(sub) == (void *)&t->subs[0]);
	end_sub(t, 0);
}

static const struct cam_plugin taker = {.abi = CAM_ABI,
	.size = sizeof(taker),
	.kind = CAM_RECORDER,
	.place = CAM_ON_IO,
	.name = "taker",
	.create = create,
	.destroy = destroy,
	.start = start,
	.stop = stop,
	.consume = consume,
	.ended = ended,
	.gone = gone};

/* A taker of so many subscriptions whose packets gather until it stops. */
static struct taker gathering(int n_subs)
{
	return (struct taker){.n_subs = n_subs,
		.want = {.size = sizeof(struct cam_want), .form = CAM_PACKET, .batch_ns = 10 * CLOCK_SECOND}};
}

static void publish(struct world *w, int n)
{
	const struct cam_caps like = {
		.size = sizeof(like), .form = CAM_PACKET, .media = CAM_VIDEO, .codec = CAM_H264};
	const struct cam_caps *caps = caps_new(&like);

	for (int i = 0; i < n; i++) {
		struct cam_buf packet = {.size = sizeof(packet),
			.flags = i ? 0 : CAM_KEY,
			.n_planes = 1,
			.seq = (uint64_t)i,
			.caps = caps,
			.arrival_ns = clock_mono_ns(),
			.plane = {{(const uint8_t *)"abc", 3, 0}}};
		struct cam_buf *buf = buf_new(&packet, NULL, NULL);

		CHECK(buf);
		(void)port_publish(w->port, buf);
		buf_unref(buf);
	}
	caps_unref(caps);
}

/* Bring a taker up, give it packets, stop it. */
static void run_taker(struct taker *t, int packets)
{
	struct world w;

	world_set_up(&w);
	world_add(&w, 0, &taker, &t);
	node_start(w.nodes[0]);
	while (!w.started)
		uv_run(&w.loop.uv, UV_RUN_ONCE);
	publish(&w, packets);
	world_stop(&w);
	world_run(&w, 10000);
	CHECK(!w.late);
	CHECK_INT(w.ended, 1);
	CHECK_INT(atomic_load(&w.budget.total), 0);
}

/* ---- subscriptions that end while stop() drains ---- */

static int end_own(struct taker *t, struct cam_sub *sub)
{
	end_sub(t, t->subs[1] == sub);
	return 0;
}

TEST(consumer_may_end_its_subscription_while_it_is_drained)
{
	struct taker t = gathering(1);

	t.consume = end_own;
	run_taker(&t, 5);
	CHECK_INT(t.consumed, 1);
}

static int end_other(struct taker *t, struct cam_sub *sub)
{
	end_sub(t, t->subs[0] == sub);
	return 0;
}

TEST(consumer_may_end_another_subscription_while_one_is_drained)
{
	struct taker t = gathering(2);

	t.consume = end_other;
	run_taker(&t, 5);
	CHECK_INT(t.consumed, 5);
}

static int end_all_and_open_anew(struct taker *t, struct cam_sub *sub)
{
	struct cam_want want = t->want;

	(void)sub;
	if (t->consumed > 1)
		return 0;
	for (int i = 0; i < 3; i++)
		end_sub(t, i);
	want.user = &t->subs[0];
	return t->host->subscribe(t->node, NULL, &want, &t->subs[0]);
}

TEST(consumer_may_end_and_open_subscriptions_while_it_is_drained)
{
	struct taker t = gathering(3);

	t.consume = end_all_and_open_anew;
	run_taker(&t, 5);
	CHECK_INT(t.consumed, 1);
}

/* ---- what is lost while stopping ---- */

static int disk_fails(struct taker *t)
{
	return t->host->error(t->node, -EIO, NULL, "the disk fails");
}

static int disk_fails_at_consume(struct taker *t, struct cam_sub *sub)
{
	(void)sub;
	return disk_fails(t);
}

/* Bring a taker up, give it five packets, stop it. @return what was told at its end; *ret_dropped of its links */
static int lost_by(struct taker *t, unsigned long long *ret_dropped)
{
	struct world w;

	world_set_up(&w);
	log_init(&w.log, -1, LOG_ERROR); /* the line that is due here is counted */
	world_add(&w, 0, &taker, &t);
	node_start(w.nodes[0]);
	while (!w.started)
		uv_run(&w.loop.uv, UV_RUN_ONCE);
	publish(&w, 5);
	*ret_dropped = 0;
	w.flow = node_flow(w.nodes[0]);
	w.ret_dropped = ret_dropped;
	world_stop(&w);
	world_run(&w, 10000);
	CHECK(!w.late);
	CHECK_INT(atomic_load(&w.log.lines[LOG_ERROR]), w.lost != 0);
	return w.lost;
}

TEST(failure_while_stopping_is_told_and_what_was_not_taken_counts_as_dropped)
{
	struct taker t = gathering(1);
	unsigned long long dropped;

	CHECK_INT(lost_by(&t, &dropped), 0);
	CHECK_INT(dropped, 0);
	t = gathering(1);
	t.at_stop = disk_fails;
	CHECK_INT(lost_by(&t, &dropped), -EIO);
	CHECK_INT(dropped, 0);
	t = gathering(1);
	t.consume = disk_fails_at_consume;
	CHECK_INT(lost_by(&t, &dropped), -EIO);
	CHECK_INT(t.consumed, 1);
	CHECK_INT(dropped, 5);
}

static int take_later(struct taker *t, struct cam_sub *sub)
{
	(void)sub;
	return t->consumed < 3 ? 0 : CAM_LATER;
}

TEST(what_a_stopping_consumer_does_not_take_counts_as_dropped)
{
	struct taker t = gathering(1);
	unsigned long long dropped;

	t.consume = take_later;
	CHECK_INT(lost_by(&t, &dropped), 0);
	CHECK_INT(dropped, 3);
}

/* ---- who comes up only to fail again ---- */

static int start_and_fail_soon(void *self)
{
	struct taker *t = self;

	t->host->tick_at(t->node, clock_mono_ns() + 30 * CLOCK_MS);
	return 0;
}

static void fail_now(void *self)
{
	struct taker *t = self;

	t->host->fail(t->node, t->host->error(t->node, -EIO, NULL, "cannot write a byte"));
}

static char fault[256]; /* when it was up for the second time */

static void look_at_fault(void *arg, struct cam_node *node, int err)
{
	struct world *w = arg;

	CHECK_INT(err, 0);
	if (++w->started < 2) {
		CHECK(!node_is_faulty(node, fault));
		return;
	}
	CHECK(node_is_faulty(node, fault));
	world_stop(w);
}

TEST(node_that_comes_up_only_to_fail_again_does_not_pass_for_one_that_works)
{
	struct taker taken = gathering(0), *t = &taken;
	struct cam_plugin failing = taker;
	struct world w;

	failing.start = start_and_fail_soon;
	failing.tick = fail_now;
	world_set_up(&w);
	w.node.started = look_at_fault;
	world_add(&w, 0, &failing, &t);
	node_start(w.nodes[0]);
	world_run(&w, 10000);
	CHECK(!w.late);
	CHECK_STR(fault, "cannot write a byte");
}

static int start_and_fail(void *self)
{
	struct taker *t = self;

	t->host->fail(t->node, t->host->error(t->node, -EACCES, NULL, "may not"));
	return 0;
}

TEST(who_fails_while_it_starts_has_not_started)
{
	struct taker taken = gathering(0), *t = &taken;
	struct cam_plugin failing = taker;
	struct world w;

	failing.start = start_and_fail;
	world_set_up(&w);
	world_add(&w, 0, &failing, &t);
	w.stop_after = 1;
	node_start(w.nodes[0]);
	world_run(&w, 10000);
	CHECK(!w.late);
	CHECK_INT(w.start_errors, 1);
	CHECK_INT(w.started, 0);
}

/* ---- wishes that make no sense ---- */

static int start_impossible(void *self)
{
	struct taker *t = self;
	int64_t now = clock_mono_ns();
	struct cam_want future = {.size = sizeof(future), .form = CAM_PACKET, .from_ns = now + CLOCK_SECOND},
			reversed = {.size = sizeof(reversed),
				.form = CAM_PACKET,
				.from_ns = now,
				.until_ns = now};

	CHECK_INT(t->host->subscribe(t->node, NULL, &future, &t->subs[0]), -EINVAL);
	CHECK_INT(t->host->subscribe(t->node, NULL, &reversed, &t->subs[0]), -EINVAL);
	return 0;
}

TEST(what_is_to_come_cannot_be_had_and_nothing_ends_before_it_begins)
{
	struct taker taken = gathering(0), *t = &taken;
	struct cam_plugin asking = taker;
	struct world w;

	asking.start = start_impossible;
	world_set_up(&w);
	world_add(&w, 0, &asking, &t);
	w.stop_after = 1;
	node_start(w.nodes[0]);
	world_run(&w, 10000);
	CHECK_INT(w.started, 1);
}

/* ---- a camera that is gone ---- */

TEST(subscribers_are_told_once_that_their_camera_is_gone)
{
	struct taker taken = gathering(1), *t = &taken;
	struct world w;

	world_set_up(&w);
	world_add(&w, 0, &taker, &t);
	node_start(w.nodes[0]);
	while (!w.started)
		uv_run(&w.loop.uv, UV_RUN_ONCE);
	publish(&w, 1);
	camera_set_gone(w.camera);
	CHECK(world_run_until(&w, &t->gone, 1));
	CHECK_INT(t->gone, 1);
}

TEST(who_subscribes_to_a_camera_that_is_gone_is_told_too)
{
	struct taker taken = gathering(1), *t = &taken;
	struct world w;

	taken.want.form = CAM_JPEG;
	taken.want.quality = 50;
	world_set_up(&w);
	camera_set_gone(w.camera);
	world_add(&w, 0, &taker, &t);
	node_start(w.nodes[0]);
	CHECK(world_run_until(&w, &t->gone, 1));
	CHECK_INT(t->gone, 1);
}

RUN_TESTS(T(consumer_may_end_its_subscription_while_it_is_drained),
	T(consumer_may_end_another_subscription_while_one_is_drained),
	T(consumer_may_end_and_open_subscriptions_while_it_is_drained),
	T(failure_while_stopping_is_told_and_what_was_not_taken_counts_as_dropped),
	T(what_a_stopping_consumer_does_not_take_counts_as_dropped),
	T(node_that_comes_up_only_to_fail_again_does_not_pass_for_one_that_works),
	T(who_fails_while_it_starts_has_not_started),
	T(what_is_to_come_cannot_be_had_and_nothing_ends_before_it_begins),
	T(subscribers_are_told_once_that_their_camera_is_gone),
	T(who_subscribes_to_a_camera_that_is_gone_is_told_too))
