/* SPDX-License-Identifier: MIT */
#include "tests/unit/node_world.h"

#include "lib/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A test's CHECK is its own file's. */
#define MUST(cond) ((cond) ? (void)0 : (printf("Bail out! %s\n", #cond), abort()))

void world_stop(struct world *w)
{
	for (int i = 0; i < 2; i++)
		if (w->nodes[i])
			node_stop(w->nodes[i]);
}

static void on_started(void *arg, struct cam_node *node, int err)
{
	struct world *w = arg;

	(void)node;
	w->started += !err;
	w->start_errors += !!err;
	if (w->started + w->start_errors == w->stop_after)
		world_stop(w);
}

static void on_ended(void *arg, struct cam_node *node, int err)
{
	struct world *w = arg;

	(void)node;
	if (err)
		w->lost = err;
	if (w->flow)
		*w->ret_dropped = atomic_load(&w->flow->dropped);
	w->ended++;
	if (w->ended == (w->nodes[0] != NULL) + (w->nodes[1] != NULL)) {
		uv_close((uv_handle_t *)&w->deadline, NULL);
		for (int i = 0; i < 2; i++)
			node_free(w->nodes[i]);
		loop_close(&w->loop);
	}
}

static void on_changed(void *arg, struct cam_node *node)
{
	(void)arg;
	(void)node;
}

static void on_deadline(uv_timer_t *timer)
{
	struct world *w = timer->data;

	w->late = true;
	world_stop(w);
}

/* libuv opens a pipe for signals with its first loop and keeps it. */
__attribute__((constructor)) static void warm_up(void)
{
	uv_loop_t loop;

	uv_loop_init(&loop);
	uv_loop_close(&loop);
}

void world_set_up(struct world *w)
{
	memset(w, 0, sizeof(*w));
	budget_init(&w->budget, UINT64_MAX);
	w->log_fd = dup(STDOUT_FILENO);
	log_init(&w->log, w->log_fd, LOG_ERROR);
	MUST(loop_init(&w->loop) == 0);
	w->node = (struct node_world){.loop = &w->loop,
		.host = &node_host,
		.log = &w->log,
		.changed = on_changed,
		.started = on_started,
		.ended = on_ended,
		.arg = w};
	MUST(places_new(2, &w->node.places) == 0);
	w->camera = camera_new("cam", places_cpu(w->node.places), &w->budget);
	w->port = w->camera->port;
	uv_timer_init(&w->loop.uv, &w->deadline);
	w->deadline.data = w;
}

void world_add(struct world *w, int i, const struct cam_plugin *plugin, const void *config)
{
	struct node_spec spec = {.name = plugin->name,
		.plugin = plugin,
		.config = config,
		.folder = "/tmp",
		.camera = w->camera,
		.out = plugin->kind == CAM_SOURCE ? w->port : NULL};

	MUST(node_new(&w->node, &spec, &w->nodes[i]) == 0);
}

static void run_to_end(struct world *w)
{
	uv_run(&w->loop.uv, UV_RUN_DEFAULT);
	camera_unref(w->camera);
	places_free(w->node.places);
	budget_destroy(&w->budget);
	MUST(loop_destroy(&w->loop) == 0);
	close(w->log_fd);
}

void world_run(struct world *w, uint64_t ms)
{
	uv_timer_start(&w->deadline, on_deadline, ms, 0);
	run_to_end(w);
}

static void on_look(uv_timer_t *timer)
{
	struct world *w = timer->data;

	if (*w->goal >= w->goal_is || uv_now(&w->loop.uv) >= w->give_up) {
		w->late = *w->goal < w->goal_is;
		world_stop(w);
		uv_timer_stop(timer);
	}
}

bool world_run_until(struct world *w, const atomic_int *counter, int value)
{
	w->goal = counter;
	w->goal_is = value;
	w->give_up = uv_now(&w->loop.uv) + 20000;
	uv_timer_start(&w->deadline, on_look, 1, 1);
	run_to_end(w);
	return !w->late;
}
