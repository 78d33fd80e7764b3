/* SPDX-License-Identifier: MIT */
#include "plugins/rtsp_in/test/test_rig.h"

#include "plugins/test_in/encoder.h"
#include "tests/check.h"

#include <libavutil/log.h>
#include <time.h>
#include <uv.h>

struct fake fake;
struct rtsp_config config;
static char url[256];
AVPacket *units[N_UNITS];

int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* The server's part: run it until it fails or is to stop, then stop it. @return why it has failed, or 0 */
static int run(void)
{
	uv_loop_t loop;

	CHECK_INT(uv_loop_init(&loop), 0);
	fake.loop = &loop;
	fake.failed = 0;
	__atomic_store_n(&fake.stopping, false, __ATOMIC_RELEASE);
	CHECK_INT(cam_plugin_1.start(fake.self), 0);
	while (!fake.failed && !__atomic_load_n(&fake.stopping, __ATOMIC_ACQUIRE))
		uv_run(&loop, UV_RUN_ONCE);
	__atomic_store_n(&fake.stopping, true, __ATOMIC_RELEASE);
	cam_plugin_1.stop(fake.self);
	while (fake.state != CAM_STOPPED)
		uv_run(&loop, UV_RUN_ONCE);
	uv_run(&loop, UV_RUN_DEFAULT);
	CHECK_INT(uv_loop_close(&loop), 0);
	return fake.failed;
}

int session_at(const char *host, uint16_t port)
{
	snprintf(url, sizeof(url), "rtsp://%s:%u/stream", host, port);
	config.url = url;
	fake.failed = fake_create(&fake, &cam_plugin_1, &config);
	return fake.failed ? fake.failed : run();
}

int session(uint16_t port)
{
	return session_at("127.0.0.1", port);
}

void usual(void)
{
	memset(&fake, 0, sizeof(fake));
	config = (struct rtsp_config){.user = "",
		.password = "",
		.transport = TRANSPORT_TCP,
		.open_timeout_ns = 2000 * MS,
		.keyframe_timeout_ns = 2000 * MS,
		.stall_timeout_ns = 2000 * MS,
		.audio = true};
}

int session_with(struct fake_camera *c, void (*script)(struct fake_camera *, int))
{
	int err;

	CHECK_INT(fake_camera_start(c, script), 0);
	err = session(c->port);
	fake_camera_stop(c);
	return err;
}

void encode_units(int from, int to, int width, int height)
{
	struct encoder_want want = {CAM_H264, width, height, 25, GOP, 2000000};
	struct encoder encoder;
	struct canvas canvas;

	CHECK_INT(encoder_open(&encoder, &want), 0);
	for (int i = from; i < to; i++) {
		CHECK_INT(encoder_canvas(&encoder, &canvas), 0);
		canvas_box(&canvas, 0, 0, width, height, canvas_colour(&canvas, 0.2, 0.4, 0.6));
		for (int k = 0; k < 200; k++)
			canvas_box(&canvas, k * 37 % width, (k * 53 + i * 7) % height, 9, 9,
				canvas_colour(&canvas, k / 200.0, 1 - k / 200.0, 0.5));
		canvas_bar_code(&canvas, (uint32_t)i);
		CHECK_INT(encoder_encode(&encoder, i, &units[i]), 0);
	}
	encoder_close(&encoder);
}

void free_units(void)
{
	for (int i = 0; i < N_UNITS; i++)
		av_packet_free(&units[i]);
}

bool send_units(struct fake_camera *c, int fd, int from, int to)
{
	for (int i = from; i < to; i++)
		if (!fake_camera_send_unit(
			    c, fd, units[i]->data, (size_t)units[i]->size, RTP_BASE + (uint32_t)i * 3600))
			return false;
	return true;
}

void play_plainly(struct fake_camera *c, int fd)
{
	fake_camera_until_play(c, fd);
}

static void nothing(uv_work_t *work)
{
	(void)work;
}

/* The encoder's messages go to standard error; libuv keeps a pipe from its first loop on, and its pool's threads. */
__attribute__((constructor)) static void warm_up(void)
{
	uv_loop_t loop;
	uv_work_t work;

	av_log_set_level(AV_LOG_QUIET);
	uv_loop_init(&loop);
	uv_queue_work(&loop, &work, nothing, NULL);
	uv_run(&loop, UV_RUN_DEFAULT);
	uv_loop_close(&loop);
}
