/* SPDX-License-Identifier: MIT */
/* Sessions with scripted cameras that refuse, redirect, stay silent or talk nonsense. */
#include "plugins/rtsp_in/test/test_rig.h"
#include "tests/check.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

static void play_silence(struct fake_camera *c, int fd)
{
	fake_camera_drain(c, fd);
}

static void play_garbage(struct fake_camera *c, int fd)
{
	char noise[1024];

	(void)c;
	for (size_t i = 0; i < sizeof(noise) - 1; i++)
		noise[i] = (char)(i * 167 % 255 + 1);
	noise[sizeof(noise) - 1] = '\0';
	while (fake_camera_say(fd, noise))
		;
}

static void play_endless_headers(struct fake_camera *c, int fd)
{
	char request[4096];

	if (!fake_camera_request(c, fd, request, sizeof(request)) ||
		!fake_camera_say(fd, "RTSP/1.0 200 OK\r\n"))
		return;
	while (fake_camera_say(fd, "X-Filler: once more and once more and once more\r\n"))
		;
}

static void play_refusal(struct fake_camera *c, int fd)
{
	char request[4096];

	while (fake_camera_request(c, fd, request, sizeof(request)))
		fake_camera_reply(fd, request, "401 Unauthorized", c->answer, NULL);
}

TEST(a_refused_login_is_eacces_and_no_word_of_it_is_told)
{
	struct fake_camera c = {.answer = "WWW-Authenticate: Basic realm=\"x\"\r\n"};

	usual();
	config.user = "ad min";
	config.password = "s3:cr@t/%";
	CHECK_INT(session_with(&c, play_refusal), -EACCES);
	CHECK_STR(fake.option, "user");
	CHECK_STR(fake.error, "the camera refuses the login; check user and password");
	CHECK(!strstr(fake.log, "s3") && !strstr(fake.log, "czM6"));
	/* base64 of "ad min:s3:cr@t/%" */
	CHECK(strstr(c.seen, "Authorization: Basic YWQgbWluOnMzOmNyQHQvJQ==\r\n"));
	CHECK(!strstr(c.seen, "@127"));
	fake_destroy(&fake);
}

TEST(statuses_become_errors_that_tell_what_to_do)
{
	static const struct {
		const char *method, *answer;
		int err;
		const char *option;
	} cases[] = {
		{"DESCRIBE", "404 Not Found", -ENOENT, "url"},
		{"DESCRIBE", "403 Forbidden", -EACCES, "user"},
		{"DESCRIBE", "503 Service Unavailable", -EBUSY, ""},
		{"SETUP", "461 Unsupported transport", -ENOTSUP, "transport"},
		{"SETUP", "453 Not Enough Bandwidth", -EBUSY, ""},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct fake_camera c = {.bad_method = cases[i].method, .answer = cases[i].answer};

		usual();
		CHECK_INT(session_with(&c, play_plainly), cases[i].err);
		CHECK_STR(fake.option, cases[i].option);
		fake_destroy(&fake);
	}
}

TEST(nobody_listening_is_econnrefused)
{
	struct sockaddr_in addr = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(addr);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	usual();
	CHECK(!bind(fd, (struct sockaddr *)&addr, len) && !getsockname(fd, (struct sockaddr *)&addr, &len));
	CHECK_INT(session(ntohs(addr.sin_port)), -ECONNREFUSED);
	close(fd);
	fake_destroy(&fake);
}

TEST(a_name_is_looked_up_and_one_that_nobody_knows_is_told)
{
	struct fake_camera c = {.bad_method = "DESCRIBE", .answer = "404 Not Found"};

	usual();
	CHECK_INT(fake_camera_start(&c, play_plainly), 0);
	CHECK_INT(session_at("localhost", c.port), -ENOENT);
	fake_camera_stop(&c);
	fake_destroy(&fake);
	CHECK_INT(session_at("no-such-host.invalid", 554), -EHOSTUNREACH);
	CHECK_STR(fake.option, "url");
	fake_destroy(&fake);
}

TEST(a_silent_camera_is_left_at_the_deadline)
{
	struct fake_camera c = {0};
	int64_t begin = now_ms();

	usual();
	config.open_timeout_ns = 300 * MS;
	CHECK_INT(session_with(&c, play_silence), -ETIMEDOUT);
	CHECK(now_ms() - begin >= 300 && now_ms() - begin < 3000);
	fake_destroy(&fake);
}

TEST(redirects_reach_nobody)
{
	static const char *const methods[] = {"OPTIONS", "DESCRIBE", "SETUP", "PLAY"};

	for (size_t i = 0; i < 4; i++) {
		struct fake_camera c = {.bad_method = methods[i]}, other = {0};
		char answer[128];

		usual();
		config.user = "admin";
		config.password = "secret";
		CHECK_INT(fake_camera_start(&other, play_plainly), 0);
		snprintf(answer, sizeof(answer), "302 Moved\r\nLocation: rtsp://127.0.0.1:%u/", other.port);
		c.answer = answer;
		CHECK_INT(session_with(&c, play_plainly), -EPERM);
		fake_camera_stop(&other);
		CHECK_INT(other.connections, 0);
		CHECK_INT(c.connections, 1);
		fake_destroy(&fake);
	}
}

static void play_a_way_back(struct fake_camera *c, int fd)
{
	char request[4096], way[128];

	snprintf(way, sizeof(way), "Location: rtsp://127.0.0.1:%u/stream\r\n", c->port);
	while (fake_camera_request(c, fd, request, sizeof(request)))
		fake_camera_reply(fd, request, "301 Moved", way, NULL);
}

TEST(a_redirect_to_itself_is_refused_too)
{
	struct fake_camera c = {0};

	usual();
	CHECK_INT(session_with(&c, play_a_way_back), -EPERM);
	CHECK_INT(c.connections, 1);
	fake_destroy(&fake);
}

TEST(garbage_and_endless_headers_end_in_bounded_time_and_memory)
{
	void (*const scripts[])(struct fake_camera *, int) = {play_garbage, play_endless_headers};
	struct rusage before, after;

	getrusage(RUSAGE_SELF, &before);
	for (size_t i = 0; i < 2; i++) {
		struct fake_camera c = {0};
		int64_t begin = now_ms();
		int err;

		usual();
		config.open_timeout_ns = 500 * MS;
		err = session_with(&c, scripts[i]);
		CHECK(err == -ETIMEDOUT || err == -EPROTO);
		CHECK(now_ms() - begin < 4000);
		CHECK_INT(fake.n_published, 0);
		fake_destroy(&fake);
	}
	getrusage(RUSAGE_SELF, &after);
	CHECK(after.ru_maxrss - before.ru_maxrss < 32768);
}

TEST(a_pause_that_the_camera_asks_for_is_handed_on)
{
	struct fake_camera c = {
		.bad_method = "DESCRIBE", .answer = "503 Service Unavailable\r\nRetry-After: 20"};

	usual();
	CHECK(session_with(&c, play_plainly) < 0);
	CHECK_INT(fake.retry_after_ns, 20 * CAM_SECOND);
	fake_destroy(&fake);
}

TEST(what_is_no_video_is_told)
{
	struct fake_camera audio = {.sdp = "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"
					   "m=audio 0 RTP/AVP 0\r\na=control:track1\r\n"};
	struct fake_camera odd = {
		.sdp = "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"
		       "m=video 0 RTP/AVP 96\r\na=rtpmap:96 H263-1998/90000\r\na=control:track1\r\n"};

	usual();
	CHECK_INT(session_with(&audio, play_plainly), -ENOTSUP);
	CHECK(strstr(fake.error, "no video"));
	fake_destroy(&fake);
	CHECK_INT(session_with(&odd, play_plainly), -ENOTSUP);
	CHECK(strstr(fake.error, "neither H.264"));
	fake_destroy(&fake);
}

TEST(of_many_media_lines_few_are_set_up)
{
	static char sdp[16000];
	struct fake_camera c = {.sdp = sdp};
	size_t n = (size_t)snprintf(sdp, sizeof(sdp), "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n");

	while (n + 64 < sizeof(sdp))
		n += (size_t)snprintf(
			sdp + n, sizeof(sdp) - n, "m=video 0 RTP/AVP 26\r\na=control:rtsp://192.0.2.1/x\r\n");
	usual();
	CHECK(session_with(&c, play_plainly) < 0);
	CHECK(c.requests <= 12);
	CHECK_INT(c.connections, 1);
	fake_destroy(&fake);
}

RUN_TESTS(T(a_refused_login_is_eacces_and_no_word_of_it_is_told),
	T(statuses_become_errors_that_tell_what_to_do), T(nobody_listening_is_econnrefused),
	T(a_name_is_looked_up_and_one_that_nobody_knows_is_told), T(a_silent_camera_is_left_at_the_deadline),
	T(redirects_reach_nobody), T(a_redirect_to_itself_is_refused_too),
	T(garbage_and_endless_headers_end_in_bounded_time_and_memory),
	T(a_pause_that_the_camera_asks_for_is_handed_on), T(what_is_no_video_is_told),
	T(of_many_media_lines_few_are_set_up))
