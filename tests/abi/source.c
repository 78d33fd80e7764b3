/* SPDX-License-Identifier: MIT */
/*
 * A source as it was written for its header, which is one of the frozen ones: options of all types, statistics, a
 * thread, caps and buffers without a size, memory that is lent, sessions that end.
 */
#include <cam/plugin.h>

#include "picture.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { SESSION_PACKETS = 60, SOUND_BYTES = 320 };

struct config {
	bool sound;
	int64_t level, pause_ns, bytes, mode;
	double fps;
	const char *motto, *secret;
};

struct source {
	struct cam_node *node;
	const struct cam_host *host;
	const struct config *config;
	const struct cam_caps *video, *audio;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	int sessions;
};

static const struct cam_enum modes[] = {{"plain", 3, "Plain."}, {"fancy", 7, "Fancy."}, {NULL, 0, NULL}};

static const struct cam_opt options[] = {
	{"sound", CAM_BOOL, 0, CAM_BOOL_AT(struct config, sound), "true", 0, 0, NULL, NULL, "With sound."},
	{"level", CAM_INT, 0, CAM_INT_AT(struct config, level), "3", 1, 9, NULL, NULL, "A number."},
	{"fps", CAM_FLOAT, 0, CAM_FLOAT_AT(struct config, fps), "25", 1, 60, "frames/s", NULL, "The rate."},
	{"motto", CAM_STRING, 0, CAM_STRING_AT(struct config, motto), "of {camera}", 0, 0, NULL, NULL,
		"Words."},
	{"secret", CAM_STRING, CAM_SECRET, CAM_STRING_AT(struct config, secret), "", 0, 0, NULL, NULL,
		"A secret."},
	{"mode", CAM_ENUM, 0, CAM_INT_AT(struct config, mode), "plain", 0, 0, NULL, modes, "How."},
	{"pause", CAM_TIME, 0, CAM_INT_AT(struct config, pause_ns), "250ms", 0, 1e10, NULL, NULL, "A time."},
	{"bytes", CAM_SIZE, 0, CAM_INT_AT(struct config, bytes), "10%", 0, 0, NULL, NULL, "A size."},
	{NULL, 0, 0, 0, NULL, 0, 0, NULL, NULL, NULL}};

enum { STAT_SESSIONS, STAT_RELEASED, STAT_VALUES };

static const struct cam_stat stats[] = {{"sessions", CAM_GAUGE, "Sessions so far."},
	{"released", CAM_GAUGE, "Pictures whose memory came back."},
	{"values", CAM_GAUGE, "1 when the options are as the test has set them."}, {NULL, 0, NULL}};

static atomic_int n_released;

static const uint32_t makes[] = {CAM_MJPG, 0};

static int check(const void *config, struct cam_why *why)
{
	const struct config *c = config;

	if (c->level != 9)
		return 0;
	why->option = "level";
	memcpy(why->text, "nine is too much", sizeof("nine is too much"));
	return -EINVAL;
}

static int create(struct cam_node *node, const struct cam_host *host, const void *config, void **ret_self)
{
	const struct cam_caps video = {
		.form = CAM_PACKET, .media = CAM_VIDEO, .codec = CAM_MJPG, .width = 64, .height = 48};
	const struct cam_caps audio = {.form = CAM_PACKET,
		.media = CAM_AUDIO,
		.codec = CAM_PCMU,
		.sample_rate = 8000,
		.channels = 1};
	struct source *s = calloc(1, sizeof(*s));

	if (!s)
		return -ENOMEM;
	s->node = node;
	s->host = host;
	s->config = config;
	s->video = host->caps_new(&video);
	s->audio = host->caps_new(&audio);
	pthread_mutex_init(&s->lock, NULL);
	pthread_cond_init(&s->wake, NULL);
	*ret_self = s;
	return s->video && s->audio ? 0 : -ENOMEM;
}

static void destroy(void *self)
{
	struct source *s = self;

	if (!s)
		return;
	s->host->caps_unref(s->video);
	s->host->caps_unref(s->audio);
	pthread_cond_destroy(&s->wake);
	pthread_mutex_destroy(&s->lock);
	free(s);
}

static void wake(void *self)
{
	struct source *s = self;

	pthread_mutex_lock(&s->lock);
	pthread_cond_signal(&s->wake);
	pthread_mutex_unlock(&s->lock);
}

/* Until the next picture is due, or the node is to end. */
static void wait_a_frame(struct source *s)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_nsec += (long)(1e9 / s->config->fps);
	until.tv_sec += until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	pthread_mutex_lock(&s->lock);
	if (!s->host->stopping(s->node))
		pthread_cond_timedwait(&s->wake, &s->lock, &until);
	pthread_mutex_unlock(&s->lock);
}

/* On any thread, and maybe when the node is gone. */
static void came_back(void *arg)
{
	free(arg);
	n_released++;
}

static int send(struct source *s, const struct cam_buf *like, void (*release)(void *), void *arg)
{
	struct cam_buf *buf = s->host->buf_new(like, release, arg);
	int err;

	if (!buf && release)
		release(arg);
	if (!buf)
		return -ENOMEM;
	err = s->host->publish(s->node, buf);
	s->host->buf_unref(buf);
	return err;
}

static int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * CAM_SECOND + t.tv_nsec;
}

static int send_frame(struct source *s, int64_t ts_ns)
{
	unsigned char sound[SOUND_BYTES];
	struct cam_buf like = {.flags = CAM_KEY,
		.n_planes = 1,
		.pts_ns = ts_ns,
		.dts_ns = ts_ns,
		.arrival_ns = now_ns(),
		.caps = s->video};
	unsigned char *lent = malloc(sizeof(picture));
	int err;

	if (!lent)
		return -ENOMEM;
	memcpy(lent, picture, sizeof(picture));
	like.plane[0].data = lent;
	like.plane[0].len = sizeof(picture);
	err = send(s, &like, came_back, lent);
	s->host->stat(s->node, STAT_RELEASED, n_released);
	if (err || !s->config->sound)
		return err;
	memset(sound, 0xFF, sizeof(sound));
	like.track = 1;
	like.caps = s->audio;
	like.plane[0].data = sound;
	like.plane[0].len = sizeof(sound);
	return send(s, &like, NULL, NULL);
}

static int values_are_right(const struct config *c)
{
	return c->sound && c->level == 5 && c->fps == 20.0 && !strcmp(c->motto, "of old") &&
	       !strcmp(c->secret, "hush") && c->mode == 7 && c->pause_ns == 2 * CAM_SECOND &&
	       c->bytes == 65536;
}

static int run(void *self)
{
	struct source *s = self;
	int64_t began = now_ns();
	int err = 0;

	s->host->stat(s->node, STAT_SESSIONS, ++s->sessions);
	s->host->stat(s->node, STAT_VALUES, values_are_right(s->config));
	s->host->state(s->node, CAM_CONNECTING);
	for (int i = 0; !s->host->stopping(s->node) && !err && (s->sessions > 1 || i < SESSION_PACKETS);
		i++) {
		err = send_frame(s, now_ns() - began);
		wait_a_frame(s);
	}
	if (s->host->stopping(s->node))
		return 0;
#if CAM_ABI_MINOR >= 1
	s->host->retry_after(s->node, 600 * CAM_SECOND / 1000);
#endif
	return s->host->error(s->node, err ? err : -ECONNRESET, "motto", "the first session of %s is over",
		s->host->name(s->node));
}

const struct cam_plugin cam_plugin_1 = {.abi = CAM_ABI,
	.size = sizeof(cam_plugin_1),
	.kind = CAM_SOURCE,
	.place = CAM_ON_THREAD,
	.name = NAME,
	.version = "1.0",
	.summary = "A source of old.",
	.options = options,
	.config_size = sizeof(struct config),
	.stats = stats,
	.makes = makes,
	.check = check,
	.create = create,
	.destroy = destroy,
	.run = run,
	.wake = wake};
