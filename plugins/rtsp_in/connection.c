/* SPDX-License-Identifier: MIT */
#include "plugins/rtsp_in/connection.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What the camera has not taken by then was not worth sending: requests and reports are small. */
enum { UNSENT_MAX = 65536, DATAGRAM_MAX = 65536, PAIR_TRIES = 16, UDP_BUFFER = 1 << 20 };

/* An address that does not answer gets so long when there are others; SYN is sent anew after one second. */
enum { ATTEMPT_MS = 2000 };

static void try_next_address(struct connection *c);

static void break_off(struct connection *c, int err)
{
	if (!c->closing)
		c->events->broken(c->events->arg, err);
}

/* ---- the end ---- */

static void finish_when_all_is_closed(struct connection *c)
{
	if (!c->closing || c->n_open)
		return;
	if (c->addresses)
		freeaddrinfo(c->addresses);
	c->addresses = NULL;
	free(c->datagram);
	c->datagram = NULL;
	c->events->closed(c->events->arg);
}

static void on_port_closed(uv_handle_t *handle)
{
	struct connection_port *p = handle->data;

	p->connection->n_open--;
	finish_when_all_is_closed(p->connection);
}

static void close_port(struct connection_port *p)
{
	if (p->open)
		uv_close((uv_handle_t *)&p->udp, on_port_closed);
	p->open = false;
}

void connection_drop_pair(struct connection *c, unsigned track)
{
	close_port(&c->port[track][CONNECTION_RTP]);
	close_port(&c->port[track][CONNECTION_RTCP]);
}

static void on_helper_closed(uv_handle_t *handle)
{
	struct connection *c = handle->data;

	c->n_open--;
	finish_when_all_is_closed(c);
}

static void on_tcp_closed(uv_handle_t *handle)
{
	struct connection *c = handle->data;

	c->n_open--;
	if (c->closing)
		finish_when_all_is_closed(c);
	else
		try_next_address(c);
}

static void close_tcp(struct connection *c)
{
	if (c->has_tcp)
		uv_close((uv_handle_t *)&c->tcp, on_tcp_closed);
	c->has_tcp = false;
}

void connection_close(struct connection *c)
{
	c->closing = true;
	if (c->lookup)
		lookup_cancel(c->lookup);
	c->lookup = NULL;
	if (c->connected)
		uv_close((uv_handle_t *)&c->rest, on_helper_closed);
	c->connected = false;
	if (c->has_patience)
		uv_close((uv_handle_t *)&c->patience, on_helper_closed);
	c->has_patience = false;
	/* With nothing open: a handle only so that closed() does not come before this has returned. */
	if (!c->has_tcp && !c->n_open && !uv_tcp_init(c->loop, &c->tcp)) {
		c->tcp.data = c;
		c->has_tcp = true;
		c->n_open++;
	}
	close_tcp(c);
	for (unsigned t = 0; t < CONNECTION_TRACKS; t++)
		connection_drop_pair(c, t);
}

/* ---- the TCP connection ---- */

static void on_room(uv_handle_t *handle, size_t suggested, uv_buf_t *ret)
{
	struct connection *c = handle->data;
	size_t len;

	(void)suggested;
	ret->base = (char *)c->events->room(c->events->arg, &len);
	ret->len = len;
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
	struct connection *c = stream->data;

	(void)buf;
	if (n > 0)
		c->events->bytes(c->events->arg, (size_t)n);
	else if (n < 0)
		break_off(c, (int)n);
}

static void on_rest_over(uv_idle_t *rest)
{
	struct connection *c = rest->data;
	int err = uv_read_start((uv_stream_t *)&c->tcp, on_room, on_read);

	uv_idle_stop(rest);
	if (err)
		break_off(c, err);
	else
		c->events->bytes(c->events->arg, 0);
}

/* Not a timer: libuv would call one that is set anew for at once in the same turn. */
void connection_rest(struct connection *c)
{
	uv_read_stop((uv_stream_t *)&c->tcp);
	uv_idle_start(&c->rest, on_rest_over);
}

static void on_connected(uv_connect_t *request, int err)
{
	struct connection *c = request->data;
	int len = sizeof(c->peer);

	if (err == UV_ECANCELED || c->closing)
		return;
	if (!err)
		err = uv_tcp_getpeername(&c->tcp, (struct sockaddr *)&c->peer, &len);
	if (!err)
		err = uv_read_start((uv_stream_t *)&c->tcp, on_room, on_read);
	if (err) {
		c->err = err;
		close_tcp(c);
		return;
	}
	c->connected = true;
	uv_idle_init(c->loop, &c->rest);
	c->rest.data = c;
	c->n_open++;
	uv_tcp_nodelay(&c->tcp, 1);
	c->events->connected(c->events->arg);
}

static void on_patience_lost(uv_timer_t *patience)
{
	struct connection *c = patience->data;

	if (c->connected)
		return;
	c->err = UV_ETIMEDOUT;
	close_tcp(c);
}

static void try_next_address(struct connection *c)
{
	struct addrinfo *a = c->next;
	int err;

	if (!a) {
		break_off(c, c->err ? c->err : UV_EHOSTUNREACH);
		return;
	}
	c->next = a->ai_next;
	err = uv_tcp_init(c->loop, &c->tcp);
	if (err) {
		break_off(c, err);
		return;
	}
	c->tcp.data = c;
	c->has_tcp = true;
	c->n_open++;
	c->connecting.data = c;
	err = uv_tcp_connect(&c->connecting, &c->tcp, a->ai_addr, on_connected);
	if (err) {
		c->err = err;
		close_tcp(c);
	} else if (c->next && c->has_patience) {
		uv_timer_start(&c->patience, on_patience_lost, ATTEMPT_MS, 0);
	}
}

static void on_looked_up(void *arg, int err, struct addrinfo *addresses)
{
	struct connection *c = arg;

	c->lookup = NULL;
	c->addresses = c->next = addresses;
	if (err) {
		break_off(c, err);
		return;
	}
	uv_timer_init(c->loop, &c->patience);
	c->patience.data = c;
	c->has_patience = true;
	c->n_open++;
	try_next_address(c);
}

/* An address needs no looking up, and none of the pool's threads. @return whether this is one */
static bool is_address(struct connection *c, const char *host, uint16_t port)
{
	if (uv_ip4_addr(host, port, (struct sockaddr_in *)(void *)&c->peer) &&
		uv_ip6_addr(host, port, (struct sockaddr_in6 *)(void *)&c->peer))
		return false;
	c->only = (struct addrinfo){.ai_addr = (struct sockaddr *)&c->peer};
	c->next = &c->only;
	return true;
}

void connection_open(struct connection *c, uv_loop_t *loop, const char *host, uint16_t port,
	const struct connection_events *events)
{
	int err;

	c->loop = loop;
	c->events = events;
	if (is_address(c, host, port)) {
		try_next_address(c);
		return;
	}
	err = lookup_begin(loop, host, port, on_looked_up, c, &c->lookup);
	if (err)
		break_off(c, err);
}

struct unsent {
	uv_write_t request;
	char data[];
};

static void on_sent(uv_write_t *request, int err)
{
	(void)err; /* a broken connection is found out by reading */
	free(request->data);
}

int connection_send(struct connection *c, const void *data, size_t len)
{
	uv_buf_t buf = uv_buf_init((char *)(uintptr_t)data, (unsigned)len);
	int n = uv_try_write((uv_stream_t *)&c->tcp, &buf, 1), err;
	struct unsent *u;

	if (n == UV_EAGAIN)
		n = 0;
	if (n < 0 || (size_t)n == len)
		return n < 0 ? n : 0;
	if (uv_stream_get_write_queue_size((uv_stream_t *)&c->tcp) + len > UNSENT_MAX)
		return UV_ENOBUFS;
	len -= (size_t)n;
	u = malloc(sizeof(*u) + len);
	if (!u)
		return UV_ENOMEM;
	memcpy(u->data, (const char *)data + n, len);
	u->request.data = u;
	buf = uv_buf_init(u->data, (unsigned)len);
	err = uv_write(&u->request, (uv_stream_t *)&c->tcp, &buf, 1, on_sent);
	if (err)
		free(u);
	return err;
}

/* ---- UDP ---- */

static bool same_host(const struct sockaddr *a, const struct sockaddr_storage *b)
{
	const struct sockaddr_in *a4 = (const void *)a, *b4 = (const void *)b;
	const struct sockaddr_in6 *a6 = (const void *)a, *b6 = (const void *)b;

	if (a->sa_family != b->ss_family)
		return false;
	return a->sa_family == AF_INET ? a4->sin_addr.s_addr == b4->sin_addr.s_addr
				       : !memcmp(&a6->sin6_addr, &b6->sin6_addr, sizeof(a6->sin6_addr));
}

static void on_datagram_room(uv_handle_t *handle, size_t suggested, uv_buf_t *ret)
{
	const struct connection_port *p = handle->data;

	(void)suggested;
	*ret = uv_buf_init(p->connection->datagram, DATAGRAM_MAX);
}

static void on_datagram(
	uv_udp_t *udp, ssize_t n, const uv_buf_t *buf, const struct sockaddr *from, unsigned flags)
{
	const struct connection_port *p = udp->data;
	struct connection *c = p->connection;

	if (n <= 0 || !from || flags & UV_UDP_PARTIAL || c->closing || !same_host(from, &c->peer))
		return;
	c->events->datagram(c->events->arg, p->track, p->rtcp, (const uint8_t *)buf->base, (size_t)n);
}

/* @param port 0: any @return a socket of the connection's family bound to it, and *ret_port, or -1 */
static int bound_socket(const struct connection *c, uint16_t port, uint16_t *ret_port)
{
	struct sockaddr_storage a = {.ss_family = c->peer.ss_family};
	in_port_t *at = a.ss_family == AF_INET ? &((struct sockaddr_in *)(void *)&a)->sin_port
					       : &((struct sockaddr_in6 *)(void *)&a)->sin6_port;
	socklen_t len = a.ss_family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);
	int fd = socket(a.ss_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	*at = htons(port);
	if (fd >= 0 && !bind(fd, (struct sockaddr *)&a, len) &&
		!getsockname(fd, (struct sockaddr *)&a, &len)) {
		*ret_port = ntohs(*at);
		return fd;
	}
	if (fd >= 0)
		close(fd);
	return -1;
}

/* @return an even port with its neighbour, and their sockets, or 0 */
static uint16_t bound_pair(const struct connection *c, int ret_fd[2])
{
	uint16_t rtp, rtcp;

	for (int i = 0; i < PAIR_TRIES; i++) {
		ret_fd[0] = bound_socket(c, 0, &rtp);
		if (ret_fd[0] < 0)
			return 0;
		ret_fd[1] = rtp % 2 || rtp == UINT16_MAX ? -1 : bound_socket(c, rtp + 1, &rtcp);
		if (ret_fd[1] >= 0)
			return rtp;
		close(ret_fd[0]);
	}
	return 0;
}

/* Takes the socket over. @return whether it is open */
static bool open_port(struct connection_port *p, int fd)
{
	int size = UDP_BUFFER;

	if (uv_udp_init(p->connection->loop, &p->udp)) {
		close(fd);
		return false;
	}
	p->udp.data = p;
	p->open = true;
	p->connection->n_open++;
	if (uv_udp_open(&p->udp, fd)) {
		close(fd);
		return false;
	}
	if (!p->rtcp) /* a keyframe comes in one burst; less than wished for will do */
		uv_recv_buffer_size((uv_handle_t *)&p->udp, &size);
	return !uv_udp_recv_start(&p->udp, on_datagram_room, on_datagram);
}

uint16_t connection_bind_pair(struct connection *c, unsigned track)
{
	uint16_t port;
	int fd[2];

	if (!c->datagram)
		c->datagram = malloc(DATAGRAM_MAX);
	if (!c->datagram || c->port[track][0].open)
		return 0;
	port = bound_pair(c, fd);
	for (int i = 0; port && i < 2; i++) {
		c->port[track][i] = (struct connection_port){
			.connection = c, .track = track, .rtcp = i == CONNECTION_RTCP};
		if (open_port(&c->port[track][i], fd[i]))
			continue;
		if (!i)
			close(fd[1]);
		port = 0;
	}
	return port;
}

void connection_send_to(
	struct connection *c, unsigned track, bool rtcp, uint16_t port, const void *data, size_t len)
{
	struct connection_port *p = &c->port[track][rtcp];
	struct sockaddr_storage to = c->peer;
	uv_buf_t buf = uv_buf_init((char *)(uintptr_t)data, (unsigned)len);

	if (!p->open)
		return;
	if (to.ss_family == AF_INET)
		((struct sockaddr_in *)(void *)&to)->sin_port = htons(port);
	else
		((struct sockaddr_in6 *)(void *)&to)->sin6_port = htons(port);
	uv_udp_try_send(&p->udp, &buf, 1, (struct sockaddr *)&to);
}
