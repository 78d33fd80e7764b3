/* SPDX-License-Identifier: MIT */
#include "conn.h"
#include "server.h"
#include "viewer.h"
#include "ws.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* How exactly what waits for its time is on time. */
enum { PACE_MS = 25 };

void server_stat(struct server *s, unsigned stat, int64_t value)
{
	s->host->stat(s->node, stat, value);
}

uint64_t server_owner(struct server *s)
{
	return ++s->last_owner;
}

struct cam_want server_want(const struct server *s, uint64_t owner)
{
	return (struct cam_want){.size = sizeof(struct cam_want),
		.form = CAM_JPEG,
		.width = (uint32_t)s->conf->width,
		.height = (uint32_t)s->conf->height,
		.max_fps_num = (uint32_t)s->conf->fps,
		.max_fps_den = 1,
		.quality = (uint32_t)s->conf->quality,
		.owner = owner};
}

static void on_clock(uv_timer_t *timer)
{
	struct server *s = timer->data;
	int64_t now = clock_mono_ns();

	conns_check(s, now);
	viewers_check(s, now);
	ws_forget_picture(s->ws);
	limit_tell(s, now);
	if (s->n_viewers)
		server_push_cameras(s);
	if (!s->n_conns)
		uv_timer_stop(timer);
}

void server_count(struct server *s, int change)
{
	s->n_conns = (unsigned)((int)s->n_conns + change);
	server_stat(s, STAT_CONNECTIONS, s->n_conns);
	server_stat(s, STAT_VIEWERS, s->n_viewers);
	if (!s->stopping && !uv_is_active((uv_handle_t *)&s->clock))
		uv_timer_start(&s->clock, on_clock, 1000, 1000);
}

void server_released(struct server *s)
{
	if (--s->pending || !s->stopping)
		return;
	s->host->state(s->node, CAM_STOPPED);
}

static void on_push(uv_timer_t *timer)
{
	struct server *s = timer->data;

	if (s->cameras_dirty)
		server_push_cameras(s);
}

void server_push_cameras(struct server *s)
{
	s->cameras_dirty = true;
	if (s->stopping || uv_is_active((uv_handle_t *)&s->push))
		return;
	s->cameras_dirty = false;
	uv_timer_start(&s->push, on_push, 250, 0);
	viewers_tell_cameras(s);
	viewers_take_up(s);
}

static void on_pace(uv_timer_t *timer)
{
	struct server *s = timer->data;

	if (viewers_go_on(s, clock_mono_ns()))
		uv_timer_stop(timer);
}

void server_pace(struct server *s)
{
	if (!s->stopping && !uv_is_active((uv_handle_t *)&s->pace))
		uv_timer_start(&s->pace, on_pace, PACE_MS, PACE_MS);
}

static void on_closed(uv_handle_t *handle)
{
	server_released(handle->data);
}

static void close_timer(uv_timer_t *timer)
{
	uv_close((uv_handle_t *)timer, on_closed);
}

static void open_timer(struct server *s, uv_timer_t *timer)
{
	uv_timer_init(s->loop, timer);
	timer->data = s;
	s->pending++;
}

static int create(struct cam_node *node, const struct cam_host *host, const void *conf, void **ret_self)
{
	struct server *s = calloc(1, sizeof(*s));

	if (!s)
		return -ENOMEM;
	s->node = node;
	s->host = host;
	s->conf = conf;
	s->loop = host->loop(node);
	list_init(&s->conns);
	list_init(&s->viewers);
	*ret_self = s;
	return 0;
}

static void stop(void *self)
{
	struct server *s = self;

	s->stopping = true;
	s->pending++; /* so that STOPPED comes after all of this */
	listen_close(s);
	conns_close(s);
	ws_close(s->ws);
	close_timer(&s->clock);
	close_timer(&s->push);
	close_timer(&s->pace);
	server_released(s);
}

/* Half of the process's descriptors stay for cameras and recordings (fault P4). */
static void limit_connections(struct server *s)
{
	struct rlimit limit;

	s->max_conns = (unsigned)s->conf->max_connections;
	if (getrlimit(RLIMIT_NOFILE, &limit) || limit.rlim_cur / 2 >= s->max_conns)
		return;
	s->max_conns = (unsigned)(limit.rlim_cur / 2);
	s->host->log(s->node, CAM_INFO,
		"at most %u connections, half of the open files that are allowed; raise that limit (ulimit "
		"-n) for more",
		s->max_conns);
}

/* What can fail comes before what only libuv can let go of again, since a failed start() has no stop(). */
static int start(void *self)
{
	struct server *s = self;
	int fd = listen_bind(s), err;

	if (fd < 0)
		return fd;
	limit_connections(s);
	err = ws_open(s, &s->ws);
	if (err) {
		close(fd);
		return s->host->error(s->node, err, NULL,
			"libwebsockets does not start; install the package libwebsockets-evlib-uv");
	}
	open_timer(s, &s->clock);
	open_timer(s, &s->push);
	open_timer(s, &s->pace);
	listen_start(s, fd);
	return 0;
}

static void destroy(void *self)
{
	struct server *s = self;

	text_free(&s->cameras);
	free(s);
}

static void changed(void *self)
{
	struct server *s = self;

	if (s->ws)
		server_push_cameras(s);
}

/* Who is connected stays; what viewers did not say is the option's, the new one from now on. */
static int reload(void *self, const void *conf)
{
	struct server *s = self;

	s->conf = conf;
	limit_connections(s);
	viewers_adapt(s);
	feeds_adapt(s);
	return 0;
}

static const struct cam_opt options[] = {
	{"listen", CAM_STRING, CAM_LISTEN, CAM_STRING_AT(struct ws_view_conf, listen), "127.0.0.1:5000", 0, 0,
		NULL, NULL,
		"Address and port to serve on: 127.0.0.1:5000, 0.0.0.0:5000, [::]:5000, or :5000 for all."},
	{"hosts", CAM_STRING, CAM_RELOADABLE, CAM_STRING_AT(struct ws_view_conf, hosts), "", 0, 0, NULL, NULL,
		"Names, separated by commas, under which browsers may ask, besides IP addresses and "
		"localhost."},
	{"width", CAM_INT, CAM_RELOADABLE, CAM_INT_AT(struct ws_view_conf, width), "896", 16, 3840, "pixels",
		NULL, "Width of pictures when the viewer does not say."},
	{"height", CAM_INT, CAM_RELOADABLE, CAM_INT_AT(struct ws_view_conf, height), "512", 16, 2160,
		"pixels", NULL, "Height of pictures when the viewer does not say."},
	{"fps", CAM_INT, CAM_RELOADABLE, CAM_INT_AT(struct ws_view_conf, fps), "10", 1, 60, "frames/s", NULL,
		"Most pictures a second when the viewer does not say."},
	{"quality", CAM_INT, CAM_RELOADABLE, CAM_INT_AT(struct ws_view_conf, quality), "60", 1, 100, NULL,
		NULL, "JPEG quality when the viewer does not say."},
	{"max_connections", CAM_INT, CAM_RELOADABLE, CAM_INT_AT(struct ws_view_conf, max_connections), "1000",
		1, 100000, NULL, NULL, "Most connections at a time; further ones are answered 503."},
	{0}};

static const struct cam_stat stats[] = {{"connections", CAM_GAUGE, "Open connections."},
	{"viewers", CAM_GAUGE, "Open WebSockets."}, {"pictures", CAM_COUNTER, "Pictures sent."},
	{"bytes", CAM_COUNTER, "Bytes of pictures sent."},
	{"refused", CAM_COUNTER, "Requests and connections that were refused."},
	{"closed_slow", CAM_COUNTER, "Connections closed because their reader was too slow."},
	{"tiles_refused", CAM_COUNTER,
		"Tiles of which viewers were told that they are not, or not quite, as wished."},
	{"views_passed", CAM_COUNTER, "Views that were passed over, since a newer one came too soon."},
	{"held", CAM_COUNTER, "Times that reading from a viewer was held up, since it said too much."}, {0}};

const struct cam_plugin cam_plugin_1 = {
	.abi = CAM_ABI,
	.size = sizeof(struct cam_plugin),
	.kind = CAM_SINK,
	.place = CAM_ON_LOOP,
	.name = "ws_view",
	.version = "1.0.0",
	.summary = "Web server: the viewer page, a WebSocket for its pictures, MJPEG, snapshots and the API.",
	.options = options,
	.config_size = sizeof(struct ws_view_conf),
	.stats = stats,
	.routes = ws_view_routes,
	.create = create,
	.start = start,
	.stop = stop,
	.destroy = destroy,
	.consume = taker_consume,
	.changed = changed,
	.operations = ws_view_operations,
	.refused = taker_refused,
	.gone = taker_gone,
	.reload = reload,
};
