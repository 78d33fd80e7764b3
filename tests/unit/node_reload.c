/* SPDX-License-Identifier: MIT */
/* A node takes another configuration: as it runs, or made anew, and when the one before may go. */
#include "tests/unit/node_world.h"

#include "lib/clock.h"

#include "tests/check.h"

#include <errno.h>

struct script;

/* What a configuration is here. */
struct conf {
	struct script *script;
	int number;
	bool freed; /* the core has said that nobody looks at it any more */
};

struct script {
	struct world w;
	struct conf confs[2];
	const struct cam_host *host;
	struct cam_node *node;
	const struct conf *conf; /* the plugin's */
	pthread_t loop;
	char calls[256];
	int fail_reloads, fail_starts;
	int n_reloaded;
	unsigned restarts; /* at its end */
};

static void note(struct script *s, const char *call, int number)
{
	size_t n = strlen(s->calls);

	snprintf(s->calls + n, sizeof(s->calls) - n, number < 0 ? "%s%s" : "%s%s(%d)", n ? " " : "", call,
		number);
}

static int create(struct cam_node *node, const struct cam_host *host, const void *config, void **ret)
{
	const struct conf *c = config;
	struct script *s = c->script;

	s->host = host;
	s->node = node;
	s->conf = c;
	note(s, "create", c->number);
	*ret = s;
	return c->freed ? -EINVAL : 0;
}

static int start(void *self)
{
	struct script *s = self;

	note(s, "start", -1);
	return s->fail_starts-- > 0 ? -EIO : 0;
}

static int reload(void *self, const void *config)
{
	struct script *s = self;
	const struct conf *c = config;

	CHECK(!pthread_equal(pthread_self(), s->loop));
	CHECK(!s->conf->freed && !c->freed && c != s->conf);
	note(s, "reload", c->number);
	if (s->fail_reloads-- > 0)
		return s->host->error(s->node, -EBUSY, NULL, "not this one");
	s->conf = c;
	return 0;
}

static void stop(void *self)
{
	struct script *s = self;

	note(s, "stop", -1);
	s->host->state(s->node, CAM_STOPPED);
}

static void destroy(void *self)
{
	const struct script *s = self;

	note(self, "destroy", -1);
	CHECK(!s->conf->freed);
}

static const struct cam_plugin keeper = {.abi = CAM_ABI,
	.size = sizeof(keeper),
	.kind = CAM_RECORDER,
	.place = CAM_ON_IO,
	.name = "keeper",
	.create = create,
	.start = start,
	.stop = stop,
	.destroy = destroy,
	.reload = reload};

static struct script *script_of(void *world)
{
	return container_of(world, struct script, w);
}

/* The one before is gone from here on. */
static void on_reloaded(void *arg, struct cam_node *node)
{
	struct script *s = script_of(arg);

	s->confs[0].freed = true;
	s->n_reloaded++;
	if (node_life(node) == NODE_RUNNING)
		node_stop(node);
}

static void reload_now(void *arg, struct cam_node *node, int err)
{
	struct script *s = script_of(arg);

	s->restarts = node_restarts(node);
	if (!err && !s->n_reloaded)
		node_reload(node, &s->confs[1]);
	else if (!err)
		node_stop(node);
}

static void set_up(struct script *s, void (*started)(void *, struct cam_node *, int))
{
	memset(s, 0, sizeof(*s));
	world_set_up(&s->w);
	s->loop = pthread_self();
	for (int i = 0; i < 2; i++)
		s->confs[i] = (struct conf){s, i, false};
	s->w.node.started = started;
	s->w.node.reloaded = on_reloaded;
	world_add(&s->w, 0, &keeper, &s->confs[0]);
}

static void go(struct script *s, uint64_t ms)
{
	node_start(s->w.nodes[0]);
	world_run(&s->w, ms);
}

TEST(one_that_runs_takes_it_in_its_place)
{
	struct script s;

	set_up(&s, reload_now);
	go(&s, 10000);
	CHECK(!s.w.late);
	CHECK_STR(s.calls, "create(0) start reload(1) stop destroy");
	CHECK_INT(s.n_reloaded, 1);
	CHECK_INT(s.restarts, 0);
}

TEST(one_that_cannot_is_made_anew_with_it_and_without_a_pause)
{
	struct script s;

	set_up(&s, reload_now);
	s.fail_reloads = 1;
	go(&s, 10000);
	CHECK(!s.w.late && !s.w.lost);
	CHECK_STR(s.calls, "create(0) start reload(1) stop destroy create(1) start stop destroy");
	CHECK_INT(s.n_reloaded, 1);
	CHECK_INT(s.restarts, 1);
}

static void do_nothing(void *arg, struct cam_node *node, int err)
{
	(void)arg;
	(void)node;
	CHECK_INT(err, 0);
}

TEST(one_that_is_starting_takes_it_when_it_is_up)
{
	struct script s;

	set_up(&s, do_nothing);
	node_start(s.w.nodes[0]);
	node_reload(s.w.nodes[0], &s.confs[1]);
	world_run(&s.w, 10000);
	CHECK(!s.w.late);
	CHECK_STR(s.calls, "create(0) start reload(1) stop destroy");
	CHECK_INT(s.n_reloaded, 1);
}

/* What fails to start is tried anew, with the new one. */
static void reload_while_it_waits(void *arg, struct cam_node *node, int err)
{
	struct script *s = script_of(arg);

	if (err)
		node_reload(node, &s->confs[1]);
	else
		node_stop(node);
}

TEST(one_that_is_down_has_it_from_its_next_start)
{
	struct script s;

	set_up(&s, reload_while_it_waits);
	s.fail_starts = 1;
	go(&s, 20000);
	CHECK(!s.w.late);
	CHECK_STR(s.calls, "create(0) start destroy create(1) start stop destroy");
	CHECK_INT(s.n_reloaded, 1);
}

static void reload_and_stop(void *arg, struct cam_node *node, int err)
{
	struct script *s = script_of(arg);

	CHECK_INT(err, 0);
	node_reload(node, &s->confs[1]);
	node_stop(node);
}

/* Told or not: it ends, once, and looks at what is there. */
TEST(a_stop_on_its_heels_ends_it)
{
	for (int i = 0; i < 50; i++) {
		struct script s;

		set_up(&s, reload_and_stop);
		s.fail_reloads = i % 2;
		go(&s, 10000);
		CHECK(!s.w.late && !s.w.lost);
		CHECK(!strncmp(s.calls, "create(0) start ", 16));
		CHECK_STR(s.calls + strlen(s.calls) - 12, "stop destroy");
		CHECK(s.n_reloaded <= 1);
	}
}

/* Its failure and the new configuration cross each other. */
static void reload_and_fail(void *arg, struct cam_node *node, int err)
{
	struct script *s = script_of(arg);

	if (err)
		return;
	if (s->n_reloaded) {
		node_stop(node);
		return;
	}
	s->host->fail(node, -EIO);
	node_reload(node, &s->confs[1]);
}

TEST(one_that_fails_meanwhile_comes_up_with_it)
{
	struct script s;

	set_up(&s, reload_and_fail);
	go(&s, 20000);
	CHECK(!s.w.late);
	CHECK_STR(s.calls, "create(0) start stop destroy create(1) start stop destroy");
	CHECK_INT(s.n_reloaded, 1);
}

RUN_TESTS(T(one_that_runs_takes_it_in_its_place), T(one_that_cannot_is_made_anew_with_it_and_without_a_pause),
	T(one_that_is_starting_takes_it_when_it_is_up), T(one_that_is_down_has_it_from_its_next_start),
	T(a_stop_on_its_heels_ends_it), T(one_that_fails_meanwhile_comes_up_with_it))
