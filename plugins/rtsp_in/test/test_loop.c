/* SPDX-License-Identifier: MIT */
/* Sessions on a loop that others need too: floods, names that nobody knows, stops, no descriptors, no memory. */
#include "plugins/rtsp_in/test/test_rig.h"
#include "tests/check.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <uv.h>

/* ---- what fails or hangs: linked with --wrap, or, for libuv's calls too, in front of libc's ---- */

static _Thread_local bool counts; /* the loop's thread, while a session runs */
static long countdown = -1; /* calls until one fails; below 0: none does */
static bool once, failed;

static bool fails(void)
{
	if (!counts || countdown < 0)
		return false;
	if (countdown) {
		countdown--;
		return false;
	}
	failed = true;
	if (once)
		countdown = -1;
	return true;
}

/* clang-format off */
#define WRAP(name, params, args)                                                                             \
	void *__real_##name params;                                                                          \
	void *__wrap_##name params;                                                                          \
	void *__wrap_##name params                                                                           \
	{                                                                                                    \
		return fails() ? NULL : __real_##name args;                                                  \
	}
WRAP(malloc, (size_t n), (n))
WRAP(calloc, (size_t n, size_t size), (n, size))
WRAP(realloc, (void *old, size_t n), (old, n))
/* clang-format on */

static long sockets = -1; /* that may still be opened; below 0: any number */

int socket(int domain, int type, int protocol)
{
	if (counts && !sockets) {
		errno = EMFILE;
		return -1;
	}
	if (counts && sockets > 0)
		sockets--;
	return (int)syscall(SYS_socket, domain, type, protocol);
}

static pthread_mutex_t hanging = PTHREAD_MUTEX_INITIALIZER;

int __real_getaddrinfo(const char *, const char *, const struct addrinfo *, struct addrinfo **);
int __wrap_getaddrinfo(const char *, const char *, const struct addrinfo *, struct addrinfo **);

/* The servers of the zone "hangs" do not answer as long as `hanging` is locked; "two.addresses" has two. */
int __wrap_getaddrinfo(
	const char *host, const char *service, const struct addrinfo *hints, struct addrinfo **ret)
{
	if (!strcmp(host, "two.addresses")) {
		int err = __real_getaddrinfo("127.0.0.2", service, hints, ret);

		return err ? err : __real_getaddrinfo("127.0.0.1", service, hints, &(*ret)->ai_next);
	}
	if (!strstr(host, ".hangs"))
		return __real_getaddrinfo(host, service, hints, ret);
	pthread_mutex_lock(&hanging);
	pthread_mutex_unlock(&hanging);
	return __real_getaddrinfo("127.0.0.1", service, hints, ret);
}

/* ---- floods ---- */

enum { FLOOD = 1000, FLOOD_FRAME = 4 + 12 + 2, FLOOD_FRAMES = 3000, COST_US = 100 };

static uint64_t turn;
static unsigned in_turn, most_in_turn;

/* Pictures of two bytes, thousands in a read. */
static void play_flood(struct fake_camera *c, int fd)
{
	static uint8_t flood[FLOOD_FRAMES * FLOOD_FRAME];

	if (!fake_camera_until_play(c, fd) || !send_units(c, fd, GOP, GOP + 1))
		return;
	for (unsigned i = 0; i < FLOOD_FRAMES; i++) {
		uint32_t seq = c->rtp_seq + i, time = RTP_BASE + (GOP + 1 + i) * 3600;
		uint8_t frame[FLOOD_FRAME] = {'$', 0, 0, FLOOD_FRAME - 4, 0x80, 0x80 | 96,
			(uint8_t)(seq >> 8), (uint8_t)seq, (uint8_t)(time >> 24), (uint8_t)(time >> 16),
			(uint8_t)(time >> 8), (uint8_t)time, 0, 0, 0, 1, 0x41, 0x80};

		memcpy(flood + (size_t)i * FLOOD_FRAME, frame, sizeof(frame));
	}
	if (fake_camera_send(fd, flood, sizeof(flood)))
		fake_camera_drain(c, fd);
}

static void count_turns(struct fake *f, const struct cam_buf *buf)
{
	uint64_t begin = uv_hrtime();

	(void)buf;
	in_turn = uv_now(f->loop) == turn ? in_turn + 1 : 1;
	turn = uv_now(f->loop);
	most_in_turn = in_turn > most_in_turn ? in_turn : most_in_turn;
	f->stopping = f->n_published >= FLOOD;
	while (uv_hrtime() - begin < COST_US * 1000)
		;
}

TEST(a_camera_that_floods_leaves_the_loop_to_others_soon_and_loses_nothing)
{
	struct fake_camera c = {0};

	usual();
	encode_units(0, N_UNITS, 320, 180);
	fake.on_publish = count_turns;
	most_in_turn = 0;
	CHECK_INT(session_with(&c, play_flood), 0);
	CHECK(fake.n_published >= FLOOD);
	/* 2 ms of 0.1 ms each, looked at after each 64, and once more for what a turn had left. */
	CHECK(most_in_turn <= 160);
	for (size_t i = 0; i < FLOOD; i++)
		CHECK_INT(fake.published[i]->pts_ns - fake.published[0]->pts_ns, (int64_t)i * 40 * MS);
	fake_destroy(&fake);
	free_units();
}

/* ---- stops ---- */

/* Begin, let it go on until nothing happens at once, then stop: the loop ends. @return ms that stopping took */
static int64_t start_and_stop(const char *url)
{
	uv_loop_t loop;
	int64_t begin;

	config.url = url;
	CHECK_INT(uv_loop_init(&loop), 0);
	CHECK_INT(fake_create(&fake, &cam_plugin_1, &config), 0);
	fake.loop = &loop;
	CHECK_INT(cam_plugin_1.start(fake.self), 0);
	for (int i = 0; i < 10; i++)
		uv_run(&loop, UV_RUN_NOWAIT);
	CHECK_INT(fake.failed, 0);
	begin = now_ms();
	cam_plugin_1.stop(fake.self);
	uv_run(&loop, UV_RUN_DEFAULT);
	begin = now_ms() - begin;
	CHECK_INT(fake.state, CAM_STOPPED);
	CHECK_INT(uv_loop_close(&loop), 0);
	fake_destroy(&fake);
	return begin;
}

static void wait_for_threads(int n)
{
	int64_t until = now_ms() + 5000;

	while (check_count("/proc/self/task") != n && now_ms() < until)
		sched_yield();
}

TEST(names_that_are_never_found_hold_up_neither_the_loop_nor_others)
{
	struct fake_camera c = {.bad_method = "DESCRIBE", .answer = "404 Not Found"};
	int threads = check_count("/proc/self/task");

	usual();
	pthread_mutex_lock(&hanging);
	for (int i = 0; i < 8; i++)
		CHECK(start_and_stop("rtsp://cam.hangs/stream") < 1000);
	CHECK_INT(check_count("/proc/self/task"), threads + 8);
	CHECK_INT(fake_camera_start(&c, play_plainly), 0);
	CHECK_INT(session_at("localhost", c.port), -ENOENT);
	fake_destroy(&fake);
	fake_camera_stop(&c);
	pthread_mutex_unlock(&hanging);
	wait_for_threads(threads);
}

enum { FULL = 4 };

/* A port of this host where SYN is not answered: more want in than it queues. @param port 0: any @return the port */
static uint16_t fill_port(uint32_t host, uint16_t port, int ret_fds[FULL + 1])
{
	struct sockaddr_in addr = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(host), .sin_port = htons(port)};
	socklen_t len = sizeof(addr);

	ret_fds[FULL] = socket(AF_INET, SOCK_STREAM, 0);
	CHECK(!bind(ret_fds[FULL], (struct sockaddr *)&addr, len) && !listen(ret_fds[FULL], 0));
	CHECK(!getsockname(ret_fds[FULL], (struct sockaddr *)&addr, &len));
	for (int i = 0; i < FULL; i++) {
		ret_fds[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
		CHECK(!connect(ret_fds[i], (struct sockaddr *)&addr, len) || errno == EINPROGRESS);
	}
	return ntohs(addr.sin_port);
}

static void close_port(const int fds[FULL + 1])
{
	for (int i = 0; i <= FULL; i++)
		close(fds[i]);
}

TEST(a_stop_while_connecting_is_at_once)
{
	int fds[FULL + 1];
	char url[64];

	usual();
	snprintf(url, sizeof(url), "rtsp://127.0.0.1:%u/", fill_port(INADDR_LOOPBACK, 0, fds));
	CHECK(start_and_stop(url) < 400);
	close_port(fds);
}

TEST(an_address_that_does_not_answer_does_not_hide_the_next_one)
{
	struct fake_camera c = {.bad_method = "DESCRIBE", .answer = "404 Not Found"};
	int fds[FULL + 1];

	usual();
	config.open_timeout_ns = 20 * CAM_SECOND;
	CHECK_INT(fake_camera_start(&c, play_plainly), 0);
	CHECK_INT(fill_port(INADDR_LOOPBACK + 1, c.port, fds), c.port);
	CHECK_INT(session_at("two.addresses", c.port), -ENOENT);
	fake_destroy(&fake);
	fake_camera_stop(&c);
	close_port(fds);
}

static const char *silent_at; /* the request that is not answered */

/* Wakes the session by a request of its own, so that the stop is seen. */
static void play_until_silent(struct fake_camera *c, int fd)
{
	char request[4096];

	while (fake_camera_request(c, fd, request, sizeof(request))) {
		if (!strncmp(request, silent_at, strlen(silent_at))) {
			__atomic_store_n(&fake.stopping, true, __ATOMIC_RELEASE);
			fake_camera_say(fd, "OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n");
			break;
		}
		fake_camera_reply(fd, request, "200 OK",
			strncmp(request, "SETUP", 5)
				? ""
				: "Session: 1\r\nTransport: RTP/AVP;server_port=9-10\r\n",
			strncmp(request, "DESCRIBE", 8)
				? NULL
				: "v=0\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n");
	}
	fake_camera_drain(c, fd);
}

TEST(a_stop_at_each_step_ends_soon_with_ports_open_or_not)
{
	static const char *const steps[] = {"OPTIONS", "DESCRIBE", "SETUP", "PLAY"};

	for (size_t i = 0; i < 4; i++) {
		struct fake_camera c = {0};
		int64_t begin;

		usual();
		config.transport = TRANSPORT_UDP;
		silent_at = steps[i];
		begin = now_ms();
		CHECK_INT(session_with(&c, play_until_silent), 0);
		CHECK(now_ms() - begin < 1500);
		CHECK_INT(c.teardown, i == 3);
		fake_destroy(&fake);
	}
}

/* Speaks UDP from a port that the test watches, and tells in `seen` what has come there once it plays. */
static void play_behind_a_firewall(struct fake_camera *c, int fd)
{
	struct sockaddr_in addr = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct timeval patience = {5, 0};
	socklen_t len = sizeof(addr);
	int udp = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	char request[4096], transport[128];
	uint8_t packet[64];
	bool played = false;

	if (!bind(udp, (struct sockaddr *)&addr, len) && !getsockname(udp, (struct sockaddr *)&addr, &len) &&
		!setsockopt(udp, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience))) {
		snprintf(transport, sizeof(transport),
			"Session: 1\r\nTransport: RTP/AVP;server_port=%u-9\r\n", ntohs(addr.sin_port));
		while (!played && fake_camera_request(c, fd, request, sizeof(request))) {
			played = !strncmp(request, "PLAY", 4);
			fake_camera_reply(fd, request, "200 OK",
				strncmp(request, "SETUP", 5) ? "" : transport,
				strncmp(request, "DESCRIBE", 8)
					? NULL
					: "v=0\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n");
		}
		if (played && recv(udp, packet, sizeof(packet), 0) == 12 && packet[0] == 0x80)
			snprintf(c->seen, sizeof(c->seen), "a packet of nothing");
	}
	close(udp);
}

TEST(over_udp_the_first_packet_is_ours_so_that_a_firewall_lets_the_others_in)
{
	struct fake_camera c = {0};

	usual();
	config.transport = TRANSPORT_UDP;
	CHECK_INT(session_with(&c, play_behind_a_firewall), -ECONNRESET);
	CHECK_STR(c.seen, "a packet of nothing");
	fake_destroy(&fake);
}

/* ---- nothing left ---- */

static int session_that_counts(struct fake_camera *c, void (*script)(struct fake_camera *, int))
{
	int err;

	CHECK_INT(fake_camera_start(c, script), 0);
	counts = true;
	err = session(c->port);
	counts = false;
	fake_camera_stop(c);
	return err;
}

TEST(without_descriptors_a_session_fails_with_a_reason_at_each_step)
{
	static const int errors[] = {-EMFILE, -EADDRINUSE, -EADDRINUSE};

	for (int i = 0; i < 3; i++) {
		struct fake_camera c = {0};

		usual();
		config.transport = TRANSPORT_UDP;
		sockets = i;
		CHECK_INT(session_that_counts(&c, play_plainly), errors[i]);
		CHECK(fake.error[0]);
		fake_destroy(&fake);
	}
	sockets = -1;
}

static void play_some(struct fake_camera *c, int fd)
{
	if (fake_camera_until_play(c, fd))
		send_units(c, fd, GOP, GOP + 3);
}

/* @return whether it was over before an allocation failed */
static bool session_with_memory(long n, bool only_one)
{
	struct fake_camera c = {.payload_max = 300};
	bool over;
	int err;

	usual();
	config.transport = TRANSPORT_UDP; /* which the camera does not take */
	countdown = n;
	once = only_one;
	failed = false;
	err = session_that_counts(&c, play_some);
	countdown = -1;
	over = !failed;
	CHECK(over ? err == -ECONNRESET && fake.n_published == 3 : err < 0);
	CHECK(over || err == -ENOMEM || err == -EADDRINUSE);
	CHECK_INT(fake.stats[STAT_UNITS], fake.n_published);
	if (fake.self)
		fake_destroy(&fake);
	return over;
}

TEST(a_session_survives_each_failing_allocation)
{
	long n = 0;

	encode_units(0, N_UNITS, 320, 180);
	while (n < 500 && !session_with_memory(n, true))
		n++;
	CHECK(n > 10 && n < 500);
	for (n = 0; !session_with_memory(n, false);)
		n++;
	free_units();
}

RUN_TESTS(T(a_camera_that_floods_leaves_the_loop_to_others_soon_and_loses_nothing),
	T(names_that_are_never_found_hold_up_neither_the_loop_nor_others),
	T(a_stop_while_connecting_is_at_once), T(an_address_that_does_not_answer_does_not_hide_the_next_one),
	T(over_udp_the_first_packet_is_ours_so_that_a_firewall_lets_the_others_in),
	T(a_stop_at_each_step_ends_soon_with_ports_open_or_not),
	T(without_descriptors_a_session_fails_with_a_reason_at_each_step),
	T(a_session_survives_each_failing_allocation))
