/* SPDX-License-Identifier: MIT */
#include "tests/unit/graph_world.h"

#include "core/api/status.h"
#include "core/config/load.h"
#include "core/plugin/host.h"
#include "lib/clock.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* A test's CHECK is its own file's. */
#define MUST(cond) ((cond) ? (void)0 : (printf("Bail out! %s:%d: %s\n", __FILE__, __LINE__, #cond), abort()))

enum { TURNS = 20000 };

_Atomic(int64_t) graph_ahead_ns;

int __real_clock_gettime(clockid_t id, struct timespec *ret);
int __wrap_clock_gettime(clockid_t id, struct timespec *ret);
int __wrap_clock_gettime(clockid_t id, struct timespec *ret)
{
	int err = __real_clock_gettime(id, ret);
	int64_t ns = (int64_t)ret->tv_sec * CLOCK_SECOND + ret->tv_nsec + graph_ahead_ns;

	if (!err && id == CLOCK_MONOTONIC)
		*ret = (struct timespec){ns / CLOCK_SECOND, ns % CLOCK_SECOND};
	return err;
}

struct config *graph_config(const char *yaml)
{
	struct config_input in = {.text = yaml, .text_name = "test", .plugins = graph_plugins};
	struct config *config = NULL;
	struct text errors = {0};

	if (config_load(&in, &config, &errors))
		printf("Bail out! %s\n", text_str(&errors)), abort();
	text_free(&errors);
	return config;
}

/* ---- what they ask of the world ---- */

static struct camera *find_camera(void *arg, const struct cam_node *node, const char *name)
{
	struct graph_world *w = arg;

	return graph_find_camera(&w->graph, node, name);
}

static void visit_cameras(void *arg, const struct cam_node *node,
	void (*visit)(void *, const struct cam_camera *), void *visit_arg)
{
	struct graph_world *w = arg;

	for (size_t i = 0; i < w->graph.n_cameras; i++) {
		char error[STATUS_ERROR_BYTES];
		struct cam_camera status;

		if (!graph_sees(node, w->graph.cameras[i]->name))
			continue;
		status_read(&w->graph, i, &status, error);
		visit(visit_arg, &status);
	}
}

static void on_changed(void *arg, struct cam_node *node)
{
	(void)arg;
	(void)node;
}

static void on_started(void *arg, struct cam_node *node, int err)
{
	struct graph_world *w = arg;

	graph_node_started(&w->graph, node, err);
}

static void on_reloaded(void *arg, struct cam_node *node)
{
	struct graph_world *w = arg;

	graph_node_reloaded(&w->graph, node);
}

static void on_ended(void *arg, struct cam_node *node, int err)
{
	struct graph_world *w = arg;

	w->lost += !!err;
	if (err)
		graph_count_loss(&w->graph, node_name(node));
	graph_node_ended(&w->graph, node);
}

static void on_up(void *arg, const struct graph_node *failed, int err)
{
	struct graph_world *w = arg;

	w->ups++;
	w->up_err = err;
	snprintf(w->up_failed, sizeof(w->up_failed), "%s", failed ? failed->conf->name : "");
	if (err)
		graph_stop(&w->graph);
}

static void on_down(void *arg)
{
	struct graph_world *w = arg;

	w->downs++;
	uv_close((uv_handle_t *)&w->tick, NULL);
	if (w->on_close)
		w->on_close(w);
	graph_free(&w->graph);
	loop_close(&w->loop);
}

static void on_tick(uv_timer_t *timer)
{
	struct graph_world *w = timer->data;

	if (w->on_tick)
		w->on_tick(w);
}

/* libuv opens a pipe for signals with its first loop and keeps it. */
__attribute__((constructor)) static void warm_up(void)
{
	uv_loop_t loop;

	uv_loop_init(&loop);
	uv_loop_close(&loop);
}

void graph_world_set_up(struct graph_world *w)
{
	int fd = memfd_create("log", MFD_CLOEXEC);

	memset(w, 0, sizeof(*w));
	(void)graph_world_did();
	MUST(fd >= 0 && loop_init(&w->loop) == 0);
	log_init(&w->log, fd, LOG_DEBUG);
	MUST(places_new(1, &w->node.places) == 0);
	budget_init(&w->budget, UINT64_MAX);
	pictures_init(&w->pictures, places_cpu(w->node.places), &w->log);
	w->node.loop = &w->loop;
	w->node.host = &node_host;
	w->node.budget = &w->budget;
	w->node.quota = &w->pictures.quota;
	w->node.log = &w->log;
	w->node.find_camera = find_camera;
	w->node.visit_cameras = visit_cameras;
	w->node.changed = on_changed;
	w->node.started = on_started;
	w->node.ended = on_ended;
	w->node.reloaded = on_reloaded;
	w->node.arg = w;
	w->graph.world = &w->node;
	w->graph.on_up = on_up;
	w->graph.on_down = on_down;
	w->graph.arg = w;
	graph_init(&w->graph);
	uv_timer_init(&w->loop.uv, &w->tick);
	w->tick.data = w;
	uv_timer_start(&w->tick, on_tick, 1, 1);
}

void graph_world_turn(struct graph_world *w)
{
	static int turns;

	MUST(turns++ < TURNS);
	uv_run(&w->loop.uv, UV_RUN_ONCE);
}

void graph_world_settle(struct graph_world *w)
{
	for (int i = 0; i < 20; i++)
		graph_world_turn(w);
}

int graph_world_load(struct graph_world *w, const char *yaml)
{
	int ups = w->ups, err = graph_load(&w->graph, graph_config(yaml));

	MUST(!err);
	GRAPH_UNTIL(w, w->ups > ups);
	return w->up_err;
}

void graph_world_tear_down(struct graph_world *w)
{
	graph_stop(&w->graph);
	uv_run(&w->loop.uv, UV_RUN_DEFAULT);
	pictures_close(&w->pictures);
	places_free(w->node.places);
	pictures_destroy(&w->pictures);
	MUST(loop_destroy(&w->loop) == 0);
	MUST(!graph_actors() && w->downs == 1);
	budget_destroy(&w->budget);
	close(w->log.fd);
	graph_ahead_ns = 0;
}

const char *graph_world_log(struct graph_world *w)
{
	static char text[16384];
	ssize_t n = pread(w->log.fd, text, sizeof(text) - 1, 0);

	MUST(n >= 0 && !ftruncate(w->log.fd, 0) && !lseek(w->log.fd, 0, SEEK_SET));
	text[n] = '\0';
	return text;
}

struct graph_node *graph_world_node(struct graph_world *w, const char *name)
{
	for (size_t i = 0; i < w->graph.n_nodes; i++)
		if (!strcmp(w->graph.nodes[i]->conf->name, name))
			return w->graph.nodes[i];
	return NULL;
}
