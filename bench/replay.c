/* SPDX-License-Identifier: MIT */
#include "bench/replay.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum {
	BACKLOG_BYTES = 8 << 20,
	RTP_HEAD = 12,
	TCP_HEAD = 4, /* '$', channel, length: RFC 2326 10.12 */
	FRAME_OVERHEAD = 78, /* Ethernet with preamble and gap, IPv4, TCP or UDP with RTP: about that */
	TRIES = 32
};
static const int64_t second_ns = 1000000000, report_every_ns = 5 * 1000000000LL;

void replay_init(struct replay *r, struct replay_camera *camera, int fd)
{
	memset(r, 0, sizeof(*r));
	r->camera = camera;
	r->fd = fd;
	r->rtp = r->rtcp = -1;
	r->number = camera->served++;
}

void replay_end(struct replay *r)
{
	close(r->fd);
	if (r->rtp >= 0)
		close(r->rtp);
	if (r->rtcp >= 0)
		close(r->rtcp);
	free(r->waiting);
}

/* ---- sending ---- */

/* Whatever the socket does not take at once waits. @return 0, or -1: the client is gone or too slow */
static int put(struct replay *r, const struct iovec *parts, int n)
{
	struct msghdr message = {.msg_iov = (struct iovec *)(uintptr_t)parts, .msg_iovlen = (size_t)n};
	ssize_t taken = r->waiting_len ? 0 : sendmsg(r->fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
	size_t skip;

	if (taken < 0 && errno != EAGAIN && errno != EWOULDBLOCK)
		return -1;
	skip = taken > 0 ? (size_t)taken : 0;
	for (int i = 0; i < n; i++) {
		size_t pass = skip < parts[i].iov_len ? skip : parts[i].iov_len,
		       rest = parts[i].iov_len - pass;
		uint8_t *waiting;

		skip -= pass;
		if (!rest)
			continue;
		waiting = r->waiting_len + rest > BACKLOG_BYTES ? NULL
								: realloc(r->waiting, r->waiting_len + rest);
		if (!waiting)
			return -1;
		memcpy(waiting + r->waiting_len, (const uint8_t *)parts[i].iov_base + pass, rest);
		r->waiting = waiting;
		r->waiting_len += rest;
	}
	return 0;
}

int replay_flush(struct replay *r)
{
	ssize_t n = send(r->fd, r->waiting, r->waiting_len, MSG_NOSIGNAL | MSG_DONTWAIT);

	if (n < 0)
		return errno == EAGAIN || errno == EWOULDBLOCK ? 0 : -1;
	r->waiting_len -= (size_t)n;
	memmove(r->waiting, r->waiting + n, r->waiting_len);
	return 0;
}

/* One packet of RTP or RTCP: `head` with TCP_HEAD bytes of room in front, then the data. */
static int put_packet(
	struct replay *r, int control, uint8_t *head, size_t head_len, const uint8_t *data, size_t len)
{
	size_t whole = head_len - TCP_HEAD + len;
	struct iovec parts[2] = {{head, head_len}, {(void *)(uintptr_t)data, len}};
	struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};

	if (r->rtp >= 0) {
		parts[0] = (struct iovec){head + TCP_HEAD, head_len - TCP_HEAD};
		/* Nobody is told of what gets lost. */
		(void)!sendmsg(control ? r->rtcp : r->rtp, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
		return 0;
	}
	head[0] = '$';
	head[1] = (uint8_t)(r->channel + !!control);
	head[2] = (uint8_t)(whole >> 8);
	head[3] = (uint8_t)whole;
	return put(r, parts, 2);
}

static void put_32(uint8_t *to, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		to[i] = (uint8_t)(value >> (24 - 8 * i));
}

static uint32_t stamp_of(const struct replay *r, uint64_t frame)
{
	return (uint32_t)(frame * FOOTAGE_CLOCK / (uint64_t)r->camera->fps);
}

/* A sender report and a name (RFC 3550 6.4.1, 6.5). */
static int report(struct replay *r, int64_t now_ns)
{
	uint8_t p[TCP_HEAD + 28 + 20] = {0};
	uint8_t *sr = p + TCP_HEAD, *name = sr + 28;
	struct timespec wall;

	clock_gettime(CLOCK_REALTIME, &wall);
	memcpy(sr, (uint8_t[]){0x80, 200, 0, 6}, 4);
	put_32(sr + 4, r->number);
	put_32(sr + 8, (uint32_t)wall.tv_sec + 2208988800U);
	put_32(sr + 12, (uint32_t)(((uint64_t)wall.tv_nsec << 32) / (uint64_t)second_ns));
	put_32(sr + 16, (uint32_t)((now_ns - r->start_ns) / 1000 * FOOTAGE_CLOCK / 1000000));
	put_32(sr + 20, r->sent);
	put_32(sr + 24, r->sent_bytes);
	memcpy(name, (uint8_t[]){0x81, 202, 0, 4}, 4);
	put_32(name + 4, r->number);
	memcpy(name + 8, (uint8_t[]){1, 6, 'c', 'a', 'm', 'e', 'r', 'a'}, 8);
	return put_packet(r, 1, p, sizeof(p), NULL, 0);
}

static int64_t line_ns(const struct replay *r, size_t len)
{
	int64_t bits = (int64_t)(len + FRAME_OVERHEAD) * 8;

	return r->camera->line_bits_per_second ? bits * second_ns / r->camera->line_bits_per_second : 0;
}

/* The next packet, and when the one behind it is due. */
static int send_next(struct replay *r, int64_t now_ns)
{
	struct footage *f = &r->camera->footage;
	uint64_t at = (r->first_frame + r->frame) % f->n;
	struct unit *u = &f->units[at];
	struct payload *p = &u->payloads[r->packet];
	uint8_t head[TCP_HEAD + RTP_HEAD] = {0};
	int last = r->packet + 1 == u->n;

	if (!r->packet && r->camera->log)
		fprintf(r->camera->log, "%u %llu %lld\n", r->number, (unsigned long long)at,
			(long long)now_ns);
	head[4] = 0x80; /* version 2 */
	head[5] = (uint8_t)(FOOTAGE_PAYLOAD_TYPE | (last ? 0x80 : 0));
	head[6] = (uint8_t)(r->seq >> 8);
	head[7] = (uint8_t)r->seq++;
	put_32(head + 8, stamp_of(r, r->frame));
	put_32(head + 12, r->number);
	r->sent++;
	r->sent_bytes += (uint32_t)p->len;
	r->due_ns += line_ns(r, p->len);
	r->packet++;
	if (last) {
		int64_t next = r->start_ns + (int64_t)++r->frame * second_ns / r->camera->fps;

		r->packet = 0;
		r->due_ns = next > r->due_ns ? next : r->due_ns;
	}
	return put_packet(r, 0, head, sizeof(head), u->data + p->at, p->len);
}

int64_t replay_due_ns(const struct replay *r)
{
	return r->playing ? r->due_ns : INT64_MAX;
}

int replay_send(struct replay *r, int64_t now_ns)
{
	while (replay_due_ns(r) <= now_ns) {
		if (now_ns >= r->report_ns) {
			r->report_ns = now_ns + report_every_ns;
			if (report(r, now_ns))
				return -1;
		}
		if (send_next(r, now_ns))
			return -1;
	}
	return 0;
}

/* ---- the dialogue ---- */

/*
 * Each client is a camera of its own: it begins anywhere between two frames and anywhere in the footage. The golden
 * ratio spreads any number of them evenly, and alike each time.
 */
static void play(struct replay *r)
{
	double turn = 0.6180339887498949 * (r->number + 1), phase = turn - (double)(uint64_t)turn;
	struct timespec t;

	if (r->playing)
		return;
	clock_gettime(CLOCK_MONOTONIC, &t);
	r->playing = 1;
	r->first_frame = (uint64_t)(phase * (double)r->camera->footage.n);
	r->start_ns = t.tv_sec * second_ns + t.tv_nsec + (int64_t)(phase * 1e9 / r->camera->fps);
	r->due_ns = r->report_ns = r->start_ns;
}

static int udp_to(const struct sockaddr_in *client, int port)
{
	struct sockaddr_in at = {.sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof(at)) ||
		connect(fd, (const struct sockaddr *)client, sizeof(*client))) {
		if (fd >= 0)
			close(fd);
		return -1;
	}
	return fd;
}

/* Two neighbouring ports to the client's two. @return the first, or -1 */
static int open_udp(struct replay *r, int rtp_port, int rtcp_port)
{
	struct sockaddr_in client, own = {0};
	socklen_t len = sizeof(client), own_len;

	if (r->rtp >= 0 || getpeername(r->fd, (struct sockaddr *)&client, &len))
		return -1;
	for (int i = 0; i < TRIES; i++) {
		int port;

		client.sin_port = htons((uint16_t)rtp_port);
		r->rtp = udp_to(&client, 0);
		own_len = sizeof(own);
		if (r->rtp < 0 || getsockname(r->rtp, (struct sockaddr *)&own, &own_len))
			return -1;
		port = ntohs(own.sin_port);
		client.sin_port = htons((uint16_t)rtcp_port);
		r->rtcp = port % 2 ? -1 : udp_to(&client, port + 1);
		if (r->rtcp >= 0)
			return port;
		close(r->rtp);
		r->rtp = -1;
	}
	return -1;
}

/* The value of a header, up to its line's end. */
static void header(const char *request, const char *name, char *ret, size_t room)
{
	const char *p = strcasestr(request, name);
	size_t n = p ? strcspn(p + strlen(name), "\r\n") : 0;

	snprintf(ret, room, "%.*s", (int)n, p ? p + strlen(name) : "");
}

/* @return what the answer's Transport line is, in ret; or -1: not with this one */
static int set_up(struct replay *r, const char *transport, char *ret, size_t room)
{
	const char *asked = strstr(transport, "client_port="), *channel = strstr(transport, "interleaved=");
	long rtp, rtcp;
	char *end;
	int port;

	if (strstr(transport, "TCP")) {
		r->channel = channel ? (uint8_t)strtol(channel + strlen("interleaved="), NULL, 10) : 0;
		snprintf(ret, room, "Transport: RTP/AVP/TCP;unicast;interleaved=%d-%d\r\n", r->channel,
			r->channel + 1);
		return 0;
	}
	rtp = asked ? strtol(asked + strlen("client_port="), &end, 10) : 0;
	rtcp = rtp > 0 && *end == '-' ? strtol(end + 1, NULL, 10) : 0;
	port = rtcp > 0 ? open_udp(r, (int)rtp, (int)rtcp) : -1;
	snprintf(ret, room, "Transport: RTP/AVP;unicast;client_port=%ld-%ld;server_port=%d-%d\r\n", rtp, rtcp,
		port, port + 1);
	return port < 0 ? -1 : 0;
}

static int answer(struct replay *r, const char *request)
{
	char cseq[32], transport[256], url[512] = "", reply[8192], more[1024] = "";
	const char *body = "", *status = "200 OK";
	struct iovec part = {reply, 0};

	header(request, "\nCSeq:", cseq, sizeof(cseq));
	header(request, "\nTransport:", transport, sizeof(transport));
	sscanf(request, "%*15s %511s", url);
	if (!strncmp(request, "OPTIONS ", 8)) {
		snprintf(more, sizeof(more),
			"Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN, GET_PARAMETER\r\n");
	} else if (!strncmp(request, "DESCRIBE ", 9)) {
		body = r->camera->footage.sdp;
		snprintf(more, sizeof(more), "Content-Base: %s/\r\nContent-Type: application/sdp\r\n", url);
	} else if (!strncmp(request, "SETUP ", 6)) {
		if (set_up(r, transport, more, sizeof(more)))
			status = "461 Unsupported Transport";
	} else if (!strncmp(request, "PLAY ", 5)) {
		play(r);
	} else if (!strncmp(request, "TEARDOWN ", 9)) {
		return -1;
	}
	part.iov_len = (size_t)snprintf(reply, sizeof(reply),
		"RTSP/1.0 %s\r\nCSeq:%s\r\nSession: 1;timeout=60\r\n%sContent-Length: %zu\r\n\r\n%s", status,
		cseq, more, strlen(body), body);
	return put(r, &part, 1);
}

/* Requests, and between them RTCP reports in interleaved frames, which are left out. */
int replay_read(struct replay *r)
{
	ssize_t n = recv(r->fd, r->head + r->head_len, REPLAY_HEAD - 1 - r->head_len, MSG_DONTWAIT);
	char *end;

	if (n <= 0)
		return n < 0 && errno == EAGAIN ? 0 : -1;
	r->head_len += (size_t)n;
	r->head[r->head_len] = '\0';
	for (;;) {
		size_t used;

		if (r->head_len >= 4 && r->head[0] == '$') {
			used = 4U + ((size_t)(uint8_t)r->head[2] << 8 | (uint8_t)r->head[3]);
			if (used > r->head_len)
				break;
		} else {
			end = memmem(r->head, r->head_len, "\r\n\r\n", 4);
			if (!end)
				break;
			end[2] = '\0';
			if (answer(r, r->head))
				return -1;
			used = (size_t)(end + 4 - r->head);
		}
		r->head_len -= used;
		memmove(r->head, r->head + used, r->head_len);
		r->head[r->head_len] = '\0';
	}
	return r->head_len < REPLAY_HEAD - 1 ? 0 : -1;
}
