/* SPDX-License-Identifier: MIT */
/* A detector that looks at nothing and raises `count` events, `rate` a second, beginning `after` its start. */
#include <cam/plugin.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static const int64_t second_ns = 1000000000;

struct config {
	int64_t after_ns, rate, count;
};

struct bell {
	struct cam_node *node;
	const struct cam_host *host;
	const struct config *config;
	int64_t start_ns, rung;
};

static int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * second_ns + t.tv_nsec;
}

static int create(struct cam_node *node, const struct cam_host *host, const void *config, void **ret_self)
{
	struct bell *b = calloc(1, sizeof(*b));

	if (!b)
		return -ENOMEM;
	b->node = node;
	b->host = host;
	b->config = config;
	*ret_self = b;
	return 0;
}

static int start(void *self)
{
	struct bell *b = self;

	b->start_ns = now_ns() + b->config->after_ns;
	b->host->tick_at(b->node, b->start_ns);
	return 0;
}

static void stop(void *self)
{
	struct bell *b = self;

	b->host->state(b->node, CAM_STOPPED);
}

static void ring(struct bell *b)
{
	char json[64];
	struct cam_event e = {
		.size = sizeof(e), .phase = CAM_POINT, .topic = "bell", .pts_ns = CAM_NO_TS, .json = json};

	e.arrival_ns = now_ns();
	snprintf(json, sizeof(json), "{\"raised_ns\":%lld}", (long long)e.arrival_ns);
	if (b->host->raise(b->node, &e))
		b->host->log(b->node, CAM_ERROR, "an event was refused");
}

static void tick(void *self)
{
	struct bell *b = self;

	while (b->rung < b->config->count) {
		int64_t due = b->start_ns + b->rung * second_ns / b->config->rate;

		if (due > now_ns()) {
			b->host->tick_at(b->node, due);
			return;
		}
		ring(b);
		b->rung++;
	}
	b->host->log(b->node, CAM_INFO, "rung: %lld", (long long)b->rung);
}

/* Every detector has one; this one has not asked for anything. */
static int consume(void *self, struct cam_sub *sub, const struct cam_buf *buf)
{
	(void)self;
	(void)sub;
	(void)buf;
	return 0;
}

static const struct cam_opt options[] = {{"after", CAM_TIME, 0, CAM_INT_AT(struct config, after_ns), "5s", 0,
						 6e10, NULL, NULL, "How long after its start it begins."},
	{"rate", CAM_INT, 0, CAM_INT_AT(struct config, rate), "100", 1, 100000, NULL, NULL,
		"Events a second."},
	{"count", CAM_INT, 0, CAM_INT_AT(struct config, count), "1000", 1, 10000000, NULL, NULL,
		"Events in all."},
	{0}};

const struct cam_plugin cam_plugin_1 = {
	.abi = CAM_ABI,
	.size = sizeof(cam_plugin_1),
	.kind = CAM_DETECTOR,
	.place = CAM_ON_CPU,
	.name = "bell",
	.version = "1.0",
	.summary = "Raises events for a benchmark.",
	.options = options,
	.config_size = sizeof(struct config),
	.create = create,
	.start = start,
	.stop = stop,
	.destroy = free,
	.consume = consume,
	.tick = tick,
};
