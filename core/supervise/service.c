/* SPDX-License-Identifier: MIT */
#include "core/supervise/service.h"

#include "core/api/status.h"
#include "core/config/option/option.h"
#include "lib/clock.h"

#include <stdlib.h>
#include <string.h>

#define SILENT (10 * CLOCK_SECOND)

struct service_camera {
	const struct camera *camera; /* only compared: it may be gone */
	uint64_t packets;
	int64_t moved_ns; /* when it last published, or was not live */
};

/* ---- the watchdog ---- */

/* How long a live source may be silent by its own configuration. */
static int64_t may_be_silent_ns(const struct config_node *conf)
{
	const struct cam_opt *o = option_find(conf->plugin->options, "stall_timeout");

	if (!o || o->type != CAM_TIME)
		return SILENT;
	return *(const int64_t *)(const void *)((const char *)conf->config + o->offset);
}

/* The lists are compared side by side while the configuration is the same; after a reload each begins anew. */
static const struct service_camera *seen_before(
	const struct service *s, size_t at, const struct camera *camera)
{
	return at < s->n_cameras && s->cameras[at].camera == camera ? &s->cameras[at] : NULL;
}

/* @return whether the camera's source hangs; *ret is what to compare with next time */
static bool look_at(const struct service *s, size_t at, struct service_camera *ret)
{
	const struct graph_node *source = graph_source(s->graph, at);
	struct camera *camera = s->graph->cameras[at];
	const struct service_camera *before = seen_before(s, at, camera);
	int64_t now = clock_mono_ns();

	*ret = (struct service_camera){camera, atomic_load(&camera->meter.packets), now};
	if (!source || node_state(source->node) != CAM_LIVE || !before || before->packets != ret->packets)
		return false;
	ret->moved_ns = before->moved_ns;
	return now - ret->moved_ns > may_be_silent_ns(source->conf) + s->notify.watchdog_ns / 2;
}

/* @return the camera whose source hangs, NULL: all get on */
static const struct camera *hanging(struct service *s)
{
	const struct graph *g = s->graph;
	struct service_camera *cameras = calloc(g->n_cameras + 1, sizeof(*cameras));
	const struct camera *found = NULL;

	if (!cameras)
		return NULL; /* nothing is known, and a restart would not make memory */
	for (size_t i = 0; i < g->n_cameras; i++)
		if (look_at(s, i, &cameras[i]) && !found)
			found = g->cameras[i];
	free(s->cameras);
	s->cameras = cameras;
	s->n_cameras = g->n_cameras;
	return found;
}

static void on_feed(uv_timer_t *timer)
{
	struct service *s = timer->data;
	const struct camera *camera = hanging(s);

	if (!camera)
		notify_send(&s->notify, "WATCHDOG=1");
	else if (!s->hangs)
		log_line(s->graph->world->log, LOG_ERROR, camera->name,
			"its source says that it is live and publishes nothing: it hangs, and the watchdog "
			"is not fed");
	s->hangs = camera != NULL;
}

/* ---- what is told ---- */

void service_init(struct service *s, struct loop *loop, const struct graph *graph)
{
	int err = notify_init(&s->notify);

	s->graph = graph;
	uv_timer_init(&loop->uv, &s->feed);
	s->feed.data = s;
	if (err)
		log_line(graph->world->log, LOG_WARN, NULL,
			"NOTIFY_SOCKET cannot be used (%s): it must be a path or @name; the supervisor is "
			"told nothing",
			strerrordesc_np(-err));
}

void service_ready(struct service *s)
{
	uint64_t half_ms = (uint64_t)(s->notify.watchdog_ns / 2 / CLOCK_MS);

	size_t live;

	notify_send(&s->notify, "READY=1");
	(void)status_digest(s->graph, &live);
	service_look(s, live);
	if (s->notify.watchdog_ns && !uv_is_active((const uv_handle_t *)&s->feed))
		uv_timer_start(&s->feed, on_feed, 0, half_ms ? half_ms : 1);
}

void service_reloading(struct service *s)
{
	notify_send(&s->notify, "RELOADING=1\nMONOTONIC_USEC=%lld", (long long)(clock_mono_ns() / 1000));
}

void service_look(struct service *s, size_t live)
{
	size_t n = s->graph->n_cameras;
	char text[sizeof(s->status)];

	if (s->notify.fd < 0)
		return;
	snprintf(text, sizeof(text), "%zu of %zu camera%s live", live, n, n == 1 ? "" : "s");
	if (!strcmp(text, s->status))
		return;
	memcpy(s->status, text, sizeof(text));
	notify_send(&s->notify, "STATUS=%s", text);
}

void service_stopping(struct service *s)
{
	notify_send(&s->notify, "STOPPING=1\nSTATUS=finishing files");
	uv_timer_stop(&s->feed);
}

void service_close(struct service *s)
{
	uv_close((uv_handle_t *)&s->feed, NULL);
	notify_close(&s->notify);
	free(s->cameras);
	s->cameras = NULL;
	s->n_cameras = 0;
}
