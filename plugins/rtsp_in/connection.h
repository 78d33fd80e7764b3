/* SPDX-License-Identifier: MIT */
/**
 * @file connection.h
 * The sockets of a session, on the server's loop: the TCP connection and, for streams over UDP, a pair of ports a track.
 * Nothing is ever connected to, sent to or taken from but the configured host. All [loop].
 */
#ifndef CAM_RTSP_IN_CONNECTION_H
#define CAM_RTSP_IN_CONNECTION_H
#include "plugins/rtsp_in/lookup.h"

#include <stdbool.h>
#include <uv.h>

enum { CONNECTION_TRACKS = 2, CONNECTION_RTP = 0, CONNECTION_RTCP = 1 };

/** What its owner is told. After connection_close() only closed() comes; after broken() nothing else until then. */
struct connection_events {
	void (*connected)(void *arg);
	/** Where to read to. @return *ret_len bytes, more than 0 */
	uint8_t *(*room)(void *arg, size_t *ret_len);
	void (*bytes)(void *arg, size_t len); /**< so many have come there; 0: a rest is over */
	void (*datagram)(void *arg, unsigned track, bool rtcp, const uint8_t *data, size_t len);
	void (*broken)(void *arg, int err); /**< libuv's error */
	void (*closed)(void *arg); /**< the connection's memory is its owner's again */
	void *arg;
};

/** Zero-initialise, then connection_open(). */
struct connection {
	const struct connection_events *events;
	uv_loop_t *loop;
	struct lookup *lookup; /* of the host's name, under way */
	struct addrinfo *addresses, *next, only; /* to try, one after the other */
	uv_tcp_t tcp;
	uv_connect_t connecting;
	uv_idle_t rest; /* once connected */
	int err; /* of the last address */
	uv_timer_t patience; /* with an address that does not answer, once a name has been looked up */
	bool has_tcp, has_patience, connected, closing;
	unsigned n_open; /* handles */
	struct sockaddr_storage peer;
	struct connection_port {
		uv_udp_t udp;
		struct connection *connection;
		unsigned track;
		bool open, rtcp;
	} port[CONNECTION_TRACKS][2];
	char *datagram; /* 64 KiB, with the first port */
};

/** Begin to look the host up and to connect; connected() or broken() tells, the latter maybe before this returns. */
void connection_open(struct connection *, uv_loop_t *loop, const char *host, uint16_t port,
	const struct connection_events *events);
/** Send inside the connection; what the kernel does not take at once is copied and sent later. @return 0 or libuv's error */
int connection_send(struct connection *, const void *data, size_t len);
/** Connected: read nothing more in this turn of the loop. In the next one bytes() is called, and reading goes on. */
void connection_rest(struct connection *);
/** Connected: open an even port for RTP and the next one for RTCP. @return the even one, or 0: there is none */
uint16_t connection_bind_pair(struct connection *, unsigned track);
/** Close a track's ports, if they are open. */
void connection_drop_pair(struct connection *, unsigned track);
/** Send one datagram from a track's port to one of the camera's. Lost silently, as datagrams are. */
void connection_send_to(
	struct connection *, unsigned track, bool rtcp, uint16_t port, const void *data, size_t len);
/** Close everything; closed() comes once, not before this returns. */
void connection_close(struct connection *);
#endif
