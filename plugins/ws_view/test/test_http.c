/* SPDX-License-Identifier: MIT */
#include "plugins/ws_view/test/test_lib.h"

#include "lib/clock.h"
#include "tests/check.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

static char answer[1 << 20];

TEST(page_is_served_with_its_policy_and_etag)
{
	char request[256], etag[32] = "";
	const char *at;

	world_open();
	CHECK_INT(get("/", answer, sizeof(answer)), 200);
	CHECK(strstr(answer, "Content-Security-Policy: default-src 'self'; img-src 'self' blob:"));
	CHECK(strstr(answer, "X-Content-Type-Options: nosniff"));
	CHECK(strstr(answer, "<main id=\"grid\""));
	at = strstr(answer, "ETag: ");
	CHECK(at && sscanf(at, "ETag: %31s", etag) == 1);
	snprintf(request, sizeof(request), "GET / HTTP/1.1\r\nHost: localhost\r\nIf-None-Match: %s\r\n\r\n",
		etag);
	CHECK_INT(ask(request, answer, sizeof(answer)), 304);
	CHECK_INT(get("/main.js", answer, sizeof(answer)), 200);
	CHECK(strstr(answer, "text/javascript"));
	CHECK_INT(ask("POST / HTTP/1.1\r\nHost: localhost\r\n\r\n", answer, sizeof(answer)), 405);
	CHECK_INT(ask("HEAD / HTTP/1.1\r\nHost: localhost\r\n\r\n", answer, sizeof(answer)), 200);
	CHECK(!strstr(answer, "<main"));
	world_close();
}

static void on_request(struct fake *f, const struct cam_request *request, struct cam_reply *reply)
{
	(void)f;
	if (!strcmp(request->path, "/api/v1/cameras")) {
		reply->status = 200;
		memcpy(reply->type, "application/json", sizeof("application/json"));
		reply->data = request->query;
		reply->len = strlen(request->query);
	}
}

TEST(other_paths_are_answered_by_the_server)
{
	world_open();
	w.fake.on_request = on_request;
	CHECK_INT(get("/api/v1/cameras?a=%20", answer, sizeof(answer)), 200);
	CHECK(strstr(answer, "application/json"));
	CHECK(strstr(answer, "\r\n\r\na=%20"));
	CHECK_INT(get("/nothing", answer, sizeof(answer)), 404);
	world_close();
}

TEST(malformed_requests_are_refused)
{
	static const struct {
		int status;
		const char *request;
	} cases[] = {
		{400, "GET / HTTP/1.1\r\n\r\n"},
		{400, "GET / HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n"},
		{505, "GET / HTTP/2.0\r\nHost: localhost\r\n\r\n"},
		{505, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"},
		{400, "GET /\r\nHost: localhost\r\n\r\n"},
		{400, "GET / HTTP/1.1\r\nHost : localhost\r\n\r\n"},
		{400, "GET / HTTP/1.1\r\nHost: localhost\r\n folded: x\r\n\r\n"},
		{400, "GET / HTTP/1.1\r\nHost: localhost\r\nX: a\x01"
		      "b\r\n\r\n"},
		{400, "GET http://localhost/ HTTP/1.1\r\nHost: localhost\r\n\r\n"},
		{400, "\r\n\r\n"},
		{403, "GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n"},
		{400, "GET / HTTP/1.1\r\nHost: localhost:80:80\r\n\r\n"},
		{403, "GET / HTTP/1.1\r\nHost: localhost@evil\r\n\r\n"},
		{403, "GET / HTTP/1.1\r\nHost: localhost\r\nOrigin: http://evil.example\r\n\r\n"},
		{403, "GET / HTTP/1.1\r\nHost: localhost\r\nOrigin: null\r\n\r\n"},
		{403, "GET / HTTP/1.1\r\nHost: localhost:1\r\nOrigin: http://localhost:2\r\n\r\n"},
		{200, "GET / HTTP/1.1\r\nHost: localhost:1\r\nOrigin: http://localhost:1\r\n\r\n"},
		{200, "GET / HTTP/1.1\r\nHost: cams.example\r\n\r\n"},
		{200, "GET / HTTP/1.1\r\nHost: OTHER.example:80\r\n\r\n"},
		{200, "GET / HTTP/1.1\r\nHost: [::1]:5000\r\n\r\n"},
		{200, "GET / HTTP/1.0\r\n\r\n"},
	};

	world_open();
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int status = ask(cases[i].request, answer, sizeof(answer));

		if (status != cases[i].status)
			printf("# %s\n", cases[i].request);
		CHECK_INT(status, cases[i].status);
	}
	world_close();
}

TEST(bad_upgrades_are_never_answered_101)
{
#define UP "Upgrade: websocket\r\nConnection: Upgrade\r\n"
#define KEY "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
#define VER "Sec-WebSocket-Version: 13\r\n"
	static const struct {
		int status;
		const char *request;
	} cases[] = {
		{426, "GET /ws HTTP/1.1\r\nHost: localhost\r\n\r\n"},
		{400, "GET /ws HTTP/1.1\r\nHost: localhost\r\n" UP VER "\r\n"},
		{400, "GET /ws HTTP/1.1\r\nHost: localhost\r\n" UP VER "Sec-WebSocket-Key: short\r\n\r\n"},
		{426, "GET /ws HTTP/1.1\r\nHost: localhost\r\n" UP KEY "Sec-WebSocket-Version: 8\r\n\r\n"},
		{426, "GET /ws HTTP/1.1\r\nHost: localhost\r\n" UP KEY "\r\n"},
		{405, "POST /ws HTTP/1.1\r\nHost: localhost\r\n" UP KEY VER "\r\n"},
		{400, "GET /ws HTTP/1.0\r\nHost: localhost\r\n" UP KEY VER "\r\n"},
		{400, "GET /ws HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n" UP KEY VER "\r\n"},
		{400, "GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: h2c\r\nConnection: Upgrade, "
		      "HTTP2-Settings\r\n"
		      "HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n\r\n"},
		{400, "GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: bogus\r\nConnection: Upgrade\r\n" KEY
				VER "\r\n"},
		{400, "GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n" KEY VER "\r\n"},
		{400, "GET /ws HTTP/1.1\r\nHost: localhost\r\n" UP KEY KEY VER "\r\n"},
		{404, "GET / HTTP/1.1\r\nHost: localhost\r\n" UP KEY VER "\r\n"},
		{403, "GET /ws HTTP/1.1\r\nHost: localhost\r\nOrigin: null\r\n" UP KEY VER "\r\n"},
		{403, "GET /ws HTTP/1.1\r\nHost: localhost\r\nOrigin: http://evil.example\r\n" UP KEY VER
		      "\r\n"},
		{403, "GET /ws HTTP/1.1\r\nHost: evil.example\r\nOrigin: http://evil.example\r\n" UP KEY VER
		      "\r\n"},
		{400, "GET /ws HTTP/1.1\r\nHost: localhost\r\n" UP KEY VER "\r\n\x81\x80mask"},
	};

	world_open();
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int status = ask(cases[i].request, answer, sizeof(answer));

		if (status != cases[i].status)
			printf("# %s\n", cases[i].request);
		CHECK_INT(status, cases[i].status);
	}
	CHECK_INT(w.fake.stats[STAT_REFUSED], sizeof(cases) / sizeof(cases[0]));
	world_close();
}

TEST(paths_out_of_the_tree_are_refused_in_every_spelling)
{
	static const char *const paths[] = {"/../etc/passwd", "/..", "/a/../b", "/%2e%2e/etc/passwd",
		"/%2E%2E%2fetc", "/..%2fetc", "/.%2e/x", "//etc/passwd", "/a//b", "/%2fetc", "/a%00b",
		"/a%0ab", "/a%", "/a%4", "/a%zz", "/..\\x", "/%5c..%5cx", "/./x", "/a/.", "/%ff",
		"/%c0%ae%c0%ae/x", "/a\x7f"};
	char longer[1200] = "/";

	world_open();
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		int status = get(paths[i], answer, sizeof(answer));

		if (status != 400)
			printf("# %s\n", paths[i]);
		CHECK_INT(status, 400);
	}
	memset(longer + 1, 'a', sizeof(longer) - 2);
	CHECK_INT(get(longer, answer, sizeof(answer)), 414);
	CHECK_INT(get("/%252e%252e/x", answer, sizeof(answer)), 404);
	world_close();
}

TEST(head_is_limited_and_a_slow_one_is_ended)
{
	static char request[12000];
	int fd, idle;

	world_open();
	memset(request, 'a', sizeof(request) - 1);
	memcpy(request, "GET / HTTP/1.1\r\nX: ", sizeof("GET / HTTP/1.1\r\nX: ") - 1); /* NOLINT: no end */
	CHECK_INT(ask(request, answer, sizeof(answer)), 431);
	fd = dial();
	idle = dial();
	send_all(fd, "GET / HT", 8);
	turn_ms(20);
	CHECK_INT(w.fake.stats[STAT_CONNECTIONS], 2);
	/* Eleven seconds on, without waiting for them. */
	world_later(11);
	CHECK(read_all(fd, answer, sizeof(answer)));
	CHECK(!strncmp(answer, "HTTP/1.1 408 ", 13));
	close(fd);
	close(idle);
	CHECK(TURN_UNTIL(!w.fake.stats[STAT_CONNECTIONS]));
	world_close();
}

TEST(a_cap_answers_at_once_and_all_comes_back)
{
	struct ws_view_conf conf = {"127.0.0.1:0", "", 896, 512, 10, 60, 3};
	int fds[3];

	world_open_with(&conf);
	for (int i = 0; i < 3; i++)
		fds[i] = dial();
	CHECK(TURN_UNTIL(w.fake.stats[STAT_CONNECTIONS] == 3));
	CHECK_INT(get("/", answer, sizeof(answer)), 503);
	for (int i = 0; i < 3; i++)
		close(fds[i]);
	CHECK(TURN_UNTIL(!w.fake.stats[STAT_CONNECTIONS]));
	CHECK_INT(get("/", answer, sizeof(answer)), 200);
	world_close();
}

TEST(half_of_the_descriptors_stay_for_others)
{
	struct rlimit limit, low;
	int fds[10];

	CHECK(!getrlimit(RLIMIT_NOFILE, &limit));
	low = (struct rlimit){20, limit.rlim_max};
	CHECK(!setrlimit(RLIMIT_NOFILE, &low));
	world_open();
	CHECK(!setrlimit(RLIMIT_NOFILE, &limit));
	CHECK(strstr(w.fake.log, "info at most 10 connections"));
	for (int i = 0; i < 10; i++)
		fds[i] = dial();
	CHECK(TURN_UNTIL(w.fake.stats[STAT_CONNECTIONS] == 10));
	CHECK_INT(get("/", answer, sizeof(answer)), 503);
	for (int i = 0; i < 10; i++)
		close(fds[i]);
	world_close();
}

TEST(feed_sends_the_newest_picture_when_the_socket_takes_it)
{
	static const char request[] =
		"GET /video_feed?camera=front&fps=5&width=640 HTTP/1.1\r\nHost: localhost\r\n\r\n";
	struct cam_buf *small, *large;
	int fd, i;

	world_open();
	small = jpeg(100, 's');
	large = jpeg(16 << 20, 'l');
	fd = dial();
	send_all(fd, request, strlen(request));
	CHECK(TURN_UNTIL(sub_of("front") >= 0));
	i = sub_of("front");
	CHECK_INT(w.fake.subs[i].want.width, 640);
	CHECK_INT(w.fake.subs[i].want.height, 0);
	CHECK_INT(w.fake.subs[i].want.max_fps_num, 5);
	CHECK_INT(fake_deliver(&w.fake, (size_t)i, small), 0);
	turn_ms(20);
	CHECK(recv(fd, answer, sizeof(answer) - 1, 0) > 0);
	CHECK(strstr(answer, "multipart/x-mixed-replace; boundary=cam_server_picture"));
	CHECK(strstr(answer, "Content-Length: 100\r\n"));
	CHECK_INT(fake_deliver(&w.fake, (size_t)i, large), 0);
	turn_ms(5);
	CHECK_INT(fake_deliver(&w.fake, (size_t)i, small), CAM_LATER);
	while (recv(fd, answer, sizeof(answer) - 1, 0) > 0 || !w.fake.subs[i].resumed)
		turn_ms(1);
	CHECK_INT(fake_deliver(&w.fake, (size_t)i, small), 0);
	close(fd);
	CHECK(TURN_UNTIL(!open_subs()));
	drop(small);
	drop(large);
	world_close();
}

RUN_TESTS(T(page_is_served_with_its_policy_and_etag), T(other_paths_are_answered_by_the_server),
	T(malformed_requests_are_refused), T(bad_upgrades_are_never_answered_101),
	T(paths_out_of_the_tree_are_refused_in_every_spelling), T(head_is_limited_and_a_slow_one_is_ended),
	T(a_cap_answers_at_once_and_all_comes_back), T(half_of_the_descriptors_stay_for_others),
	T(feed_sends_the_newest_picture_when_the_socket_takes_it))
