/* SPDX-License-Identifier: MIT */
#include "plugins/ws_view/test/test_lib.h"

#include "lib/clock.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* check.h goes back to the test only from the file that it is in; what fails here ends the program. */
#define CHECK(cond)                                                                                          \
	do {                                                                                                 \
		if (!(cond)) {                                                                               \
			printf("Bail out! %s:%d: %s\n", __FILE__, __LINE__, #cond);                          \
			exit(EXIT_FAILURE);                                                                  \
		}                                                                                            \
	} while (0)
#define CHECK_INT(is, want) CHECK((is) == (want))

struct world w;

static void nothing(uv_work_t *work)
{
	(void)work;
}

/* libuv keeps a pair of descriptors from its first loop on, and its threads from their first work on. */
__attribute__((constructor)) static void warm_up(void)
{
	uv_loop_t loop;
	uv_work_t work;

	alarm(120); /* a test that hangs ends */
	if (uv_loop_init(&loop))
		return;
	if (!uv_queue_work(&loop, &work, nothing, NULL))
		uv_run(&loop, UV_RUN_DEFAULT);
	uv_loop_close(&loop);
}

static void on_turned(uv_timer_t *timer)
{
	uv_stop(timer->loop);
}

static void on_closed(uv_handle_t *handle)
{
	*(bool *)handle->data = true;
}

static void turn_once(int ms)
{
	uv_timer_t timer;
	bool is_closed = false;

	fake_run_reads(&w.fake);
	fake_run_streams(&w.fake);
	uv_timer_init(&w.loop, &timer);
	timer.data = &is_closed;
	uv_timer_start(&timer, on_turned, (uint64_t)ms, 0);
	uv_run(&w.loop, UV_RUN_DEFAULT);
	uv_close((uv_handle_t *)&timer, on_closed);
	while (!is_closed)
		uv_run(&w.loop, UV_RUN_NOWAIT);
}

void turn_ms(int ms)
{
	enum { STEP = 5 }; /* what has been read is told between two steps */

	for (; ms > STEP; ms -= STEP)
		turn_once(STEP);
	turn_once(ms);
}

void world_open_with(const struct ws_view_conf *conf)
{
	static const struct cam_camera cameras[] = {{.name = "front",
							    .error = "",
							    .state = CAM_LIVE,
							    .codec = CAM_H264,
							    .width = 1920,
							    .height = 1080,
							    .fps = 25},
		{.name = "yard", .error = "no \"answer\"", .state = CAM_RETRYING}};
	const char *line;

	memset(&w, 0, sizeof(w));
	w.conf = *conf;
	CHECK_INT(uv_loop_init(&w.loop), 0);
	w.fake.loop = &w.loop;
	memcpy(w.fake.cameras, cameras, sizeof(cameras));
	w.fake.n_cameras = 2;
	CHECK_INT(fake_create(&w.fake, &cam_plugin_1, &w.conf), 0);
	CHECK_INT(cam_plugin_1.start(w.fake.self), 0);
	line = strstr(w.fake.log, "listening on http://127.0.0.1:");
	CHECK(line);
	w.port = (int)strtol(line + strlen("listening on http://127.0.0.1:"), NULL, 10);
}

void world_open(void)
{
	world_open_with(&(struct ws_view_conf){.listen = "127.0.0.1:0",
		.hosts = "cams.example, other.example",
		.width = 896,
		.height = 512,
		.fps = 10,
		.quality = 60,
		.max_connections = 1000});
}

int64_t world_close(void)
{
	int64_t begin = clock_mono_ns(), took;

	cam_plugin_1.stop(w.fake.self);
	TURN_UNTIL(w.fake.state == CAM_STOPPED);
	took = (clock_mono_ns() - begin) / 1000000;
	CHECK_INT(w.fake.state, CAM_STOPPED);
	CHECK_INT(open_subs(), 0);
	fake_destroy(&w.fake);
	CHECK_INT(uv_loop_close(&w.loop), 0);
	return took;
}

void world_later(int seconds)
{
	struct web *web = w.fake.self; /* its first member */

	web->ops->second(web, clock_mono_ns() + seconds * CAM_SECOND);
}

int dial(void)
{
	struct sockaddr_in to = {.sin_family = AF_INET,
		.sin_port = htons((uint16_t)w.port),
		.sin_addr = {htonl(INADDR_LOOPBACK)}};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	CHECK(fd >= 0);
	CHECK_INT(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
	fcntl(fd, F_SETFL, O_NONBLOCK);
	return fd;
}

void send_all(int fd, const void *data, size_t len)
{
	const char *at = data;

	while (len) {
		ssize_t n = send(fd, at, len, MSG_NOSIGNAL);

		if (n < 0 && errno != EAGAIN)
			return;
		if (n < 0)
			turn_ms(1);
		at += n < 0 ? 0 : n;
		len -= n < 0 ? 0 : (size_t)n;
	}
}

size_t read_all(int fd, char *ret, size_t room)
{
	int64_t end = clock_mono_ns() + 2 * CAM_SECOND;
	size_t len = 0;

	while (len + 1 < room && clock_mono_ns() < end) {
		ssize_t n = recv(fd, ret + len, room - len - 1, 0);

		if (!n || (n < 0 && errno != EAGAIN))
			break;
		if (n < 0)
			turn_ms(1);
		else
			len += (size_t)n;
	}
	ret[len] = '\0';
	return len;
}

int ask(const char *request, char *ret, size_t room)
{
	int fd = dial(), status = 0;

	send_all(fd, request, strlen(request));
	read_all(fd, ret, room);
	close(fd);
	if (!strncmp(ret, "HTTP/1.1 ", 9))
		status = (int)strtol(ret + 9, NULL, 10);
	return status;
}

int get(const char *path, char *ret, size_t room)
{
	char request[2048];

	snprintf(request, sizeof(request), "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n", path, w.port);
	return ask(request, ret, room);
}

int ws_dial(void)
{
	char request[512], answer[512];
	size_t n = 0;
	int fd = dial();

	snprintf(request, sizeof(request),
		"GET /ws HTTP/1.1\r\nHost: localhost:%d\r\nOrigin: http://localhost:%d\r\nUpgrade: "
		"websocket\r\n"
		"Connection: keep-alive, Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
		"Sec-WebSocket-Version: 13\r\n\r\n",
		w.port, w.port);
	send_all(fd, request, strlen(request));
	/* Byte by byte, so that nothing of the first frame is taken. */
	while (n < sizeof(answer) - 1 && (n < 4 || memcmp(answer + n - 4, "\r\n\r\n", 4)))
		CHECK(TURN_UNTIL(recv(fd, answer + n, 1, 0) == 1 && ++n));
	answer[n] = '\0';
	CHECK(!strncmp(answer, "HTTP/1.1 101 ", 13));
	CHECK(strstr(answer, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
	return fd;
}

void ws_send(int fd, int opcode, const void *data, size_t len)
{
	uint8_t frame[16384], *at = frame;

	*at++ = (uint8_t)opcode;
	*at++ = (uint8_t)(0x80 | (len > 125 ? 126 : len));
	if (len > 125) {
		*at++ = (uint8_t)(len >> 8);
		*at++ = (uint8_t)len;
	}
	memcpy(at, "mask", 4);
	at += 4;
	for (size_t i = 0; i < len; i++)
		*at++ = (uint8_t)(((const uint8_t *)data)[i] ^ "mask"[i % 4]);
	send_all(fd, frame, (size_t)(at - frame));
}

void ws_say(int fd, const char *text)
{
	ws_send(fd, 0x81, text, strlen(text));
}

/* @return 1: all is there, 0: closed, -1: not in time */
static int read_exactly(int fd, uint8_t *ret, size_t len)
{
	int64_t end = clock_mono_ns() + 2 * CAM_SECOND;

	while (len) {
		ssize_t n = recv(fd, ret, len, 0);

		if (!n || (n < 0 && errno != EAGAIN))
			return 0;
		if (clock_mono_ns() > end)
			return -1;
		if (n < 0)
			turn_ms(1);
		ret += n < 0 ? 0 : n;
		len -= n < 0 ? 0 : (size_t)n;
	}
	return 1;
}

int ws_receive(int fd, uint8_t *ret, size_t room, size_t *ret_len)
{
	uint8_t head[10] = {0};
	size_t len = 0, more;
	int got = read_exactly(fd, head, 2);

	if (got != 1)
		return got - 1 == -1 ? -2 : -1;
	len = head[1] & 0x7f;
	more = len == 127 ? 8 : len == 126 ? 2 : 0;
	if (read_exactly(fd, head + 2, more) != 1)
		return -2;
	for (size_t i = 0; i < more; i++)
		len = i ? len << 8 | head[2 + i] : head[2];
	CHECK(len < room);
	if (read_exactly(fd, ret, len) != 1)
		return -2;
	ret[len] = '\0';
	*ret_len = len;
	return head[0] & 15;
}

int ws_close_code(int fd)
{
	static uint8_t data[1 << 20];
	size_t len;

	for (;;) {
		int opcode = ws_receive(fd, data, sizeof(data), &len);

		if (opcode < 0)
			return opcode == -2 ? 0 : -1;
		if (opcode == 8)
			return len < 2 ? 0 : data[0] << 8 | data[1];
	}
}

bool ws_expect(int fd, const char *begin, char *ret, size_t room)
{
	size_t len;
	int opcode;

	while ((opcode = ws_receive(fd, (uint8_t *)ret, room, &len)) >= 0)
		if (opcode == 1 && !strncmp(ret, begin, strlen(begin)))
			return true;
	return false;
}

int ws_viewer(char *ret, size_t room)
{
	int fd = ws_dial();

	CHECK(ws_expect(fd, "{\"type\": \"hello\", \"version\": 1", ret, room));
	CHECK(ws_expect(fd, "{\"type\": \"cameras\"", ret, room));
	return fd;
}

struct cam_buf *jpeg(size_t len, int fill)
{
	static const struct cam_caps like = {.size = sizeof(like),
		.form = CAM_JPEG,
		.media = CAM_VIDEO,
		.codec = CAM_MJPG,
		.width = 640,
		.height = 360};
	const struct cam_host *host = ((struct web *)w.fake.self)->host;
	const struct cam_caps *caps = host->caps_new(&like);
	void *data = malloc(len);
	struct cam_buf *buf;

	CHECK(caps && data);
	memset(data, fill, len);
	buf = fake_packet(caps, data, len, clock_mono_ns(), CAM_KEY);
	host->caps_unref(caps);
	free(data);
	return buf;
}

void drop(struct cam_buf *buf)
{
	const struct cam_host *host = ((struct web *)w.fake.self)->host;

	host->buf_unref(buf);
}

int sub_of(const char *camera)
{
	for (size_t i = w.fake.n_subs; i--;)
		if (w.fake.subs[i].open && !strcmp(w.fake.subs[i].camera, camera))
			return (int)i;
	return -1;
}

int open_subs(void)
{
	int n = 0;

	for (size_t i = 0; i < w.fake.n_subs; i++)
		n += w.fake.subs[i].open;
	return n;
}
