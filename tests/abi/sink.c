/* SPDX-License-Identifier: MIT */
/*
 * A sink as it was written for its header, which is one of the frozen ones: pictures and JPEGs of each camera it is
 * told of, on the loop; paths that it answers with memory and with a file; requests of its own.
 */
#include <cam/plugin.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { MAX_CAMERAS = 4 };

struct sink {
	struct cam_node *node;
	const struct cam_host *host;
	struct cam_sub *grey, *jpeg, *sound;
	char camera[64];
	unsigned n_cameras;
};

enum { STAT_GREY, STAT_JPEG, STAT_SOUND, STAT_CAMERAS, STAT_LIVE, STAT_ANSWERS, STAT_RELEASED };

static const struct cam_stat stats[] = {{"grey", CAM_COUNTER, "Pictures."}, {"jpeg", CAM_COUNTER, "JPEGs."},
	{"sound", CAM_COUNTER, "Pieces of sound."}, {"cameras", CAM_GAUGE, "Cameras that it sees."},
	{"live", CAM_GAUGE, "Those that are live."},
	{"answers", CAM_COUNTER, "Requests of its own that were answered well."},
	{"released", CAM_COUNTER, "Answers that were given back."}, {NULL, 0, NULL}};

static int create(struct cam_node *node, const struct cam_host *host, const void *config, void **ret_self)
{
	struct sink *s = calloc(1, sizeof(*s));

	(void)config;
	if (!s)
		return -ENOMEM;
	s->node = node;
	s->host = host;
	*ret_self = s;
	return 0;
}

static int start(void *self)
{
	struct sink *s = self;

	if (!s->host->loop(s->node) || s->host->camera(s->node) || s->host->size < sizeof(*s->host))
		return s->host->error(s->node, -EPROTO, NULL, "this is no host for a sink on the loop");
	s->host->log(s->node, CAM_INFO, "%s has started", s->host->name(s->node));
	return 0;
}

static void stop(void *self)
{
	struct sink *s = self;

	s->host->unsubscribe(s->node, s->grey);
	s->host->unsubscribe(s->node, s->jpeg);
	s->host->unsubscribe(s->node, s->sound);
	s->host->state(s->node, CAM_STOPPED);
}

static void destroy(void *self)
{
	free(self);
}

static int consume(void *self, struct cam_sub *sub, const struct cam_buf *buf)
{
	struct sink *s = self;
	const struct cam_buf *kept = s->host->buf_ref(buf);
	const struct cam_caps *caps = s->host->caps_ref(buf->caps);

	if (sub == s->grey && caps->codec == CAM_GREY && caps->width == 16)
		s->host->stat(s->node, STAT_GREY, 1);
	if (sub == s->jpeg && kept->plane[0].len > 2 && kept->plane[0].data[0] == 0xFF)
		s->host->stat(s->node, STAT_JPEG, 1);
	if (sub == s->sound && caps->codec == CAM_PCMU)
		s->host->stat(s->node, STAT_SOUND, 1);
	s->host->caps_unref(caps);
	s->host->buf_unref(kept);
	return 0;
}

static void on_camera(void *arg, const struct cam_camera *camera)
{
	struct sink *s = arg;

	s->n_cameras++;
	s->host->stat(s->node, STAT_LIVE, camera->state == CAM_LIVE);
	if (s->n_cameras == 1 && strlen(camera->name) < sizeof(s->camera))
		memcpy(s->camera, camera->name, strlen(camera->name) + 1);
}

/* It takes the reply over, as long as it knows it. */
static void on_answer(void *arg, struct cam_reply *reply)
{
	struct sink *s = arg;
	struct cam_reply mine = *reply;

	s->host->stat(s->node, STAT_ANSWERS, mine.status == 200 && mine.len > 4);
	if (mine.fd >= 0)
		close(mine.fd);
	if (mine.release)
		mine.release(&mine);
}

static void ask(struct sink *s, const char *path)
{
	struct cam_request request = {.method = "GET", .path = path, .query = ""};

	s->host->request(s->node, &request, on_answer, s);
}

static void subscribe(struct sink *s)
{
	struct cam_want grey = {.size = sizeof(grey), .form = CAM_PICTURE, .codec = CAM_GREY, .width = 16};
	struct cam_want jpeg = {.size = sizeof(jpeg),
		.form = CAM_JPEG,
		.width = 32,
		.height = 24,
		.quality = 70,
		.max_fps_num = 5,
		.max_fps_den = 1};
	struct cam_want sound = {.size = sizeof(sound), .form = CAM_PACKET, .batch_ns = CAM_SECOND / 5};

	if (s->host->subscribe(s->node, s->camera, &grey, &s->grey) ||
		s->host->subscribe(s->node, s->camera, &jpeg, &s->jpeg) ||
		s->host->subscribe(s->node, s->camera, &sound, &s->sound))
		s->host->fail(s->node, -EPROTO);
	if (s->host->subscribe(s->node, "nobody", &grey, &(struct cam_sub *){NULL}) != -ENOENT)
		s->host->fail(s->node, -EPROTO);
}

static void changed(void *self)
{
	struct sink *s = self;

	s->n_cameras = 0;
	s->host->cameras(s->node, on_camera, s);
	s->host->stat(s->node, STAT_CAMERAS, s->n_cameras);
	if (!s->grey && s->n_cameras)
		subscribe(s);
	ask(s, "/api/v1/cameras");
	ask(s, "/old/" NAME "/text/tail");
}

static void give_back(struct cam_reply *reply)
{
	struct sink *s = reply->arg;

	s->host->stat(s->node, STAT_RELEASED, 1);
	free((void *)(uintptr_t)reply->data);
}

static int get_text(void *self, const struct cam_request *request, struct cam_reply *reply)
{
	struct sink *s = self;
	char *text = malloc(256);

	if (!text)
		return -ENOMEM;
	*reply = (struct cam_reply){.size = sizeof(*reply),
		.status = 200,
		.type = "text/x-old",
		.data = text,
		.fd = -1,
		.release = give_back,
		.arg = s};
	memcpy(text, "old ", 4);
	reply->len = 4 + strlen(request->tail);
	memcpy(text + 4, request->tail, strlen(request->tail) < 200 ? strlen(request->tail) : 200);
	return 0;
}

static int get_file(void *self, const struct cam_request *request, struct cam_reply *reply)
{
	int fd = memfd_create("old", MFD_CLOEXEC);

	(void)self;
	(void)request;
	if (fd < 0 || write(fd, "well, hello", 11) != 11)
		return -EIO;
	reply->fd = fd;
	reply->fd_from = 6;
	reply->fd_len = 5;
	return 0;
}

static int get_failure(void *self, const struct cam_request *request, struct cam_reply *reply)
{
	(void)self;
	(void)request;
	(void)reply;
	return -EIO;
}

static const struct cam_route routes[] = {{"GET", "/old/" NAME "/text/*", "Says it again.", get_text},
	{"GET", "/old/" NAME "/file", "A piece of a file.", get_file},
	{"GET", "/old/" NAME "/failure", "Does not work.", get_failure}, {NULL, NULL, NULL, NULL}};

#if CAM_ABI_MINOR >= 1
/* clang-format off */
static const struct cam_operation operations[] = {{"/old/" NAME "/text/{tail}", CAM_JSON(
	"parameters": [{"name": "tail", "in": "path", "required": true, "schema": {"type": "string"}}],
	"responses": {"200": {"description": "What was told of old."}})}, {NULL, NULL}};
/* clang-format on */
#endif

const struct cam_plugin cam_plugin_1 = {.abi = CAM_ABI,
	.size = sizeof(cam_plugin_1),
	.kind = CAM_SINK,
	.place = CAM_ON_LOOP,
	.name = NAME,
	.version = "1.0",
	.summary = "A sink of old.",
	.stats = stats,
	.routes = routes,
	.create = create,
	.start = start,
	.stop = stop,
	.destroy = destroy,
	.consume = consume,
#if CAM_ABI_MINOR >= 1
	.operations = operations,
#endif
	.changed = changed};
