/* SPDX-License-Identifier: MIT */
/* The made-up plugins of a graph_world. */
#include "tests/unit/graph_world.h"

#include "lib/clock.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A test's CHECK is its own file's. */
#define MUST(cond) ((cond) ? (void)0 : (printf("Bail out! %s:%d: %s\n", __FILE__, __LINE__, #cond), abort()))

/* ---- what the plugins do ---- */

static struct graph_actor *actors;
static char did[4096];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void note(const char *what, const char *name)
{
	size_t n;

	pthread_mutex_lock(&lock);
	n = strlen(did);
	snprintf(did + n, sizeof(did) - n, "%s%s %s", n ? ", " : "", what, name);
	pthread_mutex_unlock(&lock);
}

static void note_of(const char *what, const struct graph_actor *a)
{
	note(what, a->host->name(a->node));
}

const char *graph_world_did(void)
{
	static char copy[sizeof(did)];

	pthread_mutex_lock(&lock);
	memcpy(copy, did, sizeof(did));
	did[0] = '\0';
	pthread_mutex_unlock(&lock);
	return copy;
}

const struct graph_actor *graph_actors(void)
{
	return actors;
}

struct graph_actor *graph_actor(const char *name)
{
	struct graph_actor *a;

	pthread_mutex_lock(&lock);
	for (a = actors; a && strcmp(a->host->name(a->node), name) != 0;)
		a = a->next;
	pthread_mutex_unlock(&lock);
	return a;
}

enum { NEVER, CREATE, START, RELOAD, FULL, ONCE, END };

static int create(struct cam_node *node, const struct cam_host *host, const void *config, void **ret)
{
	const struct graph_conf *conf = config;
	struct graph_actor *a;

	if (conf->fails == CREATE)
		return host->error(node, -EIO, "fails", "it cannot be made");
	a = calloc(1, sizeof(*a));
	if (!a)
		return -ENOMEM;
	pthread_mutex_lock(&lock);
	*a = (struct graph_actor){.next = actors, .node = node, .host = host, .conf = conf};
	actors = a;
	pthread_mutex_unlock(&lock);
	*ret = a;
	return 0;
}

static void destroy(void *self)
{
	struct graph_actor **at = &actors;

	pthread_mutex_lock(&lock);
	while (*at != self)
		at = &(*at)->next;
	*at = (*at)->next;
	pthread_mutex_unlock(&lock);
	note_of("free", self);
	free(self);
}

static int start(void *self)
{
	static char once[64];
	struct graph_actor *a = self;
	struct cam_want want = {
		.size = sizeof(want), .form = CAM_PACKET, .media = CAM_VIDEO, .queue_items = 64};

	note_of("start", a);
	if (a->conf->fails == ONCE && strcmp(once, a->host->name(a->node)) != 0) {
		snprintf(once, sizeof(once), "%s", a->host->name(a->node));
		return a->host->error(a->node, -EIO, NULL, "not yet");
	}
	if (a->conf->fails == START)
		return a->host->error(a->node, -EIO, "fails", "it cannot start");
	if (!a->host->camera(a->node) && !*a->conf->of)
		return 0;
	return a->host->subscribe(a->node, *a->conf->of ? a->conf->of : NULL, &want, &a->sub);
}

static int start_source(void *self)
{
	struct graph_actor *a = self;

	note_of("start", a);
	if (a->conf->fails == START)
		return a->host->error(a->node, -EIO, "fails", "no answer");
	if (a->conf->fps)
		a->host->tick_at(a->node, clock_mono_ns());
	return 0;
}

static void publish(struct graph_actor *a, bool key);

static void tick(void *self)
{
	struct graph_actor *a = self;

	publish(a, true);
	a->host->tick_at(a->node, clock_mono_ns() + CLOCK_SECOND / a->conf->fps);
}

static void say_stopped(void *self, void *arg)
{
	struct graph_actor *a = self;

	(void)arg;
	a->host->state(a->node, CAM_STOPPED);
}

static void stop(void *self)
{
	struct graph_actor *a = self;

	note_of("stop", a);
	a->host->unsubscribe(a->node, a->sub);
	a->sub = NULL;
	if (a->conf->fails == END)
		a->host->fail(a->node, a->host->error(a->node, -EIO, NULL, "the disk is gone"));
	if (!a->conf->holds)
		say_stopped(a, NULL);
}

void graph_actor_end(const char *name)
{
	struct graph_actor *a = graph_actor(name);

	MUST(a && a->host->post(a->node, say_stopped, NULL) == 0);
}

static int consume(void *self, struct cam_sub *sub, const struct cam_buf *buf)
{
	struct graph_actor *a = self;

	(void)sub;
	if (a->conf->later)
		return CAM_LATER;
	if (a->conf->fails == FULL)
		return a->host->error(a->node, -ENOSPC, "folder", "the disk is full");
	a->packets++;
	a->marked += !!(buf->flags & CAM_DISCONTINUITY);
	return 0;
}

static int ended(void *self, struct cam_sub *sub)
{
	struct graph_actor *a = self;

	(void)sub;
	a->ended++;
	return 0;
}

static void gone(void *self, struct cam_sub *sub)
{
	struct graph_actor *a = self;

	note_of("gone", a);
	MUST(sub == a->sub);
	a->gone++;
	a->host->unsubscribe(a->node, sub);
	a->sub = NULL;
}

static int reload(void *self, const void *config)
{
	const struct graph_conf *conf = config;
	struct graph_actor *a = self;

	note_of("reload", a);
	if (conf->fails == RELOAD)
		return a->host->error(a->node, -EIO, NULL, "not as it runs");
	a->conf = conf;
	return 0;
}

static void see(void *arg, const struct cam_camera *camera)
{
	struct graph_actor *a = arg;

	a->cameras++;
	a->live += camera->state == CAM_LIVE;
}

static char answered[65536];

const char *graph_world_answer(void)
{
	return answered;
}

static void on_answer(void *arg, struct cam_reply *reply)
{
	struct graph_actor *a = arg;

	size_t n = reply->len < sizeof(answered) ? reply->len : sizeof(answered) - 1;

	a->status = reply->status;
	memcpy(answered, reply->data, n);
	answered[n] = '\0';
	a->host->log(a->node, CAM_INFO, "answered %d", a->status);
	if (reply->release)
		reply->release(reply);
}

static void changed(void *self)
{
	struct graph_actor *a = self;
	struct cam_request request = {.size = sizeof(request), .method = "GET", .path = a->conf->asks};

	a->told++;
	a->cameras = a->live = 0;
	a->host->cameras(a->node, see, a);
	if (*a->conf->asks)
		a->host->request(a->node, &request, on_answer, a);
}

static void keep(void *self, const struct cam_buf *buf)
{
	(void)self;
	(void)buf;
}

static int replay(void *self, int64_t from_ns, int (*emit)(void *arg, const struct cam_buf *), void *arg)
{
	(void)self;
	(void)from_ns;
	(void)emit;
	(void)arg;
	return 0;
}

static int hear(void *self, const struct cam_event *event)
{
	struct graph_actor *a = self;

	a->heard_id = event->id;
	a->heard++;
	return 0;
}

/* ---- their tables ---- */

#define AT(member) CAM_INT_AT(struct graph_conf, member)
static const struct cam_enum fails[] = {{"never", NEVER, ""}, {"create", CREATE, ""}, {"start", START, ""},
	{"reload", RELOAD, ""}, {"full", FULL, ""}, {"once", ONCE, ""}, {"end", END, ""}, {NULL, 0, NULL}};
static const struct cam_opt options[] = {
	{"life", CAM_INT, 0, AT(life), "0", 0, 0, NULL, NULL, "Another node."},
	{"ease", CAM_INT, CAM_RELOADABLE, AT(ease), "0", 0, 0, NULL, NULL, "Taken as it runs."},
	{"fails", CAM_ENUM, CAM_RELOADABLE, AT(fails), "never", 0, 0, NULL, fails, "When."},
	{"fps", CAM_INT, 0, AT(fps), "0", 0, 1000, NULL, NULL, "Packets a second."},
	{"asks", CAM_STRING, CAM_RELOADABLE, CAM_STRING_AT(struct graph_conf, asks), "", 0, 0, NULL, NULL,
		"A path, whenever something has changed."},
	{"stall_timeout", CAM_TIME, CAM_RELOADABLE, AT(stall_timeout), "10s", 0, 0, NULL, NULL, "Silence."},
	{"holds", CAM_BOOL, CAM_RELOADABLE, CAM_BOOL_AT(struct graph_conf, holds), "false", 0, 0, NULL, NULL,
		"Does not stop."},
	{"later", CAM_BOOL, CAM_RELOADABLE, CAM_BOOL_AT(struct graph_conf, later), "false", 0, 0, NULL, NULL,
		"Takes nothing."},
	{"of", CAM_STRING, 0, CAM_STRING_AT(struct graph_conf, of), "", 0, 0, NULL, NULL, "A camera."},
	{"folder", CAM_STRING, CAM_FOLDER, CAM_STRING_AT(struct graph_conf, folder), "/tmp/{camera}.{stage}",
		0, 0, NULL, NULL, "Where it writes."},
	{0}};

/* What is behind /fake/ is a node, and only that one answers; {camera} is answered by those who see it. */
static int get_fake(void *self, const struct cam_request *r, struct cam_reply *reply)
{
	static const char found[] = "found";
	struct graph_actor *a = self;

	note_of("ask", a);
	if (!strcmp(r->tail, "broken"))
		return -EIO;
	if (*r->tail && strcmp(r->tail, a->host->name(a->node)) != 0) {
		reply->status = 404;
		return 0;
	}
	reply->data = found;
	reply->len = sizeof(found) - 1;
	return 0;
}

static const struct cam_route routes[] = {{"GET", "/fake/*", "One node.", get_fake, CAM_VIEW, 0},
	{"GET", "/of/{camera}/fake", "A camera's node.", get_fake, CAM_VIEW, 0},
	{"DELETE", "/of/{camera}/fake", "A camera's node.", get_fake, CAM_ADMIN, 0},
	{"POST", "/taken", "Takes.", get_fake, CAM_CONTROL, 10},
	{"PUT", "/open", "Open to all.", get_fake, CAM_OPEN, 0}, {0}};
static const char *const motion[] = {"motion", NULL};
static const struct cam_operation operations[] = {
	{"/fake/{name}", "\"responses\":{\"200\":{\"description\":\"It is there.\"}}"}, {0}};
static const struct cam_stat stats[] = {
	{"things", CAM_GAUGE, "Things there are."}, {"done", CAM_COUNTER, "Things done."}, {0}};

#define COMMON(k, n, p)                                                                                      \
	.abi = CAM_ABI, .size = sizeof(struct cam_plugin), .kind = k, .place = p, .name = #n,                \
	.version = "1", .summary = "Made up.", .options = options, .config_size = sizeof(struct graph_conf), \
	.create = create, .destroy = destroy, .stop = stop
#define TAKER .start = start, .consume = consume, .ended = ended, .gone = gone

static const struct cam_plugin plugins[] = {
	{COMMON(CAM_SOURCE, src, CAM_ON_LOOP), .start = start_source, .tick = tick, .reload = reload},
	{COMMON(CAM_BUFFER, buf, CAM_ON_LOOP), TAKER, .keep = keep, .replay = replay, .reload = reload},
	{COMMON(CAM_RECORDER, rec, CAM_ON_LOOP), TAKER, .routes = routes, .operations = operations,
		.stats = stats, .reload = reload, .hears = motion, .event = hear},
	{COMMON(CAM_DETECTOR, det, CAM_ON_LOOP), TAKER, .reload = reload},
	{COMMON(CAM_SINK, snk, CAM_ON_LOOP), TAKER, .routes = routes, .changed = changed, .reload = reload,
		.hears = motion, .event = hear},
	{COMMON(CAM_LISTENER, lis, CAM_ON_LOOP), .start = start, .changed = changed, .reload = reload,
		.hears = motion, .event = hear},
	{COMMON(CAM_RECORDER, stiff, CAM_ON_LOOP), TAKER},
	{COMMON(CAM_RECORDER, disk, CAM_ON_IO), TAKER, .reload = reload},
};
enum { N_PLUGINS = sizeof(plugins) / sizeof(plugins[0]) };

static const struct cam_plugin *find(void *arg, const char *name, const char **ret_why)
{
	(void)arg;
	for (size_t i = 0; i < N_PLUGINS; i++)
		if (!strcmp(plugins[i].name, name))
			return &plugins[i];
	*ret_why = "there is none";
	return NULL;
}

static void names(void *arg, void (*visit)(void *, const char *), void *visit_arg)
{
	(void)arg;
	for (size_t i = 0; i < N_PLUGINS; i++)
		visit(visit_arg, plugins[i].name);
}

const struct config_plugins graph_plugins = {find, names, NULL};

static void publish(struct graph_actor *a, bool key)
{
	static const struct cam_caps like = {.size = sizeof(like),
		.form = CAM_PACKET,
		.media = CAM_VIDEO,
		.codec = CAM_H264,
		.width = 64,
		.height = 48};
	int64_t now = clock_mono_ns();
	const struct cam_caps *caps = a->host->caps_new(&like);
	struct cam_buf packet = {.size = sizeof(packet),
		.caps = caps,
		.pts_ns = now,
		.dts_ns = now,
		.arrival_ns = now,
		.flags = key ? CAM_KEY : 0,
		.n_planes = 1,
		.plane = {{(const uint8_t *)"0123456789", 10, 0}}};
	struct cam_buf *buf = a->host->buf_new(&packet, NULL, NULL);

	MUST(buf && a->host->publish(a->node, buf) == 0);
	a->host->buf_unref(buf);
	a->host->caps_unref(caps);
}

void graph_actor_publish(const char *name, bool key)
{
	publish(graph_actor(name), key);
	graph_ahead_ns += CLOCK_SECOND / 25;
}
