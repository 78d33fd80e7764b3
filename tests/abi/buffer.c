/* SPDX-License-Identifier: MIT */
/* A buffer as it was written for its header, which is one of the frozen ones: the last packets, by reference. */
#include <cam/plugin.h>

#include <errno.h>
#include <stdlib.h>

enum { KEPT = 64 };

struct buffer {
	struct cam_node *node;
	const struct cam_host *host;
	const struct cam_buf *kept[KEPT];
	unsigned long n;
};

enum { STAT_KEPT, STAT_REPLAYED };

static const struct cam_stat stats[] = {{"kept", CAM_GAUGE, "Packets kept so far."},
	{"replayed", CAM_COUNTER, "Packets handed out again."}, {NULL, 0, NULL}};

static int create(struct cam_node *node, const struct cam_host *host, const void *config, void **ret_self)
{
	struct buffer *b = calloc(1, sizeof(*b));

	(void)config;
	if (!b)
		return -ENOMEM;
	b->node = node;
	b->host = host;
	*ret_self = b;
	return 0;
}

static void stop(void *self)
{
	struct buffer *b = self;

	b->host->state(b->node, CAM_STOPPED);
}

static void destroy(void *self)
{
	struct buffer *b = self;

	for (int i = 0; b && i < KEPT; i++)
		b->host->buf_unref(b->kept[i]);
	free(b);
}

static void keep(void *self, const struct cam_buf *buf)
{
	struct buffer *b = self;
	const struct cam_buf **at = &b->kept[b->n++ % KEPT];

	b->host->buf_unref(*at);
	*at = b->host->buf_ref(buf);
	b->host->stat(b->node, STAT_KEPT, (int64_t)b->n);
}

static int is_start(const struct cam_buf *buf, int64_t from_ns)
{
	return buf->track == 0 && (buf->flags & CAM_KEY) && buf->arrival_ns >= from_ns;
}

/* Each picture is a keyframe. */
static int replay(void *self, int64_t from_ns, int (*emit)(void *arg, const struct cam_buf *), void *arg)
{
	struct buffer *b = self;
	int err = 0, begun = 0;

	for (unsigned long i = b->n > KEPT ? b->n - KEPT : 0; i < b->n && !err; i++) {
		begun |= is_start(b->kept[i % KEPT], from_ns);
		if (!begun)
			continue;
		err = emit(arg, b->kept[i % KEPT]);
		b->host->stat(b->node, STAT_REPLAYED, 1);
	}
	return err;
}

const struct cam_plugin cam_plugin_1 = {.abi = CAM_ABI,
	.size = sizeof(cam_plugin_1),
	.kind = CAM_BUFFER,
	.place = CAM_ON_CAMERA,
	.name = NAME,
	.version = "1.0",
	.summary = "A buffer of old.",
	.stats = stats,
	.create = create,
	.stop = stop,
	.destroy = destroy,
	.keep = keep,
	.replay = replay};
