/* SPDX-License-Identifier: MIT */
#include "plugins/ws_view/common/taker.h"
#include "plugins/ws_view/http/listen.h"
#include "plugins/ws_view/http/request.h"
#include "plugins/ws_view/operations.h"
#include "plugins/ws_view/routes.h"
#include "plugins/ws_view/view/pictures.h"
#include "plugins/ws_view/view/viewer.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

struct ws_view {
	struct web web;
	struct http http;
	struct viewers viewers; /* and with them the WebSockets */
};

static struct ws_view *of_web(struct web *w)
{
	return chain_entry(w, struct ws_view, web);
}

static void second(struct web *w, int64_t now)
{
	struct ws_view *v = of_web(w);

	request_check_all(&v->http, now);
	viewers_check(&v->viewers, now);
	ws_forget_picture(v->viewers.ws);
	if (w->n_viewers)
		web_push_cameras(w);
}

static void cameras(struct web *w)
{
	viewers_tell_cameras(&of_web(w)->viewers);
	pictures_check(&of_web(w)->http);
}

static bool go_on(struct web *w, int64_t now)
{
	return viewers_go_on(&of_web(w)->viewers, now);
}

static void on_request(struct http *http, struct conn *c)
{
	routes_answer(c, chain_entry(http, struct ws_view, http)->viewers.ws);
}

static int create(struct cam_node *node, const struct cam_host *host, const void *conf, void **ret_self)
{
	static const struct web_ops ops = {second, cameras, go_on};
	struct ws_view *v = calloc(1, sizeof(*v));

	if (!v)
		return -ENOMEM;
	v->web =
		(struct web){.node = node, .host = host, .conf = conf, .ops = &ops, .loop = host->loop(node)};
	v->http.web = &v->web;
	v->http.on_request = on_request;
	chain_init(&v->http.conns);
	viewers_init(&v->viewers, &v->web);
	*ret_self = v;
	return 0;
}

static void stop(void *self)
{
	struct ws_view *v = self;

	v->web.stopping = true;
	v->web.pending++; /* so that STOPPED comes after all of this */
	listen_close(&v->http);
	conn_close_all(&v->http);
	ws_close(v->viewers.ws);
	web_close(&v->web);
	web_released(&v->web);
}

/* Half of the process's descriptors stay for cameras and recordings (fault P4). */
static void limit_connections(struct ws_view *v)
{
	unsigned *max = &v->http.max_conns;
	struct rlimit limit;

	*max = (unsigned)v->web.conf->max_connections;
	if (getrlimit(RLIMIT_NOFILE, &limit) || limit.rlim_cur / 2 >= *max)
		return;
	*max = (unsigned)(limit.rlim_cur / 2);
	v->web.host->log(v->web.node, CAM_INFO,
		"at most %u connections, half of the open files that are allowed; raise that limit (ulimit "
		"-n) for more",
		*max);
}

/* What can fail comes before what only libuv can let go of again, since a failed start() has no stop(). */
static int start(void *self)
{
	struct ws_view *v = self;
	struct web *w = &v->web;
	int fd = listen_bind(w), err;

	if (fd < 0)
		return fd;
	limit_connections(v);
	err = ws_open(w, v->http.max_conns, &viewer_ws_ops, &v->viewers, &v->viewers.ws);
	if (err) {
		close(fd);
		return w->host->error(
			w->node, err, NULL, "libwebsockets does not start: there is too little memory");
	}
	web_open(w);
	listen_start(&v->http, fd);
	return 0;
}

static void destroy(void *self)
{
	struct ws_view *v = self;

	viewers_free(&v->viewers);
	free(v);
}

static int consume(void *self, struct cam_sub *sub, const struct cam_buf *buf)
{
	return taker_consume(&((struct ws_view *)self)->web, sub, buf);
}

static void refused(void *self, struct cam_sub *sub, int err, const char *why)
{
	taker_refused(&((struct ws_view *)self)->web, sub, err, why);
}

static void gone(void *self, struct cam_sub *sub)
{
	taker_gone(&((struct ws_view *)self)->web, sub);
}

static void changed(void *self)
{
	struct ws_view *v = self;

	if (v->viewers.ws)
		web_push_cameras(&v->web);
}

/* Who is connected stays; what viewers did not say is the option's, the new one from now on. */
static int reload(void *self, const void *conf)
{
	struct ws_view *v = self;

	v->web.conf = conf;
	limit_connections(v);
	viewers_adapt(&v->viewers);
	pictures_adapt(&v->http);
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
	.consume = consume,
	.changed = changed,
	.operations = ws_view_operations,
	.refused = refused,
	.gone = gone,
	.reload = reload,
};
