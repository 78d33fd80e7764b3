/* SPDX-License-Identifier: MIT */
/* The sockets of a session: what is sent while nobody reads, what comes over UDP and from whom. */
#include "plugins/rtsp_in/connection.h"
#include "plugins/rtsp_in/test/test_rig.h"
#include "tests/check.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

static uv_loop_t loop;
static struct connection connection;
static uint8_t room_is[65536];
static struct {
	bool connected, closed;
	int broken;
	size_t bytes;
	unsigned datagrams, track;
	bool rtcp;
	uint8_t first;
} told;

static void on_connected(void *arg)
{
	(void)arg;
	told.connected = true;
}

static uint8_t *room(void *arg, size_t *ret_len)
{
	(void)arg;
	*ret_len = sizeof(room_is);
	return room_is;
}

static void on_bytes(void *arg, size_t len)
{
	(void)arg;
	told.bytes += len;
}

static void on_datagram(void *arg, unsigned track, bool rtcp, const uint8_t *data, size_t len)
{
	(void)arg;
	(void)len;
	told.datagrams++;
	told.track = track;
	told.rtcp = rtcp;
	told.first = data[0];
}

static void on_broken(void *arg, int err)
{
	(void)arg;
	told.broken = err;
}

static void on_closed(void *arg)
{
	(void)arg;
	told.closed = true;
}

static const struct connection_events events = {
	on_connected, room, on_bytes, on_datagram, on_broken, on_closed, NULL};

/* A listener with a small buffer on that address of loopback. */
static int listen_at(const char *host, uint16_t *ret_port)
{
	struct sockaddr_storage addr = {0};
	struct sockaddr_in *v4 = (struct sockaddr_in *)(void *)&addr;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)(void *)&addr;
	socklen_t len = sizeof(addr);
	int small = 4096, fd;

	if (strchr(host, ':')) {
		v6->sin6_family = AF_INET6;
		CHECK_INT(inet_pton(AF_INET6, host, &v6->sin6_addr), 1);
	} else {
		v4->sin_family = AF_INET;
		CHECK_INT(inet_pton(AF_INET, host, &v4->sin_addr), 1);
	}
	fd = socket(addr.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	CHECK(fd >= 0);
	CHECK_INT(setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small)), 0);
	CHECK(!bind(fd, (struct sockaddr *)&addr, addr.ss_family == AF_INET ? sizeof(*v4) : sizeof(*v6)));
	CHECK(!listen(fd, 1) && !getsockname(fd, (struct sockaddr *)&addr, &len));
	*ret_port = ntohs(addr.ss_family == AF_INET ? v4->sin_port : v6->sin6_port);
	return fd;
}

/* @return the peer's end */
static int begin(const char *host)
{
	uint16_t port;
	int listener = listen_at(host, &port), fd;

	memset(&told, 0, sizeof(told));
	memset(&connection, 0, sizeof(connection));
	CHECK_INT(uv_loop_init(&loop), 0);
	connection_open(&connection, &loop, host, port, &events);
	while (!told.connected && !told.broken)
		uv_run(&loop, UV_RUN_ONCE);
	CHECK_INT(told.broken, 0);
	fd = accept(listener, NULL, NULL);
	CHECK(fd >= 0);
	close(listener);
	return fd;
}

static void end(int peer)
{
	connection_close(&connection);
	CHECK(!told.closed);
	uv_run(&loop, UV_RUN_DEFAULT);
	CHECK(told.closed);
	CHECK_INT(uv_loop_close(&loop), 0);
	close(peer);
}

TEST(what_a_camera_does_not_read_waits_up_to_a_limit_and_goes_out_in_order)
{
	static uint32_t block[4000];
	uint32_t number = 0, next = 0, got;
	int peer = begin("127.0.0.1"), err = 0;
	size_t waits, last;

	while (!err) {
		for (size_t i = 0; i < sizeof(block) / sizeof(block[0]); i++)
			block[i] = number + (uint32_t)i;
		err = connection_send(&connection, block, sizeof(block));
		if (!err)
			number += sizeof(block) / sizeof(block[0]);
		CHECK(uv_stream_get_write_queue_size((uv_stream_t *)&connection.tcp) <= 65536);
	}
	CHECK_INT(err, UV_ENOBUFS);
	waits = uv_stream_get_write_queue_size((uv_stream_t *)&connection.tcp);
	CHECK(waits > 65536 - sizeof(block));
	last = waits;
	while (next < number) { /* the peer reads at last */
		uv_run(&loop, UV_RUN_NOWAIT);
		CHECK_INT(recv(peer, &got, sizeof(got), MSG_WAITALL), sizeof(got));
		CHECK_INT(got, next);
		next++;
		waits = uv_stream_get_write_queue_size((uv_stream_t *)&connection.tcp);
		CHECK(waits <= last);
		last = waits;
	}
	CHECK_INT(last, 0);
	CHECK_INT(connection_send(&connection, block, 4), 0);
	end(peer);
}

/* From a socket of that host to a port of ours. */
static void send_from(int family, const char *host, uint16_t port, uint8_t first)
{
	struct sockaddr_in v4 = {.sin_family = AF_INET};
	struct sockaddr_in6 v6 = {
		.sin6_family = AF_INET6, .sin6_port = htons(port), .sin6_addr = in6addr_loopback};
	uint8_t data[3] = {first, 0, 0};
	int fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (family == AF_INET) {
		CHECK_INT(inet_pton(AF_INET, host, &v4.sin_addr), 1);
		CHECK_INT(bind(fd, (struct sockaddr *)&v4, sizeof(v4)), 0);
		v4.sin_port = htons(port);
		v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		CHECK_INT(
			sendto(fd, data, sizeof(data), 0, (struct sockaddr *)&v4, sizeof(v4)), sizeof(data));
	} else {
		CHECK_INT(
			sendto(fd, data, sizeof(data), 0, (struct sockaddr *)&v6, sizeof(v6)), sizeof(data));
	}
	close(fd);
}

/* On loopback what is sent is there at once. */
static void check_datagram(unsigned n, uint8_t first, unsigned track, bool rtcp)
{
	while (told.datagrams < n)
		uv_run(&loop, UV_RUN_ONCE);
	CHECK_INT(told.datagrams, n);
	CHECK_INT(told.first, first);
	CHECK_INT(told.track, track);
	CHECK_INT(told.rtcp, rtcp);
}

TEST(datagrams_are_taken_from_the_cameras_host_alone)
{
	int peer = begin("127.0.0.1");
	uint16_t video = connection_bind_pair(&connection, 0), audio = connection_bind_pair(&connection, 1);

	CHECK(video && audio && video != audio);
	CHECK_INT(video % 2 + audio % 2, 0);
	send_from(AF_INET, "127.0.0.2", video, 66);
	send_from(AF_INET, "127.0.0.1", video, 1);
	check_datagram(1, 1, 0, false);
	send_from(AF_INET, "127.0.0.1", (uint16_t)(video + 1), 2);
	check_datagram(2, 2, 0, true);
	send_from(AF_INET, "127.0.0.1", (uint16_t)(audio + 1), 3);
	check_datagram(3, 3, 1, true);
	CHECK_INT(connection_bind_pair(&connection, 0), 0); /* they are open already */
	connection_drop_pair(&connection, 1);
	connection_send_to(&connection, 1, false, 9, "x", 1); /* nowhere to send it from */
	end(peer);
}

TEST(over_ip_6_it_is_the_same)
{
	struct sockaddr_in6 addr = {.sin6_family = AF_INET6, .sin6_addr = in6addr_loopback}, from;
	int udp = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0), peer;
	socklen_t len = sizeof(addr);
	uint16_t port;
	char got[8];

	if (udp < 0 || bind(udp, (struct sockaddr *)&addr, sizeof(addr))) {
		printf("# this machine has no IPv6: not tested\n");
		close(udp);
		return;
	}
	CHECK(!getsockname(udp, (struct sockaddr *)&addr, &len));
	peer = begin("::1");
	port = connection_bind_pair(&connection, 0);
	CHECK(port);
	send_from(AF_INET6, NULL, port, 1);
	check_datagram(1, 1, 0, false);
	connection_send_to(&connection, 0, true, ntohs(addr.sin6_port), "report", 6);
	len = sizeof(from);
	CHECK_INT(recvfrom(udp, got, sizeof(got), 0, (struct sockaddr *)&from, &len), 6);
	CHECK(!memcmp(got, "report", 6));
	CHECK_INT(ntohs(from.sin6_port), port + 1); /* RTCP's */
	close(udp);
	end(peer);
}

TEST(a_rest_is_one_turn_of_the_loop_and_what_has_come_meanwhile_is_read_after_it)
{
	int peer = begin("127.0.0.1");

	connection_rest(&connection);
	CHECK_INT(send(peer, "abc", 3, 0), 3);
	while (told.bytes < 3)
		uv_run(&loop, UV_RUN_ONCE);
	CHECK_INT(told.bytes, 3);
	shutdown(peer, SHUT_WR);
	while (!told.broken)
		uv_run(&loop, UV_RUN_ONCE);
	CHECK_INT(told.broken, UV_EOF);
	end(peer);
}

RUN_TESTS(T(what_a_camera_does_not_read_waits_up_to_a_limit_and_goes_out_in_order),
	T(datagrams_are_taken_from_the_cameras_host_alone), T(over_ip_6_it_is_the_same),
	T(a_rest_is_one_turn_of_the_loop_and_what_has_come_meanwhile_is_read_after_it))
