/* SPDX-License-Identifier: MIT */
#include "tests/plugin/fake_host.h"

#include "core/base/log.h"
#include "core/media/buf.h"
#include "core/plugin/who.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* struct cam_node and cam_sub are the fake's own structs under the ABI's opaque names. */
static struct fake *of(struct cam_node *node)
{
	return (struct fake *)(void *)node;
}

static const char *host_name(struct cam_node *node)
{
	return of(node)->plugin->name;
}

static const char *host_camera(struct cam_node *node)
{
	return of(node)->camera;
}

static struct uv_loop_s *host_loop(struct cam_node *node)
{
	return of(node)->loop;
}

__attribute__((format(printf, 3, 4))) static void host_log(
	struct cam_node *node, enum cam_level level, const char *fmt, ...)
{
	char *log = of(node)->log;
	size_t n = strlen(log), room = sizeof(of(node)->log) - n;
	va_list ap;

	n += (size_t)snprintf(log + n, room, "%s ", log_level_name((enum log_level)level));
	if (n + 2 >= sizeof(of(node)->log))
		return;
	va_start(ap, fmt);
	vsnprintf(log + n, sizeof(of(node)->log) - n - 1, fmt, ap);
	va_end(ap);
	strcat(log, "\n");
}

__attribute__((format(printf, 4, 5))) static int host_error(
	struct cam_node *node, int err, const char *option, const char *fmt, ...)
{
	struct fake *f = of(node);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(f->error, sizeof(f->error), fmt, ap);
	va_end(ap);
	snprintf(f->option, sizeof(f->option), "%s", option ? option : "");
	return err;
}

static void host_state(struct cam_node *node, enum cam_state state)
{
	of(node)->state = state;
}

static void host_fail(struct cam_node *node, int err)
{
	of(node)->failed = err;
}

static bool host_stopping(struct cam_node *node)
{
	return __atomic_load_n(&of(node)->stopping, __ATOMIC_RELAXED);
}

static void host_stat(struct cam_node *node, unsigned stat, int64_t value)
{
	struct fake *f = of(node);

	if (f->plugin->stats[stat].kind == CAM_COUNTER)
		f->stats[stat] += value;
	else
		f->stats[stat] = value;
}

static int host_post(struct cam_node *node, void (*fn)(void *, void *), void *arg)
{
	struct fake *f = of(node);

	if (f->n_calls == sizeof(f->calls) / sizeof(f->calls[0]))
		return -ENOMEM;
	f->calls[f->n_calls++] = (struct fake_call){fn, arg};
	return 0;
}

static void host_tick_at(struct cam_node *node, int64_t at)
{
	of(node)->tick_at = at;
}

static int host_publish(struct cam_node *node, struct cam_buf *buf)
{
	struct fake *f = of(node);

	if (f->n_published == FAKE_MAX)
		return -ENOMEM;
	buf->seq = f->n_published;
	f->published[f->n_published++] = buf_ref(buf);
	if (f->on_publish)
		f->on_publish(f, buf);
	return 0;
}

static bool is_unknown(const struct fake *f, const char *camera)
{
	for (const char *const *name = f->no_cameras; camera && name && *name; name++)
		if (!strcmp(*name, camera))
			return true;
	return false;
}

static int host_subscribe(
	struct cam_node *node, const char *camera, const struct cam_want *want, struct cam_sub **ret)
{
	struct fake *f = of(node);
	struct fake_sub *sub = &f->subs[f->n_subs];

	if (f->n_subs == sizeof(f->subs) / sizeof(f->subs[0]))
		return -ENOMEM;
	if (is_unknown(f, camera))
		return -ENOENT;
	sub->want = *want;
	snprintf(sub->camera, sizeof(sub->camera), "%s", camera ? camera : "");
	sub->open = true;
	*ret = fake_sub(f, f->n_subs++);
	return 0;
}

static void host_unsubscribe(struct cam_node *node, struct cam_sub *sub)
{
	(void)node;
	if (sub)
		((struct fake_sub *)(void *)sub)->open = false;
}

static void host_resume(struct cam_node *node, struct cam_sub *sub)
{
	(void)node;
	((struct fake_sub *)(void *)sub)->resumed = true;
}

static void *host_user(const struct cam_sub *sub)
{
	return ((const struct fake_sub *)(const void *)sub)->want.user;
}

static void host_cameras(struct cam_node *node, void (*visit)(void *, const struct cam_camera *), void *arg)
{
	for (size_t i = 0; i < of(node)->n_cameras; i++)
		visit(arg, &of(node)->cameras[i]);
}

static void answer(struct fake *f, const struct cam_request *request,
	void (*done)(void *, struct cam_reply *), void *arg)
{
	struct cam_reply reply = {.size = sizeof(reply), .status = 404, .type = "text/plain", .fd = -1};

	if (f->on_request)
		f->on_request(f, request, &reply);
	if (reply.more) {
		struct cam_stream *stream =
			&f->streams[f->n_streams++ % (sizeof(f->streams) / sizeof(f->streams[0]))];

		*stream = (struct cam_stream){.reply = reply, .is_open = true};
		reply.stream = stream;
	} else if (reply.fd >= 0) {
		struct cam_file *file = &f->files[f->n_files++ % FAKE_FILES];

		*file = (struct cam_file){reply.fd, true};
		reply.file = file;
	}
	done(arg, &reply);
}

static void host_request(struct cam_node *node, const struct cam_request *request,
	void (*done)(void *, struct cam_reply *), void *arg)
{
	struct fake *f = of(node);

	f->asked_done = done;
	f->asked_arg = arg;
	if (!f->is_mute)
		answer(f, request, done, arg);
}

void fake_answer(struct fake *f, const struct cam_request *request)
{
	answer(f, request, f->asked_done, f->asked_arg);
}

static int host_read_file(struct cam_node *node, struct cam_file *file, int64_t at, void *to, size_t bytes,
	void (*done)(void *, int64_t), void *arg)
{
	struct fake *f = of(node);

	if (f->n_reads == FAKE_FILES || !file->open)
		return -ENOMEM;
	f->reads[f->n_reads++] = (struct fake_read){pread(file->fd, to, bytes, at), done, arg};
	return 0;
}

static void host_close_file(struct cam_node *node, struct cam_file *file)
{
	(void)node;
	if (!file)
		return;
	close(file->fd);
	file->open = false;
}

static void host_retry_after(struct cam_node *node, int64_t ns)
{
	of(node)->retry_after_ns = ns;
}

static uint64_t host_shm_bytes(struct cam_node *node)
{
	return of(node)->shm_bytes;
}

static int host_raise(struct cam_node *node, struct cam_event *event)
{
	struct fake *f = of(node);
	struct fake_event *e = &f->events[f->n_events];

	event->id = f->n_events + 1;
	if (f->n_events == sizeof(f->events) / sizeof(f->events[0]))
		return 0;
	f->n_events++;
	e->event = *event;
	snprintf(e->topic, sizeof(e->topic), "%s", event->topic);
	snprintf(e->label, sizeof(e->label), "%s", event->label ? event->label : "");
	snprintf(e->json, sizeof(e->json), "%s", event->json ? event->json : "");
	e->event.topic = e->topic;
	e->event.label = e->label;
	e->event.json = e->json;
	return 0;
}

static bool host_authorise(
	struct cam_node *node, const struct cam_who *who, uint32_t right, const char *camera, int64_t wall_ns)
{
	const struct fake *f = of(node);

	(void)who;
	(void)right;
	for (const char *const *name = f->hidden; name && camera && *name; name++)
		if (!strcmp(*name, camera))
			return false;
	return !f->sees_nothing && (!wall_ns || wall_ns >= f->seen_since_ns);
}

static void identify(
	struct fake *f, void (*done)(void *, const struct cam_who *, struct cam_reply *), void *arg)
{
	static const struct cam_header login[] = {
		{"www-authenticate", "Basic realm=\"cam_server\""}, {NULL, NULL}};
	struct cam_reply refusal = {.size = sizeof(refusal),
		.status = 401,
		.type = "text/plain",
		.data = "log in\n",
		.len = 7,
		.fd = -1,
		.headers = login};

	if (f->wants_login)
		done(arg, NULL, &refusal);
	else
		done(arg, who_new("anna", false, 1), NULL);
}

static void host_identify(struct cam_node *node, const struct cam_request *request,
	void (*done)(void *, const struct cam_who *, struct cam_reply *), void *arg)
{
	struct fake *f = of(node);

	(void)request;
	f->n_identified++;
	f->who_done = done;
	f->who_arg = arg;
	if (!f->is_slow_to_know)
		identify(f, done, arg);
}

void fake_identify(struct fake *f)
{
	identify(f, f->who_done, f->who_arg);
}

static void host_read_stream(struct cam_node *node, struct cam_stream *stream,
	void (*done)(void *, const void *, int64_t), void *arg)
{
	(void)node;
	stream->done = done;
	stream->arg = arg;
}

static void host_close_stream(struct cam_node *node, struct cam_stream *stream)
{
	(void)node;
	if (!stream || !stream->is_open)
		return;
	stream->is_open = false;
	stream->done = NULL;
	stream->reply.release(&stream->reply);
}

void fake_run_streams(struct fake *f)
{
	for (size_t i = 0; i < sizeof(f->streams) / sizeof(f->streams[0]); i++) {
		struct cam_stream *s = &f->streams[i];
		void (*done)(void *, const void *, int64_t) = s->done;
		int64_t n = done ? s->reply.more(s->reply.arg, s->room, sizeof(s->room)) : CAM_AGAIN;

		if (n == CAM_AGAIN)
			continue;
		s->done = NULL;
		done(s->arg, s->room, n);
	}
}

static const struct cam_host host = {
	.size = sizeof(host),
	.abi = CAM_ABI,
	.name = host_name,
	.camera = host_camera,
	.loop = host_loop,
	.log = host_log,
	.error = host_error,
	.state = host_state,
	.fail = host_fail,
	.stopping = host_stopping,
	.stat = host_stat,
	.post = host_post,
	.tick_at = host_tick_at,
	.caps_new = caps_new,
	.caps_ref = caps_ref,
	.caps_unref = caps_unref,
	.buf_new = buf_new,
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
	.read_stream = host_read_stream,
	.close_stream = host_close_stream,
	.identify = host_identify,
	.authorise = host_authorise,
	.who_ref = who_ref,
	.who_unref = who_unref,
	.who_name = who_name,
};

int fake_create(struct fake *f, const struct cam_plugin *plugin, const void *config)
{
	struct cam_why why = {NULL, ""};
	int err;

	f->plugin = plugin;
	f->tick_at = CAM_NO_TS;
	if (!f->camera && plugin->kind != CAM_SINK && plugin->kind != CAM_LISTENER)
		f->camera = "cam";
	err = plugin->check ? plugin->check(config, &why) : 0;
	if (err) {
		snprintf(f->error, sizeof(f->error), "%s", why.text);
		snprintf(f->option, sizeof(f->option), "%s", why.option ? why.option : "");
		return err;
	}
	return plugin->create((struct cam_node *)(void *)f, &host, config, &f->self);
}

void fake_destroy(struct fake *f)
{
	f->plugin->destroy(f->self);
	for (size_t i = 0; i < f->n_published; i++)
		buf_unref(f->published[i]);
	f->n_published = 0;
}

struct cam_sub *fake_sub(struct fake *f, size_t i)
{
	return (struct cam_sub *)(void *)&f->subs[i];
}

int fake_deliver(struct fake *f, size_t i, const struct cam_buf *buf)
{
	return f->plugin->consume(f->self, fake_sub(f, i), buf);
}

void fake_refuse(struct fake *f, size_t i, int err, const char *why)
{
	f->plugin->refused(f->self, fake_sub(f, i), err, why);
}

void fake_gone(struct fake *f, size_t i)
{
	f->plugin->gone(f->self, fake_sub(f, i));
}

void fake_run_calls(struct fake *f)
{
	for (size_t i = 0; i < f->n_calls; i++)
		f->calls[i].fn(f->self, f->calls[i].arg);
	f->n_calls = 0;
}

void fake_run_reads(struct fake *f)
{
	struct fake_read reads[FAKE_FILES];
	size_t n = f->n_reads;

	memcpy(reads, f->reads, n * sizeof(*reads));
	f->n_reads = 0;
	for (size_t i = 0; i < n; i++)
		reads[i].done(reads[i].arg, reads[i].result);
}

struct cam_buf *fake_packet(
	const struct cam_caps *caps, const void *data, size_t len, int64_t ts_ns, uint32_t flags)
{
	struct cam_buf like = {.flags = flags,
		.n_planes = 1,
		.pts_ns = ts_ns,
		.dts_ns = ts_ns,
		.arrival_ns = ts_ns,
		.wall_ns = ts_ns,
		.caps = caps,
		.plane = {{data, len, 0}}};

	return buf_new(&like, NULL, NULL);
}
