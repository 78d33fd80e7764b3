/* SPDX-License-Identifier: MIT */
/* One life of the server: its graph, what nodes ask of it, and a driver that reloads and stops it at random. */
#include "tests/stress/stress.h"

#include "core/api/api.h"
#include "core/api/status.h"
#include "core/app/pictures.h"
#include "core/graph/graph_down.h"
#include "core/graph/graph_load.h"
#include "core/graph/graph_up.h"
#include "core/plugin/host.h"
#include "lib/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* A graph that takes longer to end hangs; the alarm is for a loop that does. */
enum { HANGS_MS = 60000, ALARM_S = 120, LOOK_MS = 2 };

struct world {
	struct loop loop;
	struct node_world node;
	struct budget budget;
	struct pictures pictures;
	struct graph graph;
	struct api api;
	struct events events;
	struct log log;
	struct plan plan;
	struct rnd *rnd;
	uv_timer_t drive, deadline;
	int64_t stop_at_ns;
	uint64_t digest;
	bool stopping, closed;
};

/* ---- what nodes ask of the world: as the server does ---- */

static struct camera *find_camera(void *arg, const struct cam_node *node, const char *name)
{
	struct world *w = arg;

	return graph_find_camera(&w->graph, node, name);
}

static void visit_cameras(void *arg, const struct cam_node *node,
	void (*visit)(void *, const struct cam_camera *), void *visit_arg)
{
	struct world *w = arg;

	for (size_t i = 0; i < w->graph.n_cameras; i++) {
		struct cam_camera status;
		char error[STATUS_ERROR_BYTES];

		if (!graph_sees(node, w->graph.cameras[i]->name))
			continue;
		status_read(&w->graph, i, &status, error);
		visit(visit_arg, &status);
	}
}

static void request(
	void *arg, const struct cam_request *r, void (*done)(void *, struct cam_reply *), void *done_arg)
{
	struct world *w = arg;

	api_request(&w->api, r, done, done_arg);
}

static void identify(void *arg, const struct cam_request *r,
	void (*done)(void *, const struct cam_who *, struct cam_reply *), void *done_arg)
{
	struct world *w = arg;

	api_identify(&w->api, r, done, done_arg);
}

static bool authorise(
	void *arg, const struct cam_who *who, uint32_t right, const char *camera, int64_t wall_ns)
{
	struct world *w = arg;

	return users_authorise(&w->api.users, who, right, camera, wall_ns);
}

static bool sees(void *arg, const struct cam_node *node, const char *camera)
{
	struct world *w = arg;
	bool is;

	pthread_mutex_lock(&w->graph.lock);
	is = graph_sees(node, camera);
	pthread_mutex_unlock(&w->graph.lock);
	return is;
}

static void tell_of_cameras(struct world *w)
{
	size_t n;
	struct graph_node *const *nodes = graph_nodes_of(&w->graph, GRAPH_NO_CAMERA, &n);

	for (size_t i = 0; i < n; i++)
		node_tell_changed(nodes[i]->node);
}

static void on_changed(void *arg, struct cam_node *node)
{
	(void)node;
	tell_of_cameras(arg);
}

static void on_started(void *arg, struct cam_node *node, int err)
{
	struct world *w = arg;

	graph_node_started(&w->graph, node, err);
}

static void on_reloaded(void *arg, struct cam_node *node)
{
	struct world *w = arg;

	graph_node_reloaded(&w->graph, node);
}

/* What has passed is what was taken; what is missing was dropped; nothing waits any more. */
static void check_flow(const struct cam_node *node)
{
	const struct link_flow *flow = node_flow(node);
	unsigned long long passed = atomic_load(&flow->passed), dropped = atomic_load(&flow->dropped);
	int64_t taken = node_stat(node, STAT_TAKEN), missed = node_stat(node, STAT_MISSED);

	if (atomic_load(&flow->waiting))
		stress_fail("%s has ended and items wait for it", node_name(node));
	if (passed != (unsigned long long)taken)
		stress_fail("%s has taken %lld items, and %llu are counted", node_name(node),
			(long long)taken, passed);
	if (dropped < (unsigned long long)missed)
		stress_fail("%s misses %lld packets, and %llu are counted", node_name(node),
			(long long)missed, dropped);
}

static void on_ended(void *arg, struct cam_node *node, int err)
{
	struct world *w = arg;

	(void)err;
	check_flow(node);
	graph_node_ended(&w->graph, node);
}

/* ---- leaving ---- */

static void on_down(void *arg)
{
	struct world *w = arg;

	if (w->closed)
		stress_fail("the graph is down twice");
	w->closed = true;
	uv_close((uv_handle_t *)&w->drive, NULL);
	uv_close((uv_handle_t *)&w->deadline, NULL);
	readers_close(1);
	api_close(&w->api);
	graph_free(&w->graph);
	loop_close(&w->loop);
}

static void on_deadline(uv_timer_t *timer)
{
	struct world *w = timer->data;

	w->log.fd = STDOUT_FILENO;
	(void)graph_leave_hanging(&w->graph);
	stress_fail("the graph does not end");
}

static void leave(struct world *w)
{
	if (w->stopping)
		return;
	w->stopping = true;
	uv_timer_stop(&w->drive);
	uv_timer_start(&w->deadline, on_deadline, HANGS_MS, 0);
	graph_stop(&w->graph);
}

/* ---- coming up, and reloading ---- */

static void on_up(void *arg, const struct graph_node *failed, int err)
{
	struct world *w = arg;

	if (err && !failed)
		stress_fail("a configuration cannot be brought into force: %d", err);
	w->api.ready = !err;
	if (err)
		leave(w);
	else
		tell_of_cameras(w);
}

static void reload(struct world *w)
{
	struct config *config;

	if (w->graph.next || w->graph.coming_up || !w->graph.up)
		return;
	plan_change(&w->plan, w->rnd);
	stress_did(DID_RELOAD);
	config = plan_config(&w->plan);
	if (graph_load(&w->graph, config))
		stress_fail("a reload is refused");
	api_set_config(&w->api, config);
}

static void look(struct world *w)
{
	size_t live;
	uint64_t digest = status_digest(&w->graph, &live);

	if (digest != w->digest)
		tell_of_cameras(w);
	pictures_look(&w->pictures);
	events_look(&w->events);
	readers_close(8);
	w->digest = digest;
}

static void on_drive(uv_timer_t *timer)
{
	struct world *w = timer->data;

	alarm(ALARM_S);
	if (clock_mono_ns() >= w->stop_at_ns)
		leave(w);
	else if (rnd_once_in(w->rnd, stress.leaning.reload_once_in))
		reload(w);
	else if (rnd_once_in(w->rnd, 16))
		look(w);
}

static void init(struct world *w, struct rnd *rnd)
{
	int err = loop_init(&w->loop);

	if (!err)
		err = places_new(1 + rnd_below(rnd, 4), &w->node.places);
	if (err)
		stress_fail("no loop or no threads: %d", err);
	stress.loop_thread = pthread_self();
	w->rnd = rnd;
	log_init(&w->log, open("/dev/null", O_WRONLY | O_CLOEXEC), LOG_DEBUG);
	w->node.loop = &w->loop;
	w->node.log = &w->log;
	w->node.budget = &w->budget;
	/* Often too little. */
	budget_init(&w->budget, rnd_once_in(rnd, 2) ? 1 << 30 : rnd_below(rnd, 100000));
	pictures_init(&w->pictures, places_cpu(w->node.places), &w->log);
	w->node.quota = &w->pictures.quota;
	w->node.host = &node_host;
	w->node.find_camera = find_camera;
	w->node.visit_cameras = visit_cameras;
	w->node.request = request;
	w->node.changed = on_changed;
	w->node.started = on_started;
	w->node.ended = on_ended;
	w->node.reloaded = on_reloaded;
	w->node.arg = w;
	w->graph.world = &w->node;
	w->graph.on_up = on_up;
	w->graph.on_down = on_down;
	w->graph.arg = w;
	w->node.events = &w->events;
	w->node.sees = sees;
	w->node.identify = identify;
	w->node.authorise = authorise;
	events_init(&w->events, clock_wall_ns());
	if (api_init(&w->api, &w->graph, &w->events, &w->log, clock_mono_ns()))
		stress_fail("no random numbers");
	graph_init(&w->graph);
	uv_timer_init(&w->loop.uv, &w->drive);
	uv_timer_init(&w->loop.uv, &w->deadline);
	w->drive.data = w->deadline.data = w;
}

/* Nothing is left of a life. */
static void check_gone(struct world *w)
{
	if (loop_destroy(&w->loop))
		stress_fail("a handle was left open on the loop");
	api_destroy(&w->api);
	if (atomic_load(&w->budget.total))
		stress_fail("%llu bytes wait for nobody", atomic_load(&w->budget.total));
	if (atomic_load(&stress.actors))
		stress_fail("%d nodes were not destroyed", atomic_load(&stress.actors));
	if (atomic_load(&stress.packets))
		stress_fail("%d packets were not released", atomic_load(&stress.packets));
	if (atomic_load(&stress.replies))
		stress_fail("%d replies were not released", atomic_load(&stress.replies));
	if (w->events.n_open)
		stress_fail("%zu events go on", w->events.n_open);
	if (atomic_load(&stress.requests))
		stress_fail("%d requests were not answered", atomic_load(&stress.requests));
	events_destroy(&w->events);
}

static struct leaning random_leaning(struct rnd *r)
{
	static const unsigned once_in[] = {1, 2, 8, 32};

	return (struct leaning){.reload_once_in = once_in[rnd_below(r, 4)],
		.pictures_in_8 = 1 + rnd_below(r, 7),
		.cameras = 1 + rnd_below(r, PLAN_CAMERAS),
		.slots = 1 + rnd_below(r, SLOTS),
		.tick_us = 1000u << rnd_below(r, 5),
		.calm = rnd_once_in(r, 3),
		.consumers = rnd_once_in(r, 2)};
}

void round_run(struct rnd *rnd, int64_t ns)
{
	struct world w = {0};

	stress.round++;
	stress.leaning = random_leaning(rnd);
	memset(stress.turns, 0, sizeof(stress.turns));
	init(&w, rnd);
	w.stop_at_ns = clock_mono_ns() + ns;
	plan_make(&w.plan, rnd);
	uv_timer_start(&w.drive, on_drive, 1, LOOK_MS);
	if (graph_load(&w.graph, plan_config(&w.plan)))
		stress_fail("the first configuration is refused");
	uv_run(&w.loop.uv, UV_RUN_DEFAULT);
	pictures_close(&w.pictures);
	places_free(w.node.places);
	pictures_destroy(&w.pictures);
	check_gone(&w);
	budget_destroy(&w.budget);
	close(w.log.fd);
	stress_did(DID_ROUND);
}
