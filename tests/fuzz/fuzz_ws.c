/* SPDX-License-Identifier: MIT */
/*
 * A WebSocket's bytes: libwebsockets, its checks here, and what viewers are told and send, with pictures for their tiles.
 * Input: what a client sends behind the handshake, in pieces of a length in front of each.
 */
#include "lib/clock.h"
#include "plugins/ws_view/common/taker.h"
#include "plugins/ws_view/test/test_lib.h"
#include "plugins/ws_view/view/viewer.h"
#include "tests/fuzz/fuzz.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PIECES_MAX = 12, TURNS_MAX = 2000 };

static struct fuzz_world {
	struct web web;
	struct viewers viewers;
	struct fake fake;
	uv_loop_t loop;
	struct cam_buf *picture;
} world;

static void second(struct web *web, int64_t now)
{
	(void)web;
	viewers_check(&world.viewers, now);
	ws_forget_picture(world.viewers.ws);
}

static void cameras(struct web *web)
{
	(void)web;
	viewers_tell_cameras(&world.viewers);
}

static bool go_on(struct web *web, int64_t now)
{
	(void)web;
	return viewers_go_on(&world.viewers, now);
}

static int create(struct cam_node *node, const struct cam_host *host, const void *conf, void **ret_self)
{
	static const struct web_ops ops = {second, cameras, go_on};

	world.web = (struct web){.node = node, .host = host, .conf = conf, .ops = &ops, .loop = &world.loop};
	*ret_self = &world.web;
	return 0;
}

static int consume(void *self, struct cam_sub *sub, const struct cam_buf *buf)
{
	return taker_consume(self, sub, buf);
}

static void open_world(void)
{
	static const struct ws_view_conf conf = {.listen = "",
		.hosts = "",
		.width = 896,
		.height = 512,
		.fps = 10,
		.quality = 60,
		.max_connections = 10};
	static const struct cam_caps like = {
		.size = sizeof(like), .form = CAM_JPEG, .media = CAM_VIDEO, .codec = CAM_MJPG};
	static struct cam_plugin plugin;
	const struct cam_caps *caps;

	plugin = cam_plugin_1; /* for its table of figures */
	plugin.create = create;
	plugin.consume = consume;
	plugin.check = NULL;
	world.fake.loop = &world.loop;
	world.fake.n_cameras = 1;
	world.fake.cameras[0] = (struct cam_camera){.name = "front", .error = "", .state = CAM_LIVE};
	HOLDS(!uv_loop_init(&world.loop) && !fake_create(&world.fake, &plugin, &conf));
	viewers_init(&world.viewers, &world.web);
	HOLDS(!ws_open(&world.web, 10, &viewer_ws_ops, &world.viewers, &world.viewers.ws));
	web_open(&world.web);
	caps = world.web.host->caps_new(&like);
	world.picture = fake_packet(caps, "JPEG", 4, 1, CAM_KEY);
	world.web.host->caps_unref(caps);
}

/* Turn the loop, read what is sent, and show each tile a picture. */
static void turn(int fd)
{
	static uint8_t sent[65536];

	for (int i = 0; i < 3; i++)
		uv_run(&world.loop, UV_RUN_NOWAIT);
	while (read(fd, sent, sizeof(sent)) > 0)
		;
	for (size_t i = 0; i < world.fake.n_subs; i++)
		if (world.fake.subs[i].open)
			fake_deliver(&world.fake, i, world.picture);
}

static void send_pieces(int fd, struct fuzz *f)
{
	for (int i = 0; f->len && i < PIECES_MAX; i++) {
		size_t n = fuzz_16(f) & 0xfff;

		n = n < f->len && i < PIECES_MAX - 1 ? n : f->len;
		HOLDS(send(fd, f->data, n, MSG_NOSIGNAL) >= -1);
		f->data += n;
		f->len -= n;
		turn(fd);
		go_on(&world.web, clock_mono_ns());
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct fuzz f = {data, len};
	int fd[2];

	if (!world.picture)
		open_world();
	HOLDS(!socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fd));
	HOLDS(!ws_adopt(world.viewers.ws, fd[0], "dGhlIHNhbXBsZSBub25jZQ==", 0, NULL));
	close(fd[0]);
	turn(fd[1]);
	send_pieces(fd[1], &f);
	close(fd[1]);
	for (int i = 0; world.web.n_viewers && i < TURNS_MAX; i++)
		uv_run(&world.loop, UV_RUN_NOWAIT);
	HOLDS(!world.web.n_viewers);
	for (size_t i = 0; i < world.fake.n_subs; i++)
		HOLDS(!world.fake.subs[i].open);
	world.fake.n_subs = 0;
	world.fake.log[0] = '\0';
	return 0;
}
