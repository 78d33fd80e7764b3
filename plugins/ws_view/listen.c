/* SPDX-License-Identifier: MIT */
#include "conn.h"
#include "server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct address {
	char host[64]; /* "" for all, IPv6 without brackets */
	char port[8];
};

/* "127.0.0.1:5000", "[::]:5000", ":5000" */
static bool split(const char *listen, struct address *ret)
{
	const char *colon = strrchr(listen, ':');
	size_t n = colon ? (size_t)(colon - listen) : 0;

	if (!colon || strlen(colon + 1) > 5 || !colon[1] || colon[1 + strspn(colon + 1, "0123456789")])
		return false;
	if (n >= sizeof(ret->host) || strtol(colon + 1, NULL, 10) > 65535)
		return false;
	memcpy(ret->port, colon + 1, strlen(colon));
	if (n && listen[0] == '[') {
		if (listen[n - 1] != ']')
			return false;
		listen++;
		n -= 2;
	}
	memcpy(ret->host, listen, n);
	ret->host[n] = '\0';
	return true;
}

static struct addrinfo *resolve(const struct address *a)
{
	struct addrinfo hints = {
		.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE};
	struct addrinfo *ret = NULL;

	return getaddrinfo(a->host[0] ? a->host : "::", a->port, &hints, &ret) ? NULL : ret;
}

/* @return a listening descriptor or -errno */
static int bind_to(const struct addrinfo *info)
{
	int fd = socket(info->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), on = 1, off = 0, err;

	if (fd < 0)
		return -errno;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (info->ai_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off)); /* "[::]" takes IPv4 as well */
	if (!bind(fd, info->ai_addr, info->ai_addrlen) && !listen(fd, SOMAXCONN))
		return fd;
	err = errno;
	close(fd);
	return -err;
}

static int explain(struct server *s, int err, const struct address *a)
{
	const char *host = a->host[0] ? a->host : "all addresses";

	if (err == -EADDRINUSE)
		return s->host->error(s->node, err, "listen",
			"port %s on %s is taken by another program; stop it or choose another with listen",
			a->port, host);
	if (err == -EACCES)
		return s->host->error(s->node, err, "listen",
			"port %s needs a privilege; choose one from 1024 up with listen", a->port);
	if (err == -EADDRNOTAVAIL)
		return s->host->error(s->node, err, "listen",
			"this machine has no address %s; choose another with listen", host);
	return s->host->error(
		s->node, err, "listen", "cannot listen on %s: %s", s->conf->listen, uv_strerror(err));
}

int listen_bind(struct server *s)
{
	struct address a = {"", ""};
	struct addrinfo *info = split(s->conf->listen, &a) ? resolve(&a) : NULL;
	int fd;

	if (!info)
		return s->host->error(s->node, -EINVAL, "listen",
			"\"%s\" is no address to listen on; write it as 127.0.0.1:5000, [::1]:5000 or :5000",
			s->conf->listen);
	fd = bind_to(info);
	freeaddrinfo(info);
	if (fd == -EAFNOSUPPORT && !a.host[0]) { /* a kernel without IPv6: all of IPv4 */
		memcpy(a.host, "0.0.0.0", sizeof("0.0.0.0"));
		info = resolve(&a);
		fd = info ? bind_to(info) : fd;
		freeaddrinfo(info);
	}
	return fd < 0 ? explain(s, fd, &a) : fd;
}

static void tell_address(struct server *s)
{
	struct sockaddr_storage addr;
	int len = sizeof(addr);
	char host[64], port[8];

	if (uv_tcp_getsockname(&s->listener, (struct sockaddr *)&addr, &len) ||
		getnameinfo((struct sockaddr *)&addr, (socklen_t)len, host, sizeof(host), port, sizeof(port),
			NI_NUMERICHOST | NI_NUMERICSERV))
		return;
	if (!strcmp(host, "::") || !strcmp(host, "0.0.0.0"))
		memcpy(host, "127.0.0.1", sizeof("127.0.0.1"));
	s->host->log(s->node, CAM_INFO,
		strchr(host, ':') ? "listening on http://[%s]:%s/" : "listening on http://%s:%s/", host,
		port);
}

static void on_connection(uv_stream_t *listener, int status)
{
	struct server *s = listener->data;

	if (status < 0)
		s->host->log(s->node, CAM_WARN, "cannot accept a connection: %s", uv_strerror(status));
	else
		conn_accept(s);
}

void listen_start(struct server *s, int fd)
{
	int err;

	uv_tcp_init(s->loop, &s->listener);
	s->listener.data = s;
	s->pending++;
	err = uv_tcp_open(&s->listener, fd);
	if (err)
		close(fd);
	else
		err = uv_listen((uv_stream_t *)&s->listener, SOMAXCONN, on_connection);
	if (err)
		s->host->fail(s->node,
			s->host->error(s->node, err, "listen", "cannot listen: %s", uv_strerror(err)));
	else
		tell_address(s);
}

static void on_closed(uv_handle_t *handle)
{
	server_released(handle->data);
}

void listen_close(struct server *s)
{
	uv_close((uv_handle_t *)&s->listener, on_closed);
}
