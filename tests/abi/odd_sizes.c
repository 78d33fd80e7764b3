/* SPDX-License-Identifier: MIT */
/*
 * A recorder whose structs are now shorter and now longer than today's, as if it were built against headers that never
 * were; its descriptor is longer. It records what comes of each wish.
 */
#define cam_plugin_1 declared_by_the_header
#include <cam/plugin.h>
#undef cam_plugin_1

#include <errno.h>
#include <stdlib.h>

enum { MORE = 4, MAX_WISHES = 40 };

struct odd {
	struct cam_node *node;
	const struct cam_host *host;
	struct cam_sub *subs[MAX_WISHES];
	bool seen[MAX_WISHES];
	int n;
};

struct long_want {
	struct cam_want want;
	uint64_t more[MORE];
};

enum { STAT_WISHES, STAT_SERVED, STAT_WRONG };

static const struct cam_stat stats[] = {{"wishes", CAM_GAUGE, "Subscriptions."},
	{"served", CAM_COUNTER, "Those that have brought something."},
	{"wrong", CAM_COUNTER, "What went wrong."}, {NULL, 0, NULL}};

static int create(struct cam_node *node, const struct cam_host *host, const void *config, void **ret_self)
{
	struct odd *o = calloc(1, sizeof(*o));

	(void)config;
	if (!o)
		return -ENOMEM;
	o->node = node;
	o->host = host;
	*ret_self = o;
	return 0;
}

/* What stands behind `size` is not to be looked at: it is set so that it would make the wish impossible, or crash. */
static void wish(struct odd *o, uint32_t form, uint32_t size, int expected)
{
	struct long_want w = {.want = {.size = size, .form = form}, .more = {~0ull, ~0ull, ~0ull, ~0ull}};
	unsigned char *bytes = (unsigned char *)&w;
	int err;

	if (form == CAM_JPEG) {
		w.want.width = 32;
		w.want.quality = 60;
	}
	for (size_t i = size; i < sizeof(w.want); i++)
		bytes[i] = 0xFF;
	err = o->host->subscribe(o->node, NULL, &w.want, &o->subs[o->n]);
	if (err != expected) {
		o->host->log(o->node, CAM_WARN, "a wish of %u bytes: %d, not %d", size, err, expected);
		o->host->stat(o->node, STAT_WRONG, 1);
	}
	o->n += !err;
}

static int start(void *self)
{
	struct odd *o = self;
	const uint32_t least = offsetof(struct cam_want, codec);

	wish(o, CAM_PACKET, 0, -EINVAL);
	wish(o, CAM_PACKET, 4, -EINVAL);
	for (uint32_t size = least; size <= sizeof(struct cam_want); size += 4)
		wish(o, CAM_PACKET, size, 0);
	wish(o, CAM_PACKET, sizeof(struct long_want), 0);
	wish(o, CAM_PACKET, UINT32_MAX, 0);
	wish(o, CAM_JPEG, offsetof(struct cam_want, since_ns), 0);
	wish(o, CAM_JPEG, offsetof(struct cam_want, quality), -EINVAL);
	o->host->stat(o->node, STAT_WISHES, o->n);
	return 0;
}

static void stop(void *self)
{
	struct odd *o = self;

	for (int i = 0; i < o->n; i++)
		o->host->unsubscribe(o->node, o->subs[i]);
	o->host->state(o->node, CAM_STOPPED);
}

static void destroy(void *self)
{
	free(self);
}

static int consume(void *self, struct cam_sub *sub, const struct cam_buf *buf)
{
	struct odd *o = self;

	(void)buf;
	for (int i = 0; i < o->n; i++)
		if (o->subs[i] == sub && !o->seen[i]) {
			o->seen[i] = true;
			o->host->stat(o->node, STAT_SERVED, 1);
		}
	return 0;
}

extern CAM_EXPORT const struct long_plugin {
	struct cam_plugin plugin;
	uint64_t more[MORE];
} cam_plugin_1;

const struct long_plugin cam_plugin_1 = {.plugin = {.abi = CAM_ABI,
						 .size = sizeof(struct long_plugin),
						 .kind = CAM_RECORDER,
						 .place = CAM_ON_IO,
						 .name = "odd_sizes",
						 .version = "1.0",
						 .summary = "Structs of odd sizes.",
						 .stats = stats,
						 .create = create,
						 .start = start,
						 .stop = stop,
						 .destroy = destroy,
						 .consume = consume},
	.more = {~0ull, ~0ull, ~0ull, ~0ull}};
