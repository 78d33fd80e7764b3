/* SPDX-License-Identifier: MIT */
/*
 * A recorder as it was written for its header, which is one of the frozen ones: packets from the past on, a file, a
 * consumer that is late once, a tick, calls of its own, a failure and what comes after it.
 */
#include <cam/plugin.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { FIRST_LIFE = 20 };

struct config {
	const char *directory;
	bool fails;
};

struct recorder {
	struct cam_node *node;
	const struct cam_host *host;
	const struct config *config;
	struct cam_sub *sub;
	FILE *file;
	int64_t began_ns;
	int n;
	bool was_late;
};

static const struct cam_opt options[] = {
	{"directory", CAM_STRING, CAM_REQUIRED | CAM_FOLDER, CAM_STRING_AT(struct config, directory), NULL, 0,
		0, NULL, NULL, "Where to."},
	{"fails", CAM_BOOL, 0, CAM_BOOL_AT(struct config, fails), "false", 0, 0, NULL, NULL,
		"Whether each life is short."},
	{NULL, 0, 0, 0, NULL, 0, 0, NULL, NULL, NULL}};

enum { STAT_VIDEO, STAT_AUDIO, STAT_HISTORY, STAT_TICKS, STAT_CALLS, STAT_ENDED };

static const struct cam_stat stats[] = {{"video", CAM_COUNTER, "Pictures."},
	{"audio", CAM_COUNTER, "Pieces of sound."},
	{"history", CAM_COUNTER, "Packets from before the start."}, {"ticks", CAM_COUNTER, "Ticks."},
	{"calls", CAM_COUNTER, "Calls of its own."}, {"ended", CAM_COUNTER, "Sessions that have ended."},
	{NULL, 0, NULL}};

static const uint32_t takes[] = {CAM_H264, CAM_MJPG, 0};

static int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * CAM_SECOND + t.tv_nsec;
}

static int create(struct cam_node *node, const struct cam_host *host, const void *config, void **ret_self)
{
	struct recorder *r = calloc(1, sizeof(*r));

	if (!r)
		return -ENOMEM;
	r->node = node;
	r->host = host;
	r->config = config;
	*ret_self = r;
	return 0;
}

static int start(void *self)
{
	struct recorder *r = self;
	struct cam_want want = {.size = sizeof(want),
		.form = CAM_PACKET,
		.since_ns = 2 * CAM_SECOND,
		.queue_items = 200,
		.queue_bytes = 1 << 20};
	char path[256];
	int err;

	snprintf(path, sizeof(path), "%s/%s.txt", r->config->directory, r->host->name(r->node));
	r->file = fopen(path, "a");
	if (!r->file)
		return r->host->error(r->node, -errno, "directory", "cannot write %s", path);
	r->began_ns = now_ns();
	err = r->host->subscribe(r->node, NULL, &want, &r->sub);
	if (err) {
		fclose(r->file);
		return r->host->error(r->node, err, NULL, "cannot have packets");
	}
	r->host->tick_at(r->node, now_ns() + CAM_SECOND / 20);
	return 0;
}

static void stop(void *self)
{
	struct recorder *r = self;

	r->host->unsubscribe(r->node, r->sub);
	fclose(r->file);
	r->host->state(r->node, CAM_STOPPED);
}

static void destroy(void *self)
{
	free(self);
}

static int consume(void *self, struct cam_sub *sub, const struct cam_buf *buf)
{
	struct recorder *r = self;

	if (sub != r->sub || buf->caps->form != CAM_PACKET || buf->n_planes != 1)
		return r->host->error(r->node, -EPROTO, NULL, "what comes is not what was asked for");
	if (r->n == 5 && !r->was_late) {
		r->was_late = true;
		return CAM_LATER;
	}
	r->n++;
	r->host->stat(r->node, buf->track == 0 ? STAT_VIDEO : STAT_AUDIO, 1);
	r->host->stat(r->node, STAT_HISTORY, buf->arrival_ns < r->began_ns);
	if (fprintf(r->file, "%u %lld %lld %lu %zu %x\n", (unsigned)buf->track, (long long)buf->dts_ns,
		    (long long)buf->wall_ns, (unsigned long)buf->seq, buf->plane[0].len,
		    (unsigned)buf->flags) < 0)
		return r->host->error(r->node, -EIO, NULL, "cannot write");
	if (r->config->fails && r->n == FIRST_LIFE)
		r->host->fail(r->node, -EAGAIN);
	return 0;
}

static void called(void *self, void *arg)
{
	struct recorder *r = self;

	r->host->stat(arg, STAT_CALLS, 1);
	if (r->was_late)
		r->host->resume(r->node, r->sub);
}

static void tick(void *self)
{
	struct recorder *r = self;

	r->host->stat(r->node, STAT_TICKS, 1);
	r->host->tick_at(r->node, now_ns() + CAM_SECOND / 20);
	(void)r->host->post(r->node, called, r->node);
}

#if CAM_ABI_MINOR >= 1
static int ended(void *self, struct cam_sub *sub)
{
	struct recorder *r = self;

	(void)sub;
	r->host->stat(r->node, STAT_ENDED, 1);
	return 0;
}
#endif

const struct cam_plugin cam_plugin_1 = {.abi = CAM_ABI,
	.size = sizeof(cam_plugin_1),
	.kind = CAM_RECORDER,
	.place = CAM_ON_IO,
	.name = NAME,
	.version = "1.0",
	.summary = "A recorder of old.",
	.options = options,
	.config_size = sizeof(struct config),
	.stats = stats,
	.takes = takes,
	.create = create,
	.start = start,
	.stop = stop,
	.destroy = destroy,
	.consume = consume,
#if CAM_ABI_MINOR >= 1
	.ended = ended,
#endif
	.tick = tick};
