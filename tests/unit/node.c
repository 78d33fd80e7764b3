/* SPDX-License-Identifier: MIT */
/* The life of nodes, on a real loop and real pools, with plugins made up here. */
#include "core/plugin/handling.h"
#include "tests/unit/node_world.h"

#include "core/media/buf.h"
#include "lib/clock.h"

#include "tests/check.h"

#include <errno.h>
#include <unistd.h>

/* What the made-up plugins do; their configuration points here. */
struct script {
	char calls[512];
	const struct cam_host *host;
	struct cam_node *node;
	atomic_int starts, ticks, sessions, consumed, ends, fail_starts, fail_consume;
	bool wants_tick;
	struct cam_sub *sub;
};

static void note(struct script *s, const char *call)
{
	size_t n = strlen(s->calls);

	snprintf(s->calls + n, sizeof(s->calls) - n, "%s%s", n ? " " : "", call);
}

static int create(struct cam_node *node, const struct cam_host *host, const void *config, void **ret)
{
	struct script *s = *(struct script *const *)config;

	s->host = host;
	s->node = node;
	note(s, "create");
	*ret = s;
	return 0;
}

static void destroy(void *self)
{
	note(self, "destroy");
}

static int start(void *self)
{
	static const struct cam_want want = {.size = sizeof(want), .form = CAM_PACKET};
	struct script *s = self;

	note(s, "start");
	s->starts++;
	if (s->fail_starts && s->fail_starts--)
		return s->host->error(s->node, -EACCES, "directory", "cannot write there");
	if (s->wants_tick)
		s->host->tick_at(s->node, clock_mono_ns() + 5 * CLOCK_MS);
	return s->host->subscribe(s->node, NULL, &want, &s->sub);
}

static void stop(void *self)
{
	struct script *s = self;

	note(s, "stop");
	s->host->unsubscribe(s->node, s->sub);
	s->host->state(s->node, CAM_STOPPED);
}

static int consume(void *self, struct cam_sub *sub, const struct cam_buf *buf)
{
	struct script *s = self;

	CHECK(sub == s->sub && buf->plane[0].len == 3);
	s->consumed++;
	if (s->fail_consume && s->fail_consume--)
		return s->host->error(s->node, -EIO, NULL, "the disk is broken");
	return 0;
}

/* Each session publishes two packets before it ends. */
static int ended(void *self, struct cam_sub *sub)
{
	struct script *s = self;

	CHECK(sub == s->sub);
	s->ends++;
	CHECK(s->consumed <= 2);
	s->consumed = 0;
	return 0;
}

static void tick(void *self)
{
	struct script *s = self;

	note(s, "tick");
	s->ticks++;
}

static int hello(void *self, const struct cam_request *request, struct cam_reply *reply)
{
	(void)self;
	reply->data = "hello";
	reply->len = strlen(request->tail);
	return 0;
}

static const struct cam_route routes[] = {{"GET", "/hello/*", "Says hello.", hello, CAM_VIEW, 0}, {0}};

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
	.tick = tick,
	.routes = routes};

static const struct cam_plugin told_taker = {.abi = CAM_ABI,
	.size = sizeof(told_taker),
	.kind = CAM_RECORDER,
	.place = CAM_ON_IO,
	.name = "told_taker",
	.create = create,
	.destroy = destroy,
	.start = start,
	.stop = stop,
	.consume = consume,
	.ended = ended};

/* A source with a thread: each session publishes two keyframes and ends. */
static int run(void *self)
{
	struct script *s = self;
	const struct cam_caps like = {.form = CAM_PACKET, .media = CAM_VIDEO, .codec = CAM_H264};
	const struct cam_caps *caps = s->host->caps_new(&like);

	for (int i = 0; i < 2; i++) {
		struct cam_buf packet = {.flags = CAM_KEY,
			.n_planes = 1,
			.dts_ns = i,
			.pts_ns = i,
			.caps = caps,
			.arrival_ns = clock_mono_ns(),
			.plane = {{(const uint8_t *)"abc", 3, 0}}};
		struct cam_buf *buf = s->host->buf_new(&packet, NULL, NULL);

		CHECK_INT(s->host->publish(s->node, buf), 0);
		s->host->buf_unref(buf);
	}
	s->host->caps_unref(caps);
	s->sessions++;
	return s->host->error(s->node, -ECONNRESET, NULL, "the camera hung up");
}

static const struct cam_plugin talker = {.abi = CAM_ABI,
	.size = sizeof(talker),
	.kind = CAM_SOURCE,
	.place = CAM_ON_THREAD,
	.name = "talker",
	.create = create,
	.destroy = destroy,
	.run = run};

/* ---- tests ---- */

TEST(life_is_create_start_tick_stop_destroy)
{
	struct script script = {.wants_tick = true}, *s = &script;
	struct world w;

	world_set_up(&w);
	world_add(&w, 0, &taker, &s);
	node_start(w.nodes[0]);
	CHECK(world_run_until(&w, &s->ticks, 1));
	CHECK_STR(s->calls, "create start tick stop destroy");
	CHECK_INT(w.ended, 1);
}

TEST(failed_start_is_destroyed_and_tried_anew)
{
	struct script script = {.fail_starts = 1}, *s = &script;
	struct world w;

	world_set_up(&w);
	world_add(&w, 0, &taker, &s);
	w.stop_after = 2;
	node_start(w.nodes[0]);
	world_run(&w, 10000);
	CHECK(!w.late);
	CHECK_INT(w.start_errors, 1);
	CHECK_STR(s->calls, "create start destroy create start stop destroy");
}

/* A source on the loop that fails each time, asking for a pause. */
static int start_asking_for_a_pause(void *self)
{
	struct script *s = self;

	if (s->starts++)
		return 0;
	s->host->retry_after(s->node, 1200 * CLOCK_MS);
	return s->host->error(s->node, -ECONNREFUSED, NULL, "come back later");
}

TEST(source_on_the_loop_is_tried_anew_after_the_pause_it_asks_for)
{
	struct script script = {0}, *s = &script;
	struct cam_plugin source = taker;
	struct world w;
	int64_t began = clock_mono_ns();

	source.kind = CAM_SOURCE;
	source.place = CAM_ON_LOOP;
	source.start = start_asking_for_a_pause;
	world_set_up(&w);
	world_add(&w, 0, &source, &s);
	w.stop_after = 2;
	node_start(w.nodes[0]);
	world_run(&w, 10000);
	CHECK(!w.late);
	CHECK_INT(s->starts, 2);
	CHECK(clock_mono_ns() - began >= 1200 * CLOCK_MS);
}

TEST(stop_during_the_pause_ends_at_once)
{
	struct script script = {.fail_starts = 1}, *s = &script;
	struct world w;

	world_set_up(&w);
	world_add(&w, 0, &taker, &s);
	node_start(w.nodes[0]);
	world_run(&w, 50);
	CHECK_INT(w.ended, 1);
	CHECK_INT(s->starts, 1);
}

TEST(stop_while_starting_ends_after_the_start)
{
	struct script script = {0}, *s = &script;
	struct world w;

	world_set_up(&w);
	world_add(&w, 0, &taker, &s);
	node_start(w.nodes[0]);
	node_stop(w.nodes[0]);
	world_run(&w, 10000);
	CHECK(!w.late);
	CHECK_STR(s->calls, "create start stop destroy");
}

TEST(failing_consumer_is_made_anew_and_its_camera_goes_on)
{
	struct script take = {.fail_consume = 1}, talk = {0}, *t = &take, *k = &talk;
	struct world w;

	world_set_up(&w);
	world_add(&w, 0, &taker, &t);
	world_add(&w, 1, &talker, &k);
	node_start(w.nodes[0]);
	node_start(w.nodes[1]);
	CHECK(world_run_until(&w, &t->consumed, 3));
	CHECK(t->starts >= 2);
	CHECK(k->sessions >= 2);
	CHECK_INT(w.ended, 2);
}

TEST(subscription_of_a_stopped_node_takes_what_was_published)
{
	struct script take = {0}, talk = {0}, *t = &take, *k = &talk;
	struct world w;

	world_set_up(&w);
	world_add(&w, 0, &taker, &t);
	world_add(&w, 1, &talker, &k);
	node_start(w.nodes[0]);
	while (!w.started)
		uv_run(&w.loop.uv, UV_RUN_ONCE);
	node_start(w.nodes[1]);
	/* What the first one published is out when the second has begun. */
	CHECK(world_run_until(&w, &k->sessions, 2));
	CHECK(t->consumed >= 2);
}

TEST(the_end_of_each_session_is_told_behind_its_packets)
{
	struct script take = {0}, talk = {0}, *t = &take, *k = &talk;
	struct world w;

	world_set_up(&w);
	world_add(&w, 0, &told_taker, &t);
	world_add(&w, 1, &talker, &k);
	node_start(w.nodes[0]);
	node_start(w.nodes[1]);
	CHECK(world_run_until(&w, &t->ends, 2));
	CHECK(t->ends <= k->sessions);
}

static void on_reply(void *arg, struct cam_reply *reply)
{
	struct world *w = arg;

	CHECK_INT(reply->status, 200);
	CHECK_INT(reply->len, 5);
	w->late = true;
	world_stop(w);
}

static void ask(void *arg, struct cam_node *node, int err)
{
	const struct cam_request asked = {
		.size = sizeof(asked), .method = "GET", .path = "/hello/12345", .query = ""};
	const struct handling_route route = {&routes[0], "12345", ""};
	struct request *request = request_new(&asked);

	CHECK_INT(err, 0);
	handling_begin(node, &route, request, on_reply, arg);
	request_unref(request);
}

TEST(request_is_answered_in_the_nodes_place)
{
	struct script script = {0}, *s = &script;
	struct world w;

	world_set_up(&w);
	w.node.started = ask;
	world_add(&w, 0, &taker, &s);
	node_start(w.nodes[0]);
	world_run(&w, 10000);
	CHECK(w.late);
}

RUN_TESTS(T(life_is_create_start_tick_stop_destroy), T(failed_start_is_destroyed_and_tried_anew),
	T(source_on_the_loop_is_tried_anew_after_the_pause_it_asks_for),
	T(stop_during_the_pause_ends_at_once), T(stop_while_starting_ends_after_the_start),
	T(failing_consumer_is_made_anew_and_its_camera_goes_on),
	T(subscription_of_a_stopped_node_takes_what_was_published),
	T(the_end_of_each_session_is_told_behind_its_packets), T(request_is_answered_in_the_nodes_place))
