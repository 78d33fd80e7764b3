/* SPDX-License-Identifier: MIT */
/* The made-up plugins: one of each kind in each place that the kind may have. */
#include "tests/stress/stress.h"

#include <string.h>

/* ---- buffers ---- */

/* One call of keep() and replay() at a time, between the end of start() and stop(). */
static void enter_history(struct actor *a, const char *callback)
{
	if (atomic_exchange_explicit(&a->keeping, true, memory_order_relaxed))
		stress_fail("%s of %s during another one", callback, a->host->name(a->node));
	if (a->phase != STARTED)
		stress_fail("%s of %s, which does not run", callback, a->host->name(a->node));
}

static void leave_history(struct actor *a)
{
	atomic_store_explicit(&a->keeping, false, memory_order_relaxed);
}

static void keep(void *self, const struct cam_buf *buf)
{
	struct actor *a = self;

	enter_history(a, "keep");
	history_keep(&a->history, buf);
	leave_history(a);
}

static int replay(void *self, int64_t from_ns, int (*emit)(void *arg, const struct cam_buf *), void *arg)
{
	struct actor *a = self;
	int err;

	enter_history(a, "replay");
	stress_did(DID_REPLAY);
	err = history_replay(&a->history, from_ns, emit, arg);
	leave_history(a);
	return err;
}

/* Neither keep() nor replay() is under way. */
static int reload_locked(void *self, const void *config)
{
	struct actor *a = self;
	int err;

	enter_history(a, "reload");
	err = actor_take_conf(a, config);
	history_limit(&a->history, a->conf->temper * (CAM_SECOND / 10), 1 << 20);
	leave_history(a);
	return err;
}

/* ---- tables ---- */

static const struct cam_opt options[] = {
	{"life", CAM_INT, 0, CAM_INT_AT(struct actor_conf, life), "0", 0, 0, NULL, NULL, "Another node."},
	{"temper", CAM_INT, CAM_RELOADABLE, CAM_INT_AT(struct actor_conf, temper), "0", 0, 3, NULL, NULL,
		"How often it fails."},
	{"folder", CAM_STRING, CAM_FOLDER, CAM_STRING_AT(struct actor_conf, folder), "/", 0, 0, NULL, NULL,
		"The file system that it works on."},
	{0}};
static const struct cam_stat stats[] = {[STAT_TAKEN] = {"taken", CAM_COUNTER, "Items taken."},
	[STAT_MISSED] = {"missed", CAM_COUNTER, "Packets missing before those taken."},
	[STAT_LEVEL] = {"level", CAM_GAUGE, "A level."},
	{0}};
static const struct cam_route routes[] = {{"GET", "/stress/*", "Anything.", actor_handle, CAM_VIEW, 0}, {0}};

static const char *const hears[] = {"motion", "object.p*", NULL};

/* A descriptor does not reach create(): each has its own. */
#define CREATE(name)                                                                                         \
	static const struct cam_plugin plugin_##name;                                                        \
	static int create_##name(                                                                            \
		struct cam_node *node, const struct cam_host *host, const void *config, void **ret)          \
	{                                                                                                    \
		return actor_create(&plugin_##name, node, host, config, ret);                                \
	}
#define COMMON(k, p, n)                                                                                      \
	.abi = CAM_ABI, .size = sizeof(struct cam_plugin), .kind = k, .place = p, .name = #n,                \
	.version = "0", .summary = "Does anything.", .options = options,                                     \
	.config_size = sizeof(struct actor_conf), .stats = stats, .create = create_##n,                      \
	.destroy = actor_destroy
#define PLACED                                                                                               \
	.start = actor_start, .stop = actor_stop, .consume = actor_consume, .ended = actor_ended,            \
	.tick = actor_tick, .refused = actor_refused, .gone = actor_gone, .hears = hears,                    \
	.event = actor_event

#define SOURCE(p, n)                                                                                         \
	CREATE(n)                                                                                            \
	static const struct cam_plugin plugin_##n = {                                                        \
		COMMON(CAM_SOURCE, p, n), PLACED, .reload = actor_reload};
#define BUFFER(p, n)                                                                                         \
	CREATE(n)                                                                                            \
	static const struct cam_plugin plugin_##n = {COMMON(CAM_BUFFER, p, n), PLACED, .keep = keep,         \
		.replay = replay, .routes = routes, .reload = reload_locked};
#define TAKER(k, p, n)                                                                                       \
	CREATE(n)                                                                                            \
	static const struct cam_plugin plugin_##n = {COMMON(k, p, n), PLACED, .changed = actor_changed,      \
		.routes = routes, .reload = actor_reload};
#define RECORDER(p, n) TAKER(CAM_RECORDER, p, n)
#define DETECTOR(p, n) TAKER(CAM_DETECTOR, p, n)
#define SINK(p, n) TAKER(CAM_SINK, p, n)
#define LISTENER(p, n) TAKER(CAM_LISTENER, p, n)

SOURCE(CAM_ON_LOOP, source_loop)
SOURCE(CAM_ON_CAMERA, source_camera)
SOURCE(CAM_ON_CPU, source_cpu)
SOURCE(CAM_ON_IO, source_io)
BUFFER(CAM_ON_LOOP, buffer_loop)
BUFFER(CAM_ON_CAMERA, buffer_camera)
BUFFER(CAM_ON_CPU, buffer_cpu)
BUFFER(CAM_ON_IO, buffer_io)
RECORDER(CAM_ON_LOOP, recorder_loop)
RECORDER(CAM_ON_CAMERA, recorder_camera)
RECORDER(CAM_ON_CPU, recorder_cpu)
RECORDER(CAM_ON_IO, recorder_io)
DETECTOR(CAM_ON_LOOP, detector_loop)
DETECTOR(CAM_ON_CAMERA, detector_camera)
DETECTOR(CAM_ON_CPU, detector_cpu)
DETECTOR(CAM_ON_IO, detector_io)
LISTENER(CAM_ON_LOOP, listener_loop)
LISTENER(CAM_ON_CPU, listener_cpu)
LISTENER(CAM_ON_IO, listener_io)
SINK(CAM_ON_LOOP, sink_loop)
SINK(CAM_ON_CPU, sink_cpu)
SINK(CAM_ON_IO, sink_io)
CREATE(source_thread)
static const struct cam_plugin plugin_source_thread = {
	COMMON(CAM_SOURCE, CAM_ON_THREAD, source_thread), .run = source_run, .wake = source_wake};

static const struct cam_plugin *const plugins[] = {&plugin_source_loop, &plugin_source_camera,
	&plugin_source_cpu, &plugin_source_io, &plugin_source_thread, &plugin_buffer_loop,
	&plugin_buffer_camera, &plugin_buffer_cpu, &plugin_buffer_io, &plugin_recorder_loop,
	&plugin_recorder_camera, &plugin_recorder_cpu, &plugin_recorder_io, &plugin_detector_loop,
	&plugin_detector_camera, &plugin_detector_cpu, &plugin_detector_io, &plugin_listener_loop,
	&plugin_listener_cpu, &plugin_listener_io, &plugin_sink_loop, &plugin_sink_cpu, &plugin_sink_io};
enum { N_PLUGINS = sizeof(plugins) / sizeof(plugins[0]) };

static const struct cam_plugin *find(void *arg, const char *name, const char **ret_why)
{
	(void)arg;
	*ret_why = "there is none";
	for (size_t i = 0; i < N_PLUGINS; i++)
		if (!strcmp(plugins[i]->name, name))
			return plugins[i];
	return NULL;
}

static void names(void *arg, void (*visit)(void *, const char *), void *visit_arg)
{
	(void)arg;
	for (size_t i = 0; i < N_PLUGINS; i++)
		visit(visit_arg, plugins[i]->name);
}

const struct config_plugins stress_plugins = {find, names, NULL};

const char *stress_place_name(uint32_t place)
{
	static const char *const places[] = {"", "loop", "camera", "cpu", "io", "thread"};

	return places[place];
}
