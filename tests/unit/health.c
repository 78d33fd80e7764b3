/* SPDX-License-Identifier: MIT */
/* --health against servers that answer one connection as they were told. */
#include "core/supervise/health.h"
#include "tests/check.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

struct server {
	pthread_t thread;
	int fd;
	const char *answer; /* NULL: none, until the other side hangs up */
	bool in_bytes; /* each byte of the answer in a segment of its own */
	char url[64], request[512];
};

static struct server s;
static struct text message;

static void send_answer(int fd)
{
	size_t step = s.in_bytes ? 1 : strlen(s.answer), n = strlen(s.answer);

	for (size_t i = 0; i < n; i += step)
		if (send(fd, s.answer + i, step, MSG_NOSIGNAL) < 0)
			return;
}

static void *serve(void *arg)
{
	int on = 1, fd = accept4(s.fd, NULL, NULL, SOCK_CLOEXEC);
	size_t got = 0;
	ssize_t n;

	if (fd < 0)
		return arg;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	while (got < sizeof(s.request) - 1 && !strstr(s.request, "\r\n\r\n") &&
		(n = recv(fd, s.request + got, sizeof(s.request) - 1 - got, 0)) > 0)
		got += (size_t)n;
	if (s.answer)
		send_answer(fd);
	else
		while (recv(fd, s.request, 1, 0) > 0)
			;
	close(fd);
	return arg;
}

static void listen_on(int family, const char *path)
{
	struct sockaddr_in6 any = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
	struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	bool is_v4 = family == AF_INET;
	struct sockaddr *a = is_v4 ? (struct sockaddr *)&v4 : (struct sockaddr *)&any;
	socklen_t len = is_v4 ? sizeof(v4) : sizeof(any);

	s.fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	CHECK(s.fd >= 0 && !bind(s.fd, a, len) && !listen(s.fd, 4) && !getsockname(s.fd, a, &len));
	snprintf(s.url, sizeof(s.url), "http://%s:%d%s", is_v4 ? "127.0.0.1" : "[::1]",
		ntohs(is_v4 ? v4.sin_port : any.sin6_port), path);
}

static void end_server(void)
{
	shutdown(s.fd, SHUT_RDWR); /* where nobody came, accept() ends */
	pthread_join(s.thread, NULL);
	close(s.fd);
}

static int ask(const char *answer, bool in_bytes, int timeout_ms)
{
	int err;

	memset(&s, 0, sizeof(s));
	s.answer = answer;
	s.in_bytes = in_bytes;
	listen_on(AF_INET, "/healthz");
	CHECK(!pthread_create(&s.thread, NULL, serve, NULL));
	text_free(&message);
	err = health_ask(s.url, timeout_ms, &message);
	end_server();
	return err;
}

static bool says(const char *what)
{
	return strstr(text_str(&message), what) && strchr(text_str(&message), '\n');
}

TEST(health_is_well_at_200)
{
	CHECK_INT(ask("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok\n", false, 5000), 0);
	CHECK(says("well"));
	CHECK(!strncmp(s.request, "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:", 39));
	CHECK_INT(ask("HTTP/1.0 200 OK\r\n\r\n", true, 5000), 0);
	text_free(&message);
}

TEST(health_tells_other_answers)
{
	CHECK_INT(ask("HTTP/1.1 503 Service Unavailable\r\n\r\n", false, 5000), -EIO);
	CHECK(says("answers 503"));
	CHECK_INT(ask("SSH-2.0-OpenSSH_9.2p1 Debian\r\n", false, 5000), -EPROTO);
	CHECK(says("no web server"));
	CHECK_INT(ask("HTTP/1.1 2x0 OK\r\n\r\n", false, 5000), -EPROTO);
	CHECK_INT(ask("HTTP/1.1-200 OK\r\n\r\n", false, 5000), -EPROTO);
	CHECK_INT(ask("HTTP/1.1 20", false, 5000), -EPROTO);
	CHECK_INT(ask("", false, 5000), -EPROTO);
	text_free(&message);
}

TEST(health_waits_no_longer_than_its_time)
{
	CHECK_INT(ask(NULL, false, 100), -ETIMEDOUT);
	CHECK(says("does not answer within 100 ms"));
	text_free(&message);
}

TEST(health_tells_that_nobody_listens)
{
	memset(&s, 0, sizeof(s));
	listen_on(AF_INET, "/");
	close(s.fd);
	CHECK_INT(health_ask(s.url, 5000, &message), -ECONNREFUSED);
	CHECK(says("does the server run"));
	text_free(&message);
}

TEST(health_asks_over_ipv6)
{
	int err;

	memset(&s, 0, sizeof(s));
	s.answer = "HTTP/1.1 200 OK\r\n\r\n";
	listen_on(AF_INET6, "");
	CHECK(!pthread_create(&s.thread, NULL, serve, NULL));
	err = health_ask(s.url, 5000, &message);
	end_server();
	CHECK_INT(err, 0);
	CHECK(!strncmp(s.request, "GET / HTTP/1.1\r\nHost: [::1]:", 28));
	text_free(&message);
}

TEST(health_refuses_what_is_no_address)
{
	static const char *const bad[] = {"", "http://", "127.0.0.1:5000", "https://127.0.0.1/",
		"http://localhost/", "http://127.0.0.1:/", "http://127.0.0.1:0/", "http://127.0.0.1:65536/",
		"http://127.0.0.1:5000x/", "http://127.0.0.1:123456/", "http://[::1/", "http://[]/",
		"http://[::1]x/", "http://1.2.3/", "http://user@127.0.0.1/", "http://127.0.0.1/a\r\nb",
		"http://127.0.0.1/a b",
		"http://0000000000000000000000000000000000000000000000000000000000127.0.0.1/"};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		text_free(&message);
		CHECK_INT(health_ask(bad[i], 100, &message), -EINVAL);
		CHECK(says("write it as http://127.0.0.1:5000/healthz"));
	}
	text_free(&message);
}

RUN_TESTS(T(health_is_well_at_200), T(health_tells_other_answers), T(health_waits_no_longer_than_its_time),
	T(health_tells_that_nobody_listens), T(health_asks_over_ipv6), T(health_refuses_what_is_no_address))
