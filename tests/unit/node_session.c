/* SPDX-License-Identifier: MIT */
/* However a session of a source ends, who takes its packets is told, and behind the last of them. */
#include "tests/unit/node_world.h"

#include "core/media/buf.h"
#include "core/plugin/cam_node.h"
#include "lib/clock.h"

#include "tests/check.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

/* What both plugins share; their configuration points here. */
struct script {
	const struct cam_host *host;
	struct cam_node *source, *taker;
	struct cam_sub *sub;
	int start_err; /* of the source's first start */
	bool fails; /* the source's first session */
	atomic_int starts, consumed, ended, consumed_before_end;
};

static int create(struct cam_node *node, const struct cam_host *host, const void *config, void **ret)
{
	struct script *s = *(struct script *const *)config;

	s->host = host;
	*(host->camera(node) && !strcmp(host->name(node), "source") ? &s->source : &s->taker) = node;
	*ret = s;
	return 0;
}

static void destroy(void *self)
{
	(void)self;
}

static void publish(struct script *s)
{
	const struct cam_caps like = {
		.size = sizeof(like), .form = CAM_PACKET, .media = CAM_VIDEO, .codec = CAM_H264};
	const struct cam_caps *caps = s->host->caps_new(&like);
	struct cam_buf packet = {.size = sizeof(packet),
		.flags = CAM_KEY,
		.n_planes = 1,
		.caps = caps,
		.dts_ns = CAM_NO_TS,
		.pts_ns = CAM_NO_TS,
		.arrival_ns = clock_mono_ns(),
		.plane = {{(const uint8_t *)"abc", 3, 0}}};
	struct cam_buf *buf = s->host->buf_new(&packet, NULL, NULL);

	CHECK_INT(s->host->publish(s->source, buf), 0);
	s->host->buf_unref(buf);
	s->host->caps_unref(caps);
}

static int start_source(void *self)
{
	struct script *s = self;

	publish(s);
	if (s->starts++)
		return 0;
	if (s->fails)
		s->host->fail(s->source, -EIO);
	return s->start_err;
}

/* What it still has, it hands on. */
static void stop_source(void *self)
{
	struct script *s = self;

	publish(s);
	s->host->state(s->source, CAM_STOPPED);
}

static int start_taker(void *self)
{
	static const struct cam_want want = {.size = sizeof(want), .form = CAM_PACKET};
	struct script *s = self;

	return s->host->subscribe(s->taker, NULL, &want, &s->sub);
}

static void stop_taker(void *self)
{
	struct script *s = self;

	s->host->unsubscribe(s->taker, s->sub);
	s->host->state(s->taker, CAM_STOPPED);
}

static int consume(void *self, struct cam_sub *sub, const struct cam_buf *buf)
{
	struct script *s = self;

	(void)sub;
	(void)buf;
	s->consumed++;
	return 0;
}

static int ended(void *self, struct cam_sub *sub)
{
	struct script *s = self;

	(void)sub;
	if (!s->ended++)
		s->consumed_before_end = (int)s->consumed;
	return 0;
}

static const struct cam_plugin source = {.abi = CAM_ABI,
	.size = sizeof(source),
	.kind = CAM_SOURCE,
	.place = CAM_ON_LOOP,
	.name = "source",
	.create = create,
	.destroy = destroy,
	.start = start_source,
	.stop = stop_source};

static const struct cam_plugin taker = {.abi = CAM_ABI,
	.size = sizeof(taker),
	.kind = CAM_RECORDER,
	.place = CAM_ON_LOOP,
	.name = "taker",
	.create = create,
	.destroy = destroy,
	.start = start_taker,
	.stop = stop_taker,
	.consume = consume,
	.ended = ended};

/* Both are up, or the source has failed to be. */
static void bring_up(struct world *w, struct script **s)
{
	world_set_up(w);
	world_add(w, 0, &taker, s);
	world_add(w, 1, &source, s);
	node_start(w->nodes[0]);
	while (!w->started)
		uv_run(&w->loop.uv, UV_RUN_ONCE);
	node_start(w->nodes[1]);
	while (w->started + w->start_errors < 2)
		uv_run(&w->loop.uv, UV_RUN_ONCE);
}

TEST(session_of_a_source_that_is_taken_out_is_told_to_have_ended)
{
	struct script script = {0}, *s = &script;
	struct world w;

	bring_up(&w, &s);
	node_stop(w.nodes[1]);
	while (!w.ended)
		uv_run(&w.loop.uv, UV_RUN_ONCE);
	node_free(w.nodes[1]);
	w.nodes[1] = NULL;
	w.ended = 0;
	CHECK(world_run_until(&w, &s->ended, 1));
	CHECK_INT(s->consumed_before_end, 2);
	CHECK_INT(s->ended, 1);
}

TEST(what_a_source_publishes_once_it_has_failed_is_of_the_session)
{
	struct script script = {.fails = true}, *s = &script;
	struct world w;

	bring_up(&w, &s);
	CHECK(world_run_until(&w, &s->ended, 1));
	CHECK_INT(s->consumed_before_end, 2);
}

TEST(start_that_has_published_and_failed_was_a_session)
{
	struct script script = {.start_err = -EIO}, *s = &script;
	struct world w;

	bring_up(&w, &s);
	CHECK(world_run_until(&w, &s->ended, 1));
	CHECK_INT(s->consumed_before_end, 1);
}

/* ---- a source with a thread that fails ---- */

struct thread_source {
	const struct cam_host *host;
	struct cam_node *node;
	atomic_int creates, runs, destroys, wakes;
	bool from_start; /* fails before run() has done anything */
};

static int create_source(struct cam_node *node, const struct cam_host *host, const void *config, void **ret)
{
	struct thread_source *s = *(struct thread_source *const *)config;

	s->host = host;
	s->node = node;
	s->creates++;
	if (s->from_start)
		host->fail(node, host->error(node, -ENODEV, NULL, "there is no device"));
	*ret = s;
	return 0;
}

static void destroy_source(void *self)
{
	((struct thread_source *)self)->destroys++;
}

static int run_source(void *self)
{
	struct thread_source *s = self;
	int64_t give_up_ns = clock_mono_ns() + 20 * CLOCK_SECOND;

	s->runs++;
	if (s->runs < 3)
		s->host->fail(s->node, s->host->error(s->node, -EIO, NULL, "the device is gone"));
	/* Until it is woken: who looks at stopping() alone may be gone before that. */
	while (!(s->host->stopping(s->node) && s->wakes == s->runs) && clock_mono_ns() < give_up_ns)
		sched_yield();
	return 0;
}

static void wake_source(void *self)
{
	((struct thread_source *)self)->wakes++;
}

static const struct cam_plugin thread_source = {.abi = CAM_ABI,
	.size = sizeof(thread_source),
	.kind = CAM_SOURCE,
	.place = CAM_ON_THREAD,
	.name = "thread_source",
	.create = create_source,
	.destroy = destroy_source,
	.run = run_source,
	.wake = wake_source};

static void run_thread_source(bool from_start)
{
	struct thread_source failing = {.from_start = from_start}, *s = &failing;
	struct world w;

	world_set_up(&w);
	world_add(&w, 0, &thread_source, &s);
	node_start(w.nodes[0]);
	CHECK(world_run_until(&w, &s->runs, 3));
	CHECK_INT(s->creates, 1);
	CHECK_INT(s->destroys, 1);
	CHECK_INT(s->wakes, 3); /* two that failed, and the one that is stopped */
	CHECK_INT(w.ended, 1);
	CHECK_INT(w.lost, 0);
}

TEST(session_that_fails_ends_and_the_next_one_is_tried)
{
	run_thread_source(false);
	run_thread_source(true);
}

static int lines_in(int fd)
{
	static char text[1 << 16];
	ssize_t n = pread(fd, text, sizeof(text), 0);
	int lines = 0;

	for (ssize_t i = 0; i < n; i++)
		lines += text[i] == '\n';
	return lines;
}

TEST(log_of_what_comes_and_goes_is_short)
{
	struct thread_source unused = {0}, *s = &unused;
	struct world w;
	int lines;

	world_set_up(&w);
	w.log.fd = memfd_create("log", MFD_CLOEXEC);
	atomic_store(&w.log.level, LOG_DEBUG);
	world_add(&w, 0, &thread_source, &s);
	for (int i = 0; i < 100; i++) {
		node_log_live(w.nodes[0], "live");
		(void)node_host.error(w.nodes[0], -EIO, NULL, "no answer to request %d", i);
		node_log_failure(w.nodes[0], -EIO, CLOCK_SECOND);
		node_look(w.nodes[0]);
	}
	lines = lines_in(w.log.fd);
	close(w.log.fd);
	node_stop(w.nodes[0]);
	world_run(&w, 10000);
	CHECK_INT(lines, FLAP_FEW);
}

RUN_TESTS(T(log_of_what_comes_and_goes_is_short), T(session_that_fails_ends_and_the_next_one_is_tried),
	T(session_of_a_source_that_is_taken_out_is_told_to_have_ended),
	T(what_a_source_publishes_once_it_has_failed_is_of_the_session),
	T(start_that_has_published_and_failed_was_a_session))
