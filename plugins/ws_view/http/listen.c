/* SPDX-License-Identifier: MIT */
#include "plugins/ws_view/http/listen.h"

#include "plugins/ws_view/http/request.h"

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

static int explain(struct web *w, int err, const struct address *a)
{
	const char *host = a->host[0] ? a->host : "all addresses";

	if (err == -EADDRINUSE)
		return w->host->error(w->node, err, "listen",
			"port %s on %s is taken by another program; stop it or choose another with listen",
			a->port, host);
	if (err == -EACCES)
		return w->host->error(w->node, err, "listen",
			"port %s needs a privilege; choose one from 1024 up with listen", a->port);
	if (err == -EADDRNOTAVAIL)
		return w->host->error(w->node, err, "listen",
			"this machine has no address %s; choose another with listen", host);
	return w->host->error(
		w->node, err, "listen", "cannot listen on %s: %s", w->conf->listen, uv_strerror(err));
}

int listen_bind(struct web *w)
{
	struct address a = {"", ""};
	struct addrinfo *info = split(w->conf->listen, &a) ? resolve(&a) : NULL;
	int fd;

	if (!info)
		return w->host->error(w->node, -EINVAL, "listen",
			"\"%s\" is no address to listen on; write it as 127.0.0.1:5000, [::1]:5000 or :5000",
			w->conf->listen);
	fd = bind_to(info);
	freeaddrinfo(info);
	if (fd == -EAFNOSUPPORT && !a.host[0]) { /* a kernel without IPv6: all of IPv4 */
		memcpy(a.host, "0.0.0.0", sizeof("0.0.0.0"));
		info = resolve(&a);
		fd = info ? bind_to(info) : fd;
		freeaddrinfo(info);
	}
	return fd < 0 ? explain(w, fd, &a) : fd;
}

static void tell_address(struct http *http)
{
	struct sockaddr_storage addr;
	int len = sizeof(addr);
	char host[64], port[8];

	if (uv_tcp_getsockname(&http->listener, (struct sockaddr *)&addr, &len) ||
		getnameinfo((struct sockaddr *)&addr, (socklen_t)len, host, sizeof(host), port, sizeof(port),
			NI_NUMERICHOST | NI_NUMERICSERV))
		return;
	if (!strcmp(host, "::") || !strcmp(host, "0.0.0.0"))
		memcpy(host, "127.0.0.1", sizeof("127.0.0.1"));
	http->web->host->log(http->web->node, CAM_INFO,
		strchr(host, ':') ? "listening on http://[%s]:%s/" : "listening on http://%s:%s/", host,
		port);
}

static void on_connection(uv_stream_t *listener, int status)
{
	struct http *http = listener->data;

	if (status < 0)
		http->web->host->log(
			http->web->node, CAM_WARN, "cannot accept a connection: %s", uv_strerror(status));
	else
		request_accept(http);
}

void listen_start(struct http *http, int fd)
{
	int err;

	uv_tcp_init(http->web->loop, &http->listener);
	http->listener.data = http;
	http->web->pending++;
	err = uv_tcp_open(&http->listener, fd);
	if (err)
		close(fd);
	else
		err = uv_listen((uv_stream_t *)&http->listener, SOMAXCONN, on_connection);
	if (err)
		http->web->host->fail(http->web->node, http->web->host->error(http->web->node, err, "listen",
							       "cannot listen: %s", uv_strerror(err)));
	else
		tell_address(http);
}

static void on_closed(uv_handle_t *handle)
{
	web_released(((struct http *)handle->data)->web);
}

void listen_close(struct http *http)
{
	uv_close((uv_handle_t *)&http->listener, on_closed);
}
