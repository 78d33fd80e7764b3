/* SPDX-License-Identifier: MIT */
#include "core/supervise/health.h"

#include "lib/clock.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct target {
	char host[INET6_ADDRSTRLEN + 2], path[256]; /* the host as it stands in the URL */
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} address;
	socklen_t len;
};

static bool set_address(struct target *t, uint16_t port)
{
	char bare[sizeof(t->host)];
	size_t n = strlen(t->host);

	memset(&t->address, 0, sizeof(t->address));
	if (t->host[0] != '[') {
		t->len = sizeof(t->address.v4);
		t->address.v4.sin_family = AF_INET;
		t->address.v4.sin_port = htons(port);
		return inet_pton(AF_INET, t->host, &t->address.v4.sin_addr) == 1;
	}
	if (n < 3 || t->host[n - 1] != ']')
		return false;
	memcpy(bare, t->host + 1, n - 2);
	bare[n - 2] = '\0';
	t->len = sizeof(t->address.v6);
	t->address.v6.sin6_family = AF_INET6;
	t->address.v6.sin6_port = htons(port);
	return inet_pton(AF_INET6, bare, &t->address.v6.sin6_addr) == 1;
}

/* @param n how long text is, the ':' included @return 0 unless it is a port */
static uint16_t parse_port(const char *text, size_t n)
{
	size_t digits = *text == ':' ? strspn(text + 1, "0123456789") : 0;
	long port;

	if (!digits || digits > 5 || 1 + digits != n)
		return 0;
	port = strtol(text + 1, NULL, 10);
	return port < 65536 ? (uint16_t)port : 0;
}

static bool parse(const char *url, struct target *t)
{
	static const char scheme[] = "http://";
	size_t n, host;
	uint16_t port = 80;

	if (strncmp(url, scheme, sizeof(scheme) - 1))
		return false;
	url += sizeof(scheme) - 1;
	n = strcspn(url, "/");
	host = *url == '[' ? strcspn(url, "]/") + 1 : strcspn(url, ":/");
	if (host > n || host >= sizeof(t->host) || strlen(url + n) >= sizeof(t->path) ||
		strpbrk(url, " \t\r\n"))
		return false;
	memcpy(t->host, url, host);
	t->host[host] = '\0';
	if (host < n)
		port = parse_port(url + host, n - host);
	memcpy(t->path, url[n] ? url + n : "/", url[n] ? strlen(url + n) + 1 : 2);
	return port && set_address(t, port);
}

/* @return 0 when the socket is ready, -ETIMEDOUT or another -errno */
static int wait_until(int fd, short events, int64_t deadline_ns)
{
	for (;;) {
		int64_t left = deadline_ns - clock_mono_ns();
		struct pollfd p = {.fd = fd, .events = events};
		int n;

		if (left <= 0)
			return -ETIMEDOUT;
		n = poll(&p, 1, (int)((left + CLOCK_MS - 1) / CLOCK_MS));
		if (n > 0)
			return 0;
		if (n < 0 && errno != EINTR)
			return -errno;
	}
}

static int connect_to(int fd, const struct target *t, int64_t deadline_ns)
{
	int err = 0;
	socklen_t len = sizeof(err);

	if (!connect(fd, &t->address.any, t->len))
		return 0;
	if (errno != EINPROGRESS)
		return -errno;
	err = wait_until(fd, POLLOUT, deadline_ns);
	if (!err && getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &len))
		err = errno;
	return err > 0 ? -err : err;
}

/* Reads the status line. @return the status, or -errno */
static int read_status(int fd, int64_t deadline_ns)
{
	char line[sizeof("HTTP/1.1 200") - 1];
	size_t got = 0;

	while (got < sizeof(line)) {
		int err = wait_until(fd, POLLIN, deadline_ns);
		ssize_t n = err ? 0 : recv(fd, line + got, sizeof(line) - got, 0);

		if (err)
			return err;
		if (n < 0 && errno != EINTR && errno != EAGAIN)
			return -errno;
		if (!n)
			return -EPROTO;
		got += n > 0 ? (size_t)n : 0;
	}
	if (memcmp(line, "HTTP/1.", 7) || line[8] != ' ')
		return -EPROTO;
	for (int i = 9; i < 12; i++)
		if (line[i] < '0' || line[i] > '9')
			return -EPROTO;
	return (line[9] - '0') * 100 + (line[10] - '0') * 10 + (line[11] - '0');
}

/* @return the answer's status, or -errno */
static int get(const struct target *t, int64_t deadline_ns)
{
	struct text request = {0};
	int err, fd = socket(t->address.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return -errno;
	text_printf(&request, "GET %s HTTP/1.1\r\nHost: %s:%u\r\nConnection: close\r\n\r\n", t->path, t->host,
		(unsigned)ntohs(t->address.v4.sin_port)); /* IPv6 has its port in the same place */
	err = request.failed ? -ENOMEM : connect_to(fd, t, deadline_ns);
	/* So short a request goes into the empty buffer of a new socket at once. */
	if (!err && send(fd, request.data, request.len, MSG_NOSIGNAL) != (ssize_t)request.len)
		err = -EIO;
	if (!err)
		err = read_status(fd, deadline_ns);
	text_free(&request);
	close(fd);
	return err;
}

int health_ask(const char *url, int timeout_ms, struct text *message)
{
	struct target t;
	int status;

	if (!parse(url, &t)) {
		text_printf(message, "cam_server: \"%s\" is no address to ask: write it as %s\n", url,
			HEALTH_URL);
		return -EINVAL;
	}
	status = get(&t, clock_mono_ns() + timeout_ms * CLOCK_MS);
	if (status == 200)
		text_printf(message, "%s: well\n", url);
	else if (status > 0)
		text_printf(message, "cam_server: %s answers %d\n", url, status);
	else if (status == -EPROTO)
		text_printf(message, "cam_server: what answers at %s is no web server\n", url);
	else if (status == -ETIMEDOUT)
		text_printf(message, "cam_server: %s does not answer within %d ms\n", url, timeout_ms);
	else
		text_printf(message,
			"cam_server: %s does not answer: %s; does the server run, and listen there?\n", url,
			strerrordesc_np(-status));
	return status == 200 ? 0 : status > 0 ? -EIO : status;
}
