/* SPDX-License-Identifier: MIT */
#include "core/app/server.h"

#include "core/api/api.h"
#include "core/api/camera_watch.h"
#include "core/api/status.h"
#include "core/app/backlog.h"
#include "core/app/pictures.h"
#include "core/app/shm.h"
#include "core/app/warn.h"
#include "core/base/kind.h"
#include "core/config/load.h"
#include "core/config/origin.h"
#include "core/graph/graph.h"
#include "core/graph/graph_down.h"
#include "core/graph/graph_load.h"
#include "core/graph/graph_look.h"
#include "core/graph/graph_up.h"
#include "core/media/buf.h"
#include "core/plugin/host.h"
#include "core/plugin/node_state.h"
#include "core/supervise/service.h"
#include "lib/clock.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The promise is to leave within 2 s, and within 5 s when a disk hangs. */
enum { LEAVE_MS = 1800, LEAVE_WITH_DISK_MS = 4800, WATCH_MS = 1000 };

struct server {
	struct loop loop;
	struct node_world world;
	struct backlog backlog;
	struct pictures pictures;
	atomic_llong wall_told_ns;
	atomic_ullong shm_bytes;
	struct graph graph;
	struct api api;
	struct events events;
	struct service service;
	const struct server_setup *setup;
	struct log *log;
	uv_signal_t term, interrupt, hangup;
	uv_timer_t deadline, watch;
	struct timer tell; /* sinks of what has changed */
	bool must_tell;
	int64_t told_ns;
	uint64_t digest;
	int64_t stop_began_ns;
	int exit_code;
	bool stopping;
	bool reload_again; /* SIGHUP came while a reload was on its way */
};

/* ---- what nodes ask of the world ---- */

static struct camera *find_camera(void *arg, const struct cam_node *node, const char *name)
{
	struct server *s = arg;

	return graph_find_camera(&s->graph, node, name);
}

static void visit_cameras(void *arg, const struct cam_node *node,
	void (*visit)(void *, const struct cam_camera *), void *visit_arg)
{
	struct server *s = arg;

	for (size_t i = 0; i < s->graph.n_cameras; i++) {
		struct cam_camera status;
		char error[STATUS_ERROR_BYTES];

		if (!graph_sees(node, s->graph.cameras[i]->name))
			continue;
		status_read(&s->graph, i, &status, error);
		visit(visit_arg, &status);
	}
}

static void request(
	void *arg, const struct cam_request *r, void (*done)(void *, struct cam_reply *), void *done_arg)
{
	struct server *s = arg;

	api_request(&s->api, r, done, done_arg);
}

static void identify(void *arg, const struct cam_request *r,
	void (*done)(void *, const struct cam_who *, struct cam_reply *), void *done_arg)
{
	struct server *s = arg;

	api_identify(&s->api, r, done, done_arg);
}

static bool authorise(
	void *arg, const struct cam_who *who, uint32_t right, const char *camera, int64_t wall_ns)
{
	struct server *s = arg;

	return users_authorise(&s->api.users, who, right, camera, wall_ns);
}

static bool sees(void *arg, const struct cam_node *node, const char *camera)
{
	struct server *s = arg;
	bool is;

	/* A reload changes what a node's configuration is. */
	pthread_mutex_lock(&s->graph.lock);
	is = graph_sees(node, camera);
	pthread_mutex_unlock(&s->graph.lock);
	return is;
}

/* Sinks and listeners read all of them: a storm of changes is told once in a while, its first one at once. */
#define TELL (100 * CLOCK_MS)

static void tell_now(struct server *s)
{
	size_t n;
	struct graph_node *const *nodes = graph_nodes_of(&s->graph, GRAPH_NO_CAMERA, &n);

	s->told_ns = clock_mono_ns();
	s->must_tell = false;
	for (size_t i = 0; i < n; i++)
		node_tell_changed(nodes[i]->node);
}

static void on_tell(struct timer *t)
{
	struct server *s = container_of(t, struct server, tell);

	if (s->must_tell && !s->stopping)
		tell_now(s);
}

static void tell_of_cameras(struct server *s)
{
	if (s->stopping || s->must_tell)
		return;
	if (clock_mono_ns() - s->told_ns >= TELL) {
		tell_now(s);
		return;
	}
	s->must_tell = true;
	executor_post_at(&s->loop.executor, &s->tell, s->told_ns + TELL);
}

static void log_state(struct server *s, struct cam_node *node)
{
	const struct node_spec *spec = node_spec(node);
	struct meter_reading r;
	char codec[5], line[64] = "live";

	if (spec->plugin->kind != CAM_SOURCE || node_state(node) != CAM_LIVE || s->stopping)
		return;
	meter_read(&spec->camera->meter, &r);
	if (r.codec)
		snprintf(line, sizeof(line), "live: %s %ux%u", codec_name(r.codec, codec), r.width, r.height);
	node_log_live(node, line);
}

static void on_changed(void *arg, struct cam_node *node)
{
	struct server *s = arg;

	log_state(s, node);
	if (!s->stopping)
		camera_watch_state(&s->graph, &s->events, node);
	tell_of_cameras(s);
}

static void on_started(void *arg, struct cam_node *node, int err)
{
	struct server *s = arg;

	graph_node_started(&s->graph, node, err);
}

static void on_reloaded(void *arg, struct cam_node *node)
{
	struct server *s = arg;

	graph_node_reloaded(&s->graph, node);
}

/* What was lost while stopping, now or at a reload before, is told by the exit code too. */
static void on_ended(void *arg, struct cam_node *node, int err)
{
	struct server *s = arg;

	if (err) {
		s->exit_code = 1;
		graph_count_loss(&s->graph, node_name(node));
	}
	camera_watch_ended(&s->events, node);
	graph_node_ended(&s->graph, node);
}

/* ---- leaving ---- */

static void close_all(struct server *s)
{
	uv_close((uv_handle_t *)&s->term, NULL);
	uv_close((uv_handle_t *)&s->interrupt, NULL);
	uv_close((uv_handle_t *)&s->hangup, NULL);
	uv_close((uv_handle_t *)&s->deadline, NULL);
	uv_close((uv_handle_t *)&s->watch, NULL);
	service_close(&s->service);
	(void)executor_cancel(&s->loop.executor, &s->tell);
	api_close(&s->api);
	graph_free(&s->graph);
	loop_close(&s->loop);
}

static void on_down(void *arg)
{
	close_all(arg);
}

/* Something hangs: files are as good as they get, and leaving late would only look like another failure. */
static void on_deadline(uv_timer_t *timer)
{
	struct server *s = timer->data;
	int64_t spent_ms = (clock_mono_ns() - s->stop_began_ns) / CLOCK_MS;

	if (graph_waits_for_disk(&s->graph) && spent_ms < LEAVE_WITH_DISK_MS - 100) {
		uv_timer_start(&s->deadline, on_deadline, (uint64_t)(LEAVE_WITH_DISK_MS - spent_ms), 0);
		return;
	}
	_exit(graph_leave_hanging(&s->graph) ? 1 : s->exit_code);
}

static void leave(struct server *s, int exit_code)
{
	if (s->stopping)
		return;
	s->stopping = true;
	if (exit_code)
		s->exit_code = exit_code;
	s->stop_began_ns = clock_mono_ns();
	service_stopping(&s->service);
	s->api.ready = false;
	uv_timer_stop(&s->watch);
	uv_timer_start(&s->deadline, on_deadline, LEAVE_MS, 0);
	graph_stop(&s->graph);
}

static void on_signal(uv_signal_t *signal, int number)
{
	struct server *s = signal->data;

	log_line(s->log, LOG_INFO, NULL, "%s: finishing files and leaving",
		number == SIGTERM ? "SIGTERM" : "SIGINT");
	leave(s, 0);
}

/* ---- coming up, and reloading ---- */

static void warn_of(struct server *s, const struct config *c)
{
	warn_of_config(s->log, c);
	atomic_store(&s->shm_bytes, shm_wanted(c));
}

static void put_in_force(struct server *s, struct config *next)
{
	s->api.ready = false;
	if (!graph_load(&s->graph, next)) {
		api_set_config(&s->api, next);
		return;
	}
	log_line(s->log, LOG_ERROR, NULL,
		"there is no memory for the new configuration; the old one stays in force");
	config_free(next);
	s->api.ready = true;
	service_ready(&s->service);
}

static void reload(struct server *s)
{
	struct config *next = NULL;
	struct text errors = {0};

	if (s->graph.next || s->graph.coming_up || !s->graph.up) {
		s->reload_again = true;
		return;
	}
	service_reloading(&s->service);
	if (s->setup->load(s->setup->arg, &next, &errors)) {
		log_line(s->log, LOG_ERROR, NULL,
			"the new configuration is wrong; the old one stays in force");
		warn_lines(s->log, LOG_ERROR, text_str(&errors));
		service_ready(&s->service);
	} else {
		warn_of(s, next);
		warn_of_fixed(s->log, &s->graph.config->server, &next->server);
		atomic_store(&s->log->level, (int)next->server.log_level);
		backlog_set(&s->backlog, &next->server);
		put_in_force(s, next);
	}
	text_free(&errors);
}

static void on_hangup(uv_signal_t *signal, int number)
{
	struct server *s = signal->data;

	(void)number;
	log_line(s->log, LOG_INFO, NULL, "SIGHUP: reloading the configuration");
	if (!s->stopping)
		reload(s);
}

static void is_up(struct server *s)
{
	s->api.ready = true;
	log_line(s->log, LOG_INFO, NULL, "up: %zu camera%s, %zu nodes", s->graph.n_cameras,
		s->graph.n_cameras == 1 ? "" : "s", s->graph.n_nodes);
	tell_of_cameras(s);
	service_ready(&s->service);
	if (s->reload_again) {
		s->reload_again = false;
		reload(s);
	}
}

static void on_up(void *arg, const struct graph_node *failed, int err)
{
	struct server *s = arg;
	char text[256], option[64];

	if (!err) {
		is_up(s);
		return;
	}
	if (failed) {
		node_error(failed->node, text, option);
		log_line(s->log, LOG_ERROR, NULL, "%s: %s%s%s: %s",
			config_origin(failed->config, failed->conf, *option ? option : NULL),
			failed->conf->path, *option ? "." : "", option, *text ? text : strerrordesc_np(-err));
	}
	leave(s, 1);
}

/* States that time alone changes (stalled) are noticed here. */
static void on_watch(uv_timer_t *timer)
{
	struct server *s = timer->data;
	size_t live;
	uint64_t digest = status_digest(&s->graph, &live);

	if (digest != s->digest)
		tell_of_cameras(s);
	service_look(&s->service, live);
	graph_look(&s->graph);
	backlog_look(&s->backlog);
	events_look(&s->events);
	camera_watch_look(&s->graph, &s->events);
	pictures_look(&s->pictures);
	s->digest = digest;
}

static void init_handles(struct server *s)
{
	uv_loop_t *uv = &s->loop.uv;

	uv_signal_init(uv, &s->term);
	uv_signal_init(uv, &s->interrupt);
	uv_signal_init(uv, &s->hangup);
	uv_timer_init(uv, &s->deadline);
	uv_timer_init(uv, &s->watch);
	s->term.data = s->interrupt.data = s->hangup.data = s->deadline.data = s->watch.data = s;
	uv_signal_start(&s->term, on_signal, SIGTERM);
	uv_signal_start(&s->interrupt, on_signal, SIGINT);
	uv_signal_start(&s->hangup, on_hangup, SIGHUP);
	uv_timer_start(&s->watch, on_watch, WATCH_MS, WATCH_MS);
}

static void init_world(struct server *s)
{
	backlog_init(&s->backlog, &s->setup->config->server, s->log);
	s->world.loop = &s->loop;
	s->world.host = &node_host;
	s->world.budget = &s->backlog.budget;
	s->world.wall_told_ns = &s->wall_told_ns;
	s->world.shm_bytes = &s->shm_bytes;
	s->world.log = s->log;
	s->world.find_camera = find_camera;
	s->world.visit_cameras = visit_cameras;
	s->world.request = request;
	s->world.changed = on_changed;
	s->world.started = on_started;
	s->world.ended = on_ended;
	s->world.reloaded = on_reloaded;
	s->world.arg = s;
	s->graph.world = &s->world;
	s->graph.on_up = on_up;
	s->graph.on_down = on_down;
	s->graph.arg = s;
	s->tell.fn = on_tell;
	s->world.events = &s->events;
	s->world.sees = sees;
	s->world.identify = identify;
	s->world.authorise = authorise;
}

/* @return 0, or -errno: logged, and nothing runs */
static int begin(struct server *s)
{
	int err = places_new((unsigned)s->setup->config->server.cpu_threads, &s->world.places);

	if (!err) {
		pictures_init(&s->pictures, places_cpu(s->world.places), s->log);
		s->world.quota = &s->pictures.quota;
		warn_of(s, s->setup->config);
		api_set_config(&s->api, s->setup->config);
		err = graph_load(&s->graph, s->setup->config);
	}
	if (err) {
		log_line(s->log, LOG_ERROR, NULL, "cannot start: %s", strerrordesc_np(-err));
		config_free(s->setup->config);
		close_all(s);
	}
	return err;
}

/* All nodes have ended, and only a file that was being sent can still hang: nothing is lost with it. */
static void end_threads(struct server *s)
{
	if (!s->world.places || places_end(s->world.places, clock_mono_ns() + LEAVE_MS * CLOCK_MS))
		return;
	log_line(s->log, LOG_WARN, NULL, "a disk does not answer; leaving without it");
	_exit(s->exit_code);
}

int server_run(const struct server_setup *setup)
{
	struct server *s = calloc(1, sizeof(*s));
	int err = s ? loop_init(&s->loop) : -ENOMEM, exit_code;

	if (err) {
		log_line(setup->log, LOG_ERROR, NULL, "cannot make an event loop: %s", strerrordesc_np(-err));
		config_free(setup->config);
		free(s);
		return 1;
	}
	s->setup = setup;
	s->log = setup->log;
	init_world(s);
	events_init(&s->events, clock_wall_ns());
	graph_init(&s->graph);
	if (api_init(&s->api, &s->graph, &s->events, s->log, clock_mono_ns()))
		log_line(s->log, LOG_WARN, NULL, "the system gives no random numbers: logins are slow");
	init_handles(s);
	service_init(&s->service, &s->loop, &s->graph);
	if (begin(s))
		s->exit_code = 1;
	uv_run(&s->loop.uv, UV_RUN_DEFAULT);
	pictures_close(&s->pictures);
	end_threads(s);
	places_free(s->world.places);
	if (s->world.quota)
		pictures_destroy(&s->pictures);
	backlog_destroy(&s->backlog);
	if (loop_destroy(&s->loop))
		log_line(setup->log, LOG_ERROR, NULL, "a handle was left open on the event loop");
	api_destroy(&s->api);
	events_destroy(&s->events);
	exit_code = s->exit_code;
	free(s);
	return exit_code;
}
