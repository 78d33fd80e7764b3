/* SPDX-License-Identifier: MIT */
/*
 * What looks at a camera's pictures, as it was written for its header, which is one of the frozen ones: a recorder by
 * kind, since there were no detectors, that has pictures scaled into memory of its own where they are made.
 */
#include <cam/plugin.h>

#include <errno.h>
#include <stdlib.h>

enum { WIDTH = 32, HEIGHT = 24 };

struct looker {
	struct cam_node *node;
	const struct cam_host *host;
	struct cam_sub *sub;
	uint8_t room[WIDTH * HEIGHT * 3];
};

enum { STAT_PICTURES, STAT_BRIGHTNESS };

static const struct cam_stat stats[] = {{"pictures", CAM_COUNTER, "Pictures seen."},
	{"brightness", CAM_GAUGE, "Mean of all bytes of the last one."}, {NULL, 0, NULL}};

static int create(struct cam_node *node, const struct cam_host *host, const void *config, void **ret_self)
{
	struct looker *l = calloc(1, sizeof(*l));

	(void)config;
	if (!l)
		return -ENOMEM;
	l->node = node;
	l->host = host;
	*ret_self = l;
	return 0;
}

static uint8_t *into(void *self, struct cam_sub *sub, size_t bytes)
{
	struct looker *l = self;

	(void)sub;
	return bytes == sizeof(l->room) ? l->room : NULL;
}

static int start(void *self)
{
	struct looker *l = self;
	struct cam_want want = {.size = sizeof(want),
		.form = CAM_PICTURE,
		.codec = CAM_BGR3,
		.width = WIDTH,
		.height = HEIGHT,
		.max_fps_num = 10,
		.max_fps_den = 1,
		.into = into};

	return l->host->subscribe(l->node, NULL, &want, &l->sub);
}

static void stop(void *self)
{
	struct looker *l = self;

	l->host->unsubscribe(l->node, l->sub);
	l->host->state(l->node, CAM_STOPPED);
}

static void destroy(void *self)
{
	free(self);
}

static int consume(void *self, struct cam_sub *sub, const struct cam_buf *buf)
{
	struct looker *l = self;
	int64_t sum = 0;

	(void)sub;
	if (buf->plane[0].data != l->room || buf->caps->width != WIDTH || buf->caps->codec != CAM_BGR3)
		return l->host->error(l->node, -EPROTO, NULL, "this is another picture");
	for (size_t i = 0; i < sizeof(l->room); i++)
		sum += l->room[i];
	l->host->stat(l->node, STAT_PICTURES, 1);
	l->host->stat(l->node, STAT_BRIGHTNESS, sum / (int64_t)sizeof(l->room));
	return 0;
}

const struct cam_plugin cam_plugin_1 = {.abi = CAM_ABI,
	.size = sizeof(cam_plugin_1),
	.kind = CAM_RECORDER,
	.place = CAM_ON_CAMERA,
	.name = NAME,
	.version = "1.0",
	.summary = "Looks at pictures as of old.",
	.stats = stats,
	.create = create,
	.start = start,
	.stop = stop,
	.destroy = destroy,
	.consume = consume};
