/* SPDX-License-Identifier: MIT */
/* mem_ring: the last seconds of a camera's packets, in this process' memory. A shell around plugins/lib/history.h. */
#include "plugins/lib/history.h"

#include <errno.h>
#include <stdlib.h>

struct mem_ring_config {
	int64_t seconds_ns;
	int64_t bytes;
};

struct mem_ring {
	struct cam_node *node;
	const struct cam_host *host;
	struct history history;
};

enum { STAT_PACKETS, STAT_BYTES, STAT_SECONDS };

static const struct cam_opt options[] = {
	{"seconds", CAM_TIME, CAM_RELOADABLE, CAM_INT_AT(struct mem_ring_config, seconds_ns), "10s", 0,
		3600e9, "s", NULL,
		"How far back the history reaches at least, when `bytes` allow it; it begins at a keyframe."},
	{"bytes", CAM_SIZE, CAM_RELOADABLE, CAM_INT_AT(struct mem_ring_config, bytes), "64M", 65536, 64e9,
		NULL, NULL,
		"How much the kept packets may take; beyond it the oldest groups of pictures go first."},
	{0},
};

static const struct cam_stat stats[] = {
	[STAT_PACKETS] = {"packets", CAM_GAUGE, "Packets kept."},
	[STAT_BYTES] = {"bytes", CAM_GAUGE, "Bytes of the packets kept."},
	[STAT_SECONDS] = {"seconds", CAM_GAUGE, "Time from the oldest packet kept to the newest one."},
	{0},
};

static int create(struct cam_node *node, const struct cam_host *host, const void *config, void **ret_self)
{
	const struct mem_ring_config *c = config;
	struct mem_ring *m = calloc(1, sizeof(*m));

	if (!m)
		return host->error(node, -ENOMEM, NULL, "there is no memory for the packet history");
	m->node = node;
	m->host = host;
	history_init(&m->history, host, c->seconds_ns, (uint64_t)c->bytes);
	*ret_self = m;
	return 0;
}

static void show(struct mem_ring *m)
{
	m->host->stat(m->node, STAT_PACKETS, (int64_t)history_packets(&m->history));
	m->host->stat(m->node, STAT_BYTES, (int64_t)m->history.bytes);
	m->host->stat(m->node, STAT_SECONDS, history_span_ns(&m->history) / CAM_SECOND);
}

static void keep(void *self, const struct cam_buf *buf)
{
	struct mem_ring *m = self;

	history_keep(&m->history, buf);
	show(m);
}

static int reload(void *self, const void *config)
{
	struct mem_ring *m = self;
	const struct mem_ring_config *c = config;

	history_limit(&m->history, c->seconds_ns, (uint64_t)c->bytes);
	show(m);
	return 0;
}

static int replay(void *self, int64_t from_ns, int (*emit)(void *arg, const struct cam_buf *), void *arg)
{
	struct mem_ring *m = self;

	return history_replay(&m->history, from_ns, emit, arg);
}

static void stop(void *self)
{
	struct mem_ring *m = self;

	m->host->state(m->node, CAM_STOPPED);
}

static void destroy(void *self)
{
	struct mem_ring *m = self;

	if (!m)
		return;
	history_finish(&m->history);
	free(m);
}

const struct cam_plugin cam_plugin_1 = {
	.abi = CAM_ABI,
	.size = sizeof(cam_plugin_1),
	.kind = CAM_BUFFER,
	.place = CAM_ON_CAMERA,
	.name = "mem_ring",
	.version = "0.1.0",
	.summary = "Keeps the last seconds of a camera's packets in memory, so that consumers can start in "
		   "the past.",
	.options = options,
	.config_size = sizeof(struct mem_ring_config),
	.stats = stats,
	.create = create,
	.stop = stop,
	.destroy = destroy,
	.keep = keep,
	.replay = replay,
	.reload = reload,
};
