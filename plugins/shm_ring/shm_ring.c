/* SPDX-License-Identifier: MIT */
/*
 * shm_ring: pictures of a camera for other programs, in shared memory, and its packet history for other plugins. With
 * `fill: demand` nothing is decoded and no memory is used until a reader's heartbeat is seen; phases say how far that is.
 */
#include "plugins/lib/history.h"
#include "plugins/shm_ring/ring_open.h"
#include "plugins/shm_ring/slots.h"
#include "plugins/shm_ring/space.h"

#include <math.h>
#include <stdlib.h>

#define TICK_NS (CAM_SECOND / 2) /* how soon a reader is noticed */
#define RETRY_NS (CAM_SECOND * 5) /* after /dev/shm was found full */
#define STEP_BYTES (UINT64_C(8) << 20) /* reserved at once: about 2 ms, so that other cameras' work goes on */
#define FPS_DEN 1000u

struct shm_ring_config {
	const char *name;
	int64_t width, height;
	double fps;
	int64_t seconds_ns;
	int64_t fill;
	int64_t history_bytes;
	const char *mode;
};

enum phase {
	IDLE, /* nobody reads */
	RESERVING, /* memory comes in steps */
	FLOWING, /* subscribed */
	REFUSED, /* /dev/shm is full; tried again at retry_ns */
	RELEASING /* memory goes in steps */
};

struct shm_ring {
	struct cam_node *node;
	const struct cam_host *host;
	const struct shm_ring_config *config;
	struct history history; /* touched by keep() and replay() only */
	struct ring ring;
	struct ring_spec spec;
	enum phase phase;
	int64_t retry_ns;
	struct cam_sub *sub;
	unsigned readers;
};

enum { STAT_READERS, STAT_PICTURES, STAT_RESERVED, STAT_HISTORY_PACKETS, STAT_HISTORY_BYTES };

static const struct cam_enum fills[] = {
	{"demand", CAM_SHM_DEMAND, "decode and use memory only while somebody reads"},
	{"always", CAM_SHM_ALWAYS, "from the start, for programs that only map memory"},
	{0},
};

static const struct cam_opt options[] = {
	{"name", CAM_STRING, CAM_UNIQUE, CAM_STRING_AT(struct shm_ring_config, name), "cam_server.{camera}",
		0, 0, NULL, NULL, "The POSIX shared-memory name of the ring, without the leading slash."},
	{"width", CAM_INT, 0, CAM_INT_AT(struct shm_ring_config, width), "896", 2, 8192, "pixels", NULL,
		"Width of the pictures, whatever the camera's is."},
	{"height", CAM_INT, 0, CAM_INT_AT(struct shm_ring_config, height), "512", 2, 8192, "pixels", NULL,
		"Height of the pictures, whatever the camera's is."},
	{"fps", CAM_FLOAT, 0, CAM_FLOAT_AT(struct shm_ring_config, fps), "10", 0.1, 120, "pictures/s", NULL,
		"At most so many pictures a second."},
	{"seconds", CAM_TIME, 0, CAM_INT_AT(struct shm_ring_config, seconds_ns), "10s", 0, 3600e9, NULL, NULL,
		"How much time the pictures cover, and how far back the packet history reaches; 0: as little "
		"as they can."},
	{"fill", CAM_ENUM, 0, CAM_INT_AT(struct shm_ring_config, fill), "demand", 0, 0, NULL, fills,
		"When pictures are made: only while somebody reads, or always."},
	{"history_bytes", CAM_SIZE, CAM_RELOADABLE, CAM_INT_AT(struct shm_ring_config, history_bytes), "64M",
		65536, 64e9, NULL, NULL, "How much the packet history may take in the server's own memory."},
	{"mode", CAM_STRING, 0, CAM_STRING_AT(struct shm_ring_config, mode), "0660", 0, 0, NULL, NULL,
		"Permissions of the heartbeats in octal; the pictures get the same, without writing for "
		"others."},
	{0},
};

static const struct cam_stat stats[] = {
	[STAT_READERS] = {"readers", CAM_GAUGE, "Programs that read the ring."},
	[STAT_PICTURES] = {"pictures", CAM_COUNTER, "Pictures written into the ring."},
	[STAT_RESERVED] = {"reserved_bytes", CAM_GAUGE, "Bytes of /dev/shm reserved for pictures."},
	[STAT_HISTORY_PACKETS] = {"history_packets", CAM_GAUGE, "Packets kept."},
	[STAT_HISTORY_BYTES] = {"history_bytes", CAM_GAUGE, "Bytes of the packets kept."},
	{0},
};

/* @return permissions, or -1 */
static int parse_mode(const char *text)
{
	char *end;
	long mode = strtol(text, &end, 8);

	return *text < '0' || *text > '7' || *end || mode & ~0666L || (mode & 0600) != 0600 ? -1 : (int)mode;
}

static int check(const void *config, struct cam_why *why)
{
	const struct shm_ring_config *c = config;
	const char *problem = ring_name_problem(c->name);

	if (problem) {
		why->option = "name";
		snprintf(why->text, sizeof(why->text), "the name of the ring %s", problem);
		return -EINVAL;
	}
	if (parse_mode(c->mode) < 0) {
		why->option = "mode";
		snprintf(why->text, sizeof(why->text),
			"\"%.20s\" is no mode of a ring: write octal permissions that let the owner read and "
			"write, such as 0600, 0660 or 0666",
			c->mode);
		return -EINVAL;
	}
	return 0;
}

/* All but the camera's name. */
static void spec_of(const struct shm_ring_config *c, struct ring_spec *ret)
{
	*ret = (struct ring_spec){.name = c->name,
		.camera = "",
		.width = (uint32_t)c->width,
		.height = (uint32_t)c->height,
		.fps_num = (uint32_t)lround(c->fps * FPS_DEN),
		.fps_den = FPS_DEN,
		.span_ns = c->seconds_ns,
		.mode = (uint32_t)parse_mode(c->mode),
		.fill = (uint32_t)c->fill};
}

/* The ring in whole pages, and the readers' page. */
static uint64_t shm_bytes(const void *config)
{
	struct ring_spec spec;
	struct ring_size size;

	spec_of(config, &spec);
	ring_measure(&spec, &size);
	return (size.total_bytes + CAM_SHM_PAGE - 1) / CAM_SHM_PAGE * CAM_SHM_PAGE + CAM_SHM_PAGE;
}

static int create(struct cam_node *node, const struct cam_host *host, const void *config, void **ret_self)
{
	const struct shm_ring_config *c = config;
	struct shm_ring *s = calloc(1, sizeof(*s));

	if (!s)
		return host->error(node, -ENOMEM, NULL, "there is no memory for the ring");
	s->node = node;
	s->host = host;
	s->config = c;
	s->ring.fd = s->ring.readers_fd = -1;
	spec_of(c, &s->spec);
	s->spec.camera = host->camera(node) ? host->camera(node) : "";
	history_init(&s->history, host, c->seconds_ns, (uint64_t)c->history_bytes);
	*ret_self = s;
	return 0;
}

static void show_reserved(struct shm_ring *s)
{
	s->host->stat(s->node, STAT_RESERVED, (int64_t)s->ring.reserved);
}

static uint8_t *into(void *self, struct cam_sub *sub, size_t bytes)
{
	struct shm_ring *s = self;

	(void)sub;
	if (bytes != s->ring.size.frame_bytes || !ring_intact(&s->ring))
		return NULL;
	return slots_begin(&s->ring);
}

static int subscribe(struct shm_ring *s)
{
	struct cam_want want = {.size = sizeof(want),
		.form = CAM_PICTURE,
		.codec = CAM_BGR3,
		.width = s->spec.width,
		.height = s->spec.height,
		.max_fps_num = s->spec.fps_num,
		.max_fps_den = s->spec.fps_den,
		.into = into};
	int err = s->host->subscribe(s->node, NULL, &want, &s->sub);

	if (err)
		return s->host->error(s->node, err, NULL, "cannot have pictures of %ux%u made",
			(unsigned)want.width, (unsigned)want.height);
	s->phase = FLOWING;
	slots_tell(&s->ring, true, 0);
	return 0;
}

static void unsubscribe(struct shm_ring *s)
{
	s->host->unsubscribe(s->node, s->sub);
	s->sub = NULL;
}

static void refuse(struct shm_ring *s, int err, const struct ring_why *why, int64_t now)
{
	s->host->log(s->node, CAM_ERROR, "%s", why->text);
	while (!space_release(&s->ring, s->ring.size.picture_bytes))
		;
	slots_tell(&s->ring, false, -err);
	s->phase = REFUSED;
	s->retry_ns = now + RETRY_NS;
}

/* A step towards pictures, or back. @return 1: there is more to do now, 0: not, -errno */
static int reserve(struct shm_ring *s, bool wanted, int64_t now)
{
	struct ring_why why = {.shm_bytes = s->host->shm_bytes(s->node)};
	int done;

	if (!wanted) {
		s->phase = RELEASING;
		return 1;
	}
	done = space_reserve(&s->ring, STEP_BYTES, &why);
	if (done > 0)
		return subscribe(s);
	if (done < 0)
		refuse(s, done, &why, now);
	return !done;
}

/* One step of what the phase has to do. @return 0: look again at the next tick, 1: there is more to do now, -errno */
static int step(struct shm_ring *s, bool wanted, int64_t now)
{
	switch (s->phase) {
	case REFUSED:
		s->phase = !wanted || now >= s->retry_ns ? IDLE : REFUSED;
		return wanted && s->phase == IDLE;
	case IDLE:
		s->phase = wanted ? RESERVING : IDLE;
		return wanted;
	case RESERVING:
		return reserve(s, wanted, now);
	case FLOWING:
		if (wanted)
			return 0;
		unsubscribe(s);
		slots_tell(&s->ring, false, 0);
		s->phase = RELEASING;
		return 1;
	case RELEASING:
		s->phase = space_release(&s->ring, STEP_BYTES) ? IDLE : RELEASING;
		return s->phase != IDLE || wanted;
	}
	return 0;
}

static void tick(void *self)
{
	struct shm_ring *s = self;
	int64_t now = cam_shm_now();
	unsigned readers;
	int more;

	if (!ring_intact(&s->ring)) {
		s->host->fail(
			s->node, s->host->error(s->node, -EIO, "name",
					 "another program has removed or cut off /dev/shm%s: it is made anew",
					 s->ring.path));
		return;
	}
	readers = slots_readers(&s->ring, now);
	if (readers != s->readers)
		s->host->stat(s->node, STAT_READERS, readers);
	s->readers = readers;
	more = step(s, readers || s->spec.fill == CAM_SHM_ALWAYS, now);
	show_reserved(s);
	if (more < 0)
		s->host->fail(s->node, more);
	else
		s->host->tick_at(s->node, more ? now : now + TICK_NS);
}

static int start(void *self)
{
	struct shm_ring *s = self;
	struct ring_why why = {.shm_bytes = s->host->shm_bytes(s->node)};
	int done = 0, err = ring_open(&s->ring, &s->spec, &why);

	while (!err && !done && s->spec.fill == CAM_SHM_ALWAYS) {
		done = space_reserve(&s->ring, s->ring.size.picture_bytes, &why);
		err = done < 0 ? done : 0;
	}
	if (err)
		s->host->error(s->node, err, why.option, "%s", why.text);
	else if (s->spec.fill == CAM_SHM_ALWAYS)
		err = subscribe(s);
	if (err) {
		ring_close(&s->ring);
		return err;
	}
	show_reserved(s);
	s->host->tick_at(s->node, cam_shm_now() + TICK_NS);
	return 0;
}

/* The server's own memory was used instead of ours. */
static void copy_rows(struct shm_ring *s, const struct cam_plane *plane)
{
	uint8_t *to = slots_begin(&s->ring);
	size_t row = (size_t)s->spec.width * 3;

	for (uint32_t y = 0; y < s->spec.height; y++)
		memcpy(to + y * row, plane->data + (size_t)y * plane->stride, row);
}

static int consume(void *self, struct cam_sub *sub, const struct cam_buf *buf)
{
	struct shm_ring *s = self;
	const struct cam_plane *plane = &buf->plane[0];
	const uint8_t *pictures = s->ring.map + s->ring.size.pictures_offset;
	uint32_t row = s->spec.width * 3;

	if (sub != s->sub || buf->caps->codec != CAM_BGR3 || buf->caps->width != s->spec.width ||
		buf->caps->height != s->spec.height)
		return s->host->error(
			s->node, -EINVAL, NULL, "the server sent another picture than was asked for");
	if (plane->data < pictures || plane->data >= pictures + s->ring.size.picture_bytes) {
		if (plane->stride < row ||
			plane->len / plane->stride + (plane->len % plane->stride >= row) < s->spec.height)
			return s->host->error(
				s->node, -EINVAL, NULL, "the server sent a picture that is too short");
		if (!ring_intact(&s->ring))
			return 0; /* The next tick sees to it. */
		copy_rows(s, plane);
	} else if (plane->data != s->ring.writing) {
		return 0; /* begun before a pause: forgotten */
	}
	slots_publish(&s->ring, buf, cam_shm_now());
	s->host->stat(s->node, STAT_PICTURES, 1);
	return 0;
}

static void keep(void *self, const struct cam_buf *buf)
{
	struct shm_ring *s = self;

	history_keep(&s->history, buf);
	s->host->stat(s->node, STAT_HISTORY_PACKETS, (int64_t)history_packets(&s->history));
	s->host->stat(s->node, STAT_HISTORY_BYTES, (int64_t)s->history.bytes);
}

/* Of pictures nothing changes: their size and number are the ring's layout, which readers have mapped. */
static int reload(void *self, const void *config)
{
	struct shm_ring *s = self;
	const struct shm_ring_config *c = config;

	s->config = c;
	s->spec.name = c->name;
	history_limit(&s->history, c->seconds_ns, (uint64_t)c->history_bytes);
	return 0;
}

static int replay(void *self, int64_t from_ns, int (*emit)(void *arg, const struct cam_buf *), void *arg)
{
	struct shm_ring *s = self;

	return history_replay(&s->history, from_ns, emit, arg);
}

static void stop(void *self)
{
	struct shm_ring *s = self;

	s->host->tick_at(s->node, CAM_NO_TS);
	unsubscribe(s);
	ring_close(&s->ring);
	s->host->state(s->node, CAM_STOPPED);
}

static void destroy(void *self)
{
	struct shm_ring *s = self;

	if (!s)
		return;
	ring_close(&s->ring);
	history_finish(&s->history);
	free(s);
}

const struct cam_plugin cam_plugin_1 = {
	.abi = CAM_ABI,
	.size = sizeof(cam_plugin_1),
	.kind = CAM_BUFFER,
	.place = CAM_ON_CAMERA,
	.name = "shm_ring",
	.version = "0.1.0",
	.summary = "Offers a camera's pictures to other programs in shared memory, and keeps its last "
		   "packets so that "
		   "consumers can start in the past.",
	.options = options,
	.config_size = sizeof(struct shm_ring_config),
	.stats = stats,
	.create = create,
	.check = check,
	.start = start,
	.stop = stop,
	.destroy = destroy,
	.consume = consume,
	.tick = tick,
	.keep = keep,
	.replay = replay,
	.shm_bytes = shm_bytes,
	.reload = reload,
};
