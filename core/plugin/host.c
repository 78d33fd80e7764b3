/* SPDX-License-Identifier: MIT */
#include "core/plugin/host.h"

#include "core/media/buf.h"
#include "core/plugin/abi.h"
#include "core/plugin/cam_node.h"
#include "core/plugin/clock_news.h"
#include "core/plugin/file.h"
#include "core/plugin/handling.h"
#include "core/plugin/node_call.h"
#include "core/plugin/node_end.h"
#include "core/plugin/node_state.h"
#include "core/plugin/stream.h"
#include "core/plugin/subscription.h"
#include "core/plugin/who.h"
#include "lib/clock.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

_Static_assert((int)CAM_ERROR == (int)LOG_ERROR && (int)CAM_DEBUG == (int)LOG_DEBUG, "levels are the log's");

static const char *host_name(struct cam_node *n)
{
	return n->spec.name;
}

static const char *host_camera(struct cam_node *n)
{
	return n->spec.camera ? n->spec.camera->name : NULL;
}

static struct uv_loop_s *host_loop(struct cam_node *n)
{
	return n->spec.plugin->place == CAM_ON_LOOP ? &n->world->loop->uv : NULL;
}

__attribute__((format(printf, 3, 4))) static void host_log(
	struct cam_node *n, enum cam_level level, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	log_vline(n->world->log, (enum log_level)level, n->spec.name, fmt, ap);
	va_end(ap);
}

__attribute__((format(printf, 4, 5))) static int host_error(
	struct cam_node *n, int err, const char *option, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)node_set_error(n, err, option, fmt, ap);
	va_end(ap);
	return err;
}

static void host_state(struct cam_node *n, enum cam_state state)
{
	if (state == CAM_CONNECTING || state == CAM_LIVE)
		node_set_state(n, state);
	else if (state == CAM_STOPPED && n->on && !atomic_exchange(&n->stop_said, true))
		executor_post(&n->world->loop->executor, &n->stopped);
}

static bool host_stopping(struct cam_node *n)
{
	return atomic_load_explicit(&n->stopping, memory_order_relaxed) ||
	       atomic_load_explicit(&n->failed, memory_order_relaxed);
}

static void host_stat(struct cam_node *n, unsigned stat, int64_t value)
{
	if (n->spec.plugin->stats[stat].kind == CAM_COUNTER)
		atomic_fetch_add_explicit(&n->stats[stat], value, memory_order_relaxed);
	else
		atomic_store_explicit(&n->stats[stat], value, memory_order_relaxed);
}

static void host_tick_at(struct cam_node *n, int64_t monotonic_ns)
{
	node_assert_here(n);
	if (!n->on)
		return;
	n->tick_wanted = monotonic_ns != CAM_NO_TS;
	if (!n->tick_wanted)
		(void)executor_cancel(n->on, &n->tick);
	else
		executor_post_at(n->on, &n->tick, monotonic_ns);
}

static const struct cam_caps *host_caps_new(const struct cam_caps *like)
{
	struct cam_caps caps;

	return abi_read(&abi_caps, &caps, like, like->size) ? NULL : caps_new(&caps);
}

static struct cam_buf *host_buf_new(const struct cam_buf *like, void (*release)(void *arg), void *arg)
{
	const size_t room = sizeof(like->plane) / sizeof(like->plane[0]);
	struct cam_buf buf;

	if (abi_read(&abi_buf, &buf, like, like->size) || buf.n_planes > room)
		return NULL;
	/* Planes that its owner's struct has no room for. */
	for (uint32_t i = 0; i < buf.n_planes; i++)
		if (!buf.plane[i].data)
			return NULL;
	return buf_new(&buf, release, arg);
}

static bool is_packet(const struct cam_node *n, const struct cam_buf *buf)
{
	return n->spec.plugin->kind == CAM_SOURCE && buf->caps && buf->caps->form == CAM_PACKET &&
	       buf->track < CAM_MAX_TRACKS && buf->n_planes == 1 && buf->plane[0].len > 0 &&
	       (buf->track == 0) == (buf->caps->media == CAM_VIDEO);
}

static int host_publish(struct cam_node *n, struct cam_buf *buf)
{
	struct camera *c = n->spec.camera;

	node_assert_here(n);
	if (!is_packet(n, buf))
		return -EINVAL;
	if (buf->track == 0)
		node_set_state(n, CAM_LIVE);
	if (camera_publish(c, n->spec.out, buf) && clock_news_are_due(c))
		clock_news_tell(n);
	return 0;
}

static int host_subscribe(
	struct cam_node *n, const char *camera, const struct cam_want *want, struct cam_sub **ret)
{
	node_assert_here(n);
	return subscription_open(n, camera, want, ret);
}

static void host_unsubscribe(struct cam_node *n, struct cam_sub *sub)
{
	node_assert_here(n);
	if (sub)
		subscription_close(n, sub);
}

static void host_resume(struct cam_node *n, struct cam_sub *sub)
{
	node_assert_here(n);
	link_resume(sub->link);
}

static void *host_user(const struct cam_sub *sub)
{
	return subscription_user(sub);
}

static void host_cameras(struct cam_node *n, void (*visit)(void *, const struct cam_camera *), void *arg)
{
	n->world->visit_cameras(n->world->arg, n, visit, arg);
}

/* ---- events ---- */

static int host_raise(struct cam_node *n, struct cam_event *event)
{
	struct cam_event e;
	int err;

	if (abi_read(&abi_event, &e, event, event->size))
		return -EINVAL;
	e.camera = n->spec.camera ? n->spec.camera->name : e.camera;
	e.node = n->spec.name;
	if (!n->world->events || !e.camera)
		return -ENOENT;
	if (!n->spec.camera && !n->world->sees(n->world->arg, n, e.camera))
		return -ENOENT;
	err = events_raise(n->world->events, n, &e, 0);
	event->id = e.id; /* every version has it */
	return err;
}

/* ---- requests ---- */

/* A question of a node's. The node stays in memory until it is answered, whatever happens to it meanwhile. */
struct asking {
	struct cam_node *node;
	void (*done)(void *arg, struct cam_reply *);
	void *arg;
};

static void refuse(struct cam_reply *reply, int status, const char *text)
{
	*reply = (struct cam_reply){.size = sizeof(*reply), .status = status, .type = "text/plain", .fd = -1};
	reply->data = text;
	reply->len = strlen(text);
}

static void on_answer(void *arg, struct cam_reply *reply)
{
	struct asking a = *(struct asking *)arg;

	free(arg);
	/* Who does not know files reads the descriptor itself; there is no such way around streams. */
	if (reply->file && abi_minor(a.node->spec.plugin) < 2) {
		reply->fd = file_give_fd(reply->file);
		reply->file = NULL;
	} else if (reply->stream && abi_minor(a.node->spec.plugin) < 3) {
		handling_drop_reply(reply);
		refuse(reply, 501, "the plugin that serves this cannot send an answer in pieces\n");
	}
	a.done(a.arg, reply);
	node_unref(a.node);
}

/* @return whether the request can be passed on: *ret is as long as today's */
static bool read_request(struct cam_request *ret, const struct cam_request *asked)
{
	if (abi_read(&abi_request, ret, asked, asked->size) || !ret->method || !ret->path)
		return false;
	ret->size = sizeof(*ret);
	ret->query = ret->query ? ret->query : "";
	ret->tail = ret->camera = "";
	return true;
}

static void host_request(struct cam_node *n, const struct cam_request *asked,
	void (*done)(void *, struct cam_reply *), void *arg)
{
	struct cam_request request;
	struct cam_reply reply;
	bool is_whole = read_request(&request, asked);
	struct asking *a = is_whole ? calloc(1, sizeof(*a)) : NULL;

	if (!a) {
		refuse(&reply, is_whole ? 503 : 400,
			is_whole ? "out of memory\n" : "no request without a method and a path\n");
		done(arg, &reply);
		return;
	}
	*a = (struct asking){node_ref(n), done, arg};
	n->world->request(n->world->arg, &request, on_answer, a);
}

static void host_answer(struct cam_node *n, const struct cam_request *request, const struct cam_reply *reply)
{
	handling_answer(n, request, reply);
}

static void host_ready(struct cam_node *n, const struct cam_request *request)
{
	handling_ready(n, request);
}

static void host_read_stream(
	struct cam_node *n, struct cam_stream *stream, void (*done)(void *, const void *, int64_t), void *arg)
{
	(void)n;
	stream_read(stream, done, arg);
}

static void host_close_stream(struct cam_node *n, struct cam_stream *stream)
{
	(void)n;
	stream_close(stream);
}

/* ---- rights ---- */

static void host_identify(struct cam_node *n, const struct cam_request *asked,
	void (*done)(void *, const struct cam_who *, struct cam_reply *), void *arg)
{
	struct cam_request request;
	struct cam_reply reply;

	if (read_request(&request, asked)) {
		n->world->identify(n->world->arg, &request, done, arg);
		return;
	}
	refuse(&reply, 400, "no request without a method and a path\n");
	done(arg, NULL, &reply);
}

static bool host_authorise(
	struct cam_node *n, const struct cam_who *who, uint32_t right, const char *camera, int64_t wall_ns)
{
	return n->world->authorise(n->world->arg, who, right, camera, wall_ns);
}

/* ---- files, and the rest ---- */

static int host_read_file(struct cam_node *n, struct cam_file *file, int64_t at, void *to, size_t bytes,
	void (*done)(void *, int64_t), void *arg)
{
	(void)n;
	file_read(file, at, to, bytes, done, arg);
	return 0;
}

static void host_close_file(struct cam_node *n, struct cam_file *file)
{
	(void)n;
	file_close(file);
}

static void host_retry_after(struct cam_node *n, int64_t ns)
{
	atomic_store(&n->retry_after_ns, ns);
}

static uint64_t host_shm_bytes(struct cam_node *n)
{
	return n->world->shm_bytes ? atomic_load(n->world->shm_bytes) : 0;
}

const struct cam_host node_host = {
	.size = sizeof(node_host),
	.abi = CAM_ABI,
	.name = host_name,
	.camera = host_camera,
	.loop = host_loop,
	.log = host_log,
	.error = host_error,
	.state = host_state,
	.fail = node_fail,
	.stopping = host_stopping,
	.stat = host_stat,
	.post = node_call,
	.tick_at = host_tick_at,
	.caps_new = host_caps_new,
	.caps_ref = caps_ref,
	.caps_unref = caps_unref,
	.buf_new = host_buf_new,
	.buf_ref = buf_ref,
	.buf_unref = buf_unref,
	.publish = host_publish,
	.subscribe = host_subscribe,
	.unsubscribe = host_unsubscribe,
	.resume = host_resume,
	.cameras = host_cameras,
	.request = host_request,
	.retry_after = host_retry_after,
	.user = host_user,
	.read_file = host_read_file,
	.close_file = host_close_file,
	.shm_bytes = host_shm_bytes,
	.raise = host_raise,
	.answer = host_answer,
	.ready = host_ready,
	.read_stream = host_read_stream,
	.close_stream = host_close_stream,
	.identify = host_identify,
	.authorise = host_authorise,
	.who_ref = who_ref,
	.who_unref = who_unref,
	.who_name = who_name,
};
