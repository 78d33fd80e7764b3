/* SPDX-License-Identifier: MIT */
#include "bench/stream.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { RTP_HEAD = 12, TCP_HEAD = 4, FU_A = 28, UDP_BUFFER = 1 << 20 };

/* Sends a request and reads its answer's head and body; what follows stays in s->in. */
static int ask(struct stream *s, int cseq, const char *method, const char *url, const char *headers)
{
	char request[1024], *end, *length;
	int n = snprintf(
		request, sizeof(request), "%s %s RTSP/1.0\r\nCSeq: %d\r\n%s\r\n", method, url, cseq, headers);

	if (n >= (int)sizeof(request) || send(s->fd, request, (size_t)n, MSG_NOSIGNAL) != n)
		return -1;
	s->in_at = s->in_len = 0;
	for (;;) {
		ssize_t got = recv(s->fd, s->in + s->in_len, STREAM_ROOM - 1 - s->in_len, 0);

		if (got <= 0)
			return -1;
		s->in_len += (size_t)got;
		s->in[s->in_len] = '\0';
		end = strstr((char *)s->in, "\r\n\r\n");
		length = end ? strstr((char *)s->in, "Content-Length: ") : NULL;
		if (end && length && length < end) {
			size_t whole = (size_t)(end + 4 - (char *)s->in) +
				       (size_t)strtol(length + strlen("Content-Length: "), NULL, 10);

			if (s->in_len >= whole) {
				s->in_at = whole;
				return strncmp((char *)s->in, "RTSP/1.0 200", 12) ? -1 : 0;
			}
		}
	}
}

/* @return the port, or -1 */
static int open_udp(struct stream *s)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(at);
	int room = UDP_BUFFER;

	s->udp = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (s->udp < 0 || bind(s->udp, (struct sockaddr *)&at, sizeof(at)) ||
		getsockname(s->udp, (struct sockaddr *)&at, &len))
		return -1;
	setsockopt(s->udp, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
	return ntohs(at.sin_port);
}

int stream_open(struct stream *s, const char *url, int udp)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	char track[512], transport[128] = "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n";
	static const char host[] = "rtsp://127.0.0.1:";
	int udp_port;

	memset(s, 0, sizeof(*s));
	s->udp = -1;
	if (strncmp(url, host, strlen(host)))
		return -1;
	at.sin_port = htons((uint16_t)strtol(url + strlen(host), NULL, 10));
	s->in = malloc(STREAM_ROOM);
	s->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (!s->in || s->fd < 0 || connect(s->fd, (struct sockaddr *)&at, sizeof(at)))
		return -1;
	if (udp) {
		udp_port = open_udp(s);
		/* RTCP goes nowhere. */
		snprintf(transport, sizeof(transport), "Transport: RTP/AVP;unicast;client_port=%d-%d\r\n",
			udp_port, udp_port + 1);
	}
	snprintf(track, sizeof(track), "%s/track", url);
	return ask(s, 1, "DESCRIBE", url, "") || ask(s, 2, "SETUP", track, transport) ||
			       ask(s, 3, "PLAY", url, "Session: 1\r\n")
		       ? -1
		       : 0;
}

void stream_close(struct stream *s)
{
	if (s->fd >= 0)
		close(s->fd);
	if (s->udp >= 0)
		close(s->udp);
	free(s->in);
	free(s->unit);
}

/* Appends to the unit, with padding behind. */
static void append(struct stream *s, const uint8_t *head, size_t head_len, const uint8_t *data, size_t len)
{
	size_t whole = s->unit_len + head_len + len + STREAM_PADDING;

	if (whole > s->unit_room) {
		s->unit_room = whole * 2;
		s->unit = realloc(s->unit, s->unit_room);
		if (!s->unit)
			abort();
	}
	memcpy(s->unit + s->unit_len, head, head_len);
	memcpy(s->unit + s->unit_len + head_len, data, len);
	s->unit_len += head_len + len;
	memset(s->unit + s->unit_len, 0, STREAM_PADDING);
}

/* A NAL unit whole, or a piece of one (RFC 6184 5.8). */
static void take_payload(struct stream *s, const uint8_t *p, size_t len)
{
	uint8_t start[5] = {0, 0, 0, 1, 0};

	if ((p[0] & 31) != FU_A) {
		append(s, start, 4, p, len);
	} else if (p[1] & 0x80) {
		start[4] = (uint8_t)((p[0] & 0xE0) | (p[1] & 31));
		append(s, start, 5, p + 2, len - 2);
	} else {
		append(s, start, 0, p + 2, len - 2);
	}
}

/* At least so many bytes lie at in_at. @return 0, or -1: the stream has ended */
static int fill(struct stream *s, size_t len)
{
	if (s->in_at == s->in_len)
		s->in_at = s->in_len = 0;
	if (s->in_at + len > STREAM_ROOM || STREAM_ROOM - s->in_len < STREAM_ROOM / 4) {
		memmove(s->in, s->in + s->in_at, s->in_len - s->in_at);
		s->in_len -= s->in_at;
		s->in_at = 0;
	}
	while (s->in_len - s->in_at < len) {
		ssize_t got = recv(s->fd, s->in + s->in_len, STREAM_ROOM - s->in_len, 0);

		if (got <= 0)
			return -1;
		s->in_len += (size_t)got;
	}
	return 0;
}

const uint8_t *stream_unit(struct stream *s, size_t *ret_len, uint32_t *ret_stamp)
{
	if (s->whole)
		s->whole = 0, s->unit_len = 0;
	while (!s->whole) {
		const uint8_t *p;
		size_t len;

		if (fill(s, TCP_HEAD))
			return NULL;
		len = (size_t)s->in[s->in_at + 2] << 8 | s->in[s->in_at + 3];
		if (fill(s, TCP_HEAD + len))
			return NULL;
		p = s->in + s->in_at;
		s->in_at += TCP_HEAD + len;
		if (p[1] || len < RTP_HEAD + 2)
			continue; /* RTCP */
		*ret_stamp = (uint32_t)p[8] << 24 | (uint32_t)p[9] << 16 | (uint32_t)p[10] << 8 | p[11];
		take_payload(s, p + TCP_HEAD + RTP_HEAD, len - RTP_HEAD);
		s->whole = p[5] >> 7;
	}
	*ret_len = s->unit_len;
	return s->unit;
}
