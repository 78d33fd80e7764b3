/* SPDX-License-Identifier: MIT */
/*
 * A camera that costs next to nothing: sends a video file over and over, at real time, to any number of RTSP clients
 * over TCP, so that benchmarks of many cameras measure the receivers.
 *
 *     replay_camera [-p PORT] [-f FPS] FILE     prints "ready PORT"; any path is the camera
 *
 * All clients see the same frame at the same time, as with a real camera, and begin at a keyframe.
 */
#include "bench/footage.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { CLIENTS = 512, HEAD = 4096, BACKLOG_BYTES = 8 << 20, CLOCK = 90000 };

struct client {
	int fd;
	int playing; /* 1: waits for a keyframe, 2: gets frames */
	char head[HEAD]; /* of a request that is not whole yet */
	size_t head_len;
	uint8_t *waiting; /* what the socket has not taken yet */
	size_t waiting_len;
};

struct camera {
	struct footage footage;
	struct client clients[CLIENTS];
	struct pollfd polled[CLIENTS + 1];
	int n;
	int fps;
	uint64_t frame; /* the next */
	uint16_t seq;
};

static void leave(struct camera *c, int i)
{
	close(c->clients[i].fd);
	free(c->clients[i].waiting);
	c->clients[i] = c->clients[--c->n];
}

/* Whatever the socket does not take at once waits. @return 0, or -1: the client is gone or too slow */
static int client_send(struct client *cl, const uint8_t *data, size_t len)
{
	ssize_t n = cl->waiting_len ? 0 : send(cl->fd, data, len, MSG_NOSIGNAL | MSG_DONTWAIT);
	size_t rest;
	uint8_t *waiting;

	if (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK)
		return -1;
	rest = len - (n > 0 ? (size_t)n : 0);
	if (!rest)
		return 0;
	if (cl->waiting_len + rest > BACKLOG_BYTES)
		return -1;
	waiting = realloc(cl->waiting, cl->waiting_len + rest);
	if (!waiting)
		return -1;
	memcpy(waiting + cl->waiting_len, data + (len - rest), rest);
	cl->waiting = waiting;
	cl->waiting_len += rest;
	return 0;
}

static int client_flush(struct client *cl)
{
	ssize_t n = send(cl->fd, cl->waiting, cl->waiting_len, MSG_NOSIGNAL | MSG_DONTWAIT);

	if (n < 0)
		return errno == EAGAIN || errno == EWOULDBLOCK ? 0 : -1;
	cl->waiting_len -= (size_t)n;
	memmove(cl->waiting, cl->waiting + n, cl->waiting_len);
	return 0;
}

/* The value of a header, up to its line's end. */
static const char *header(const char *request, const char *name, char *ret, size_t room)
{
	const char *p = strcasestr(request, name);
	size_t n = p ? strcspn(p + strlen(name), "\r\n") : 0;

	snprintf(ret, room, "%.*s", (int)n, p ? p + strlen(name) : "");
	return ret;
}

static int answer(struct camera *c, struct client *cl, const char *request)
{
	char cseq[32], transport[128], url[512] = "", reply[8192], more[1024] = "";
	const char *body = "", *status = "200 OK";

	header(request, "\nCSeq:", cseq, sizeof(cseq));
	header(request, "\nTransport:", transport, sizeof(transport));
	sscanf(request, "%*15s %511s", url);
	if (!strncmp(request, "OPTIONS ", 8)) {
		snprintf(more, sizeof(more),
			"Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN, GET_PARAMETER\r\n");
	} else if (!strncmp(request, "DESCRIBE ", 9)) {
		body = c->footage.sdp;
		snprintf(more, sizeof(more), "Content-Base: %s/\r\nContent-Type: application/sdp\r\n", url);
	} else if (!strncmp(request, "SETUP ", 6) && !strstr(transport, "TCP")) {
		status = "461 Unsupported Transport";
	} else if (!strncmp(request, "SETUP ", 6)) {
		snprintf(more, sizeof(more), "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n");
	} else if (!strncmp(request, "PLAY ", 5)) {
		cl->playing = 1;
	} else if (!strncmp(request, "TEARDOWN ", 9)) {
		return -1;
	}
	snprintf(reply, sizeof(reply),
		"RTSP/1.0 %s\r\nCSeq:%s\r\nSession: 1;timeout=60\r\n%sContent-Length: %zu\r\n\r\n%s", status,
		cseq, more, strlen(body), body);
	return client_send(cl, (const uint8_t *)reply, strlen(reply));
}

/* Requests, and between them RTCP reports in interleaved frames, which are left out. */
static int client_read(struct camera *c, struct client *cl)
{
	ssize_t n = recv(cl->fd, cl->head + cl->head_len, HEAD - 1 - cl->head_len, MSG_DONTWAIT);
	char *end;

	if (n <= 0)
		return n < 0 && errno == EAGAIN ? 0 : -1;
	cl->head_len += (size_t)n;
	cl->head[cl->head_len] = '\0';
	for (;;) {
		size_t used;

		if (cl->head_len >= 4 && cl->head[0] == '$') {
			used = 4u + ((size_t)(uint8_t)cl->head[2] << 8 | (uint8_t)cl->head[3]);
			if (used > cl->head_len)
				break;
		} else {
			end = memmem(cl->head, cl->head_len, "\r\n\r\n", 4);
			if (!end)
				break;
			end[2] = '\0';
			if (answer(c, cl, cl->head))
				return -1;
			used = (size_t)(end + 4 - cl->head);
		}
		cl->head_len -= used;
		memmove(cl->head, cl->head + used, cl->head_len);
		cl->head[cl->head_len] = '\0';
	}
	return cl->head_len < HEAD - 1 ? 0 : -1;
}

static void join(struct camera *c, int listener)
{
	int one = 1, fd = accept(listener, NULL, NULL);
	struct client *cl;

	if (fd < 0)
		return;
	if (c->n == CLIENTS) {
		close(fd);
		return;
	}
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	cl = &c->clients[c->n++];
	memset(cl, 0, sizeof(*cl));
	cl->fd = fd;
}

static void send_frame(struct camera *c)
{
	struct unit *u = &c->footage.units[c->frame % c->footage.n];

	footage_stamp(u, &c->seq, (uint32_t)(c->frame * CLOCK / (uint64_t)c->fps));
	c->frame++;
	for (int i = c->n - 1; i >= 0; i--) {
		struct client *cl = &c->clients[i];

		if (cl->playing == 1 && u->key)
			cl->playing = 2;
		if (cl->playing == 2 && client_send(cl, u->data, u->len))
			leave(c, i);
	}
}

static int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* One round of what the sockets have to say. From the end, since leave() moves the last one down. */
static void listen_to(struct camera *c, int listener, int timeout_ms)
{
	int n = c->n;

	for (int i = 0; i < n; i++)
		c->polled[i] = (struct pollfd){
			c->clients[i].fd, (short)(POLLIN | (c->clients[i].waiting_len ? POLLOUT : 0)), 0};
	c->polled[n] = (struct pollfd){listener, POLLIN, 0};
	if (poll(c->polled, (nfds_t)n + 1, timeout_ms) <= 0)
		return;
	for (int i = n - 1; i >= 0; i--) {
		struct client *cl = &c->clients[i];
		short got = c->polled[i].revents;

		if (((got & POLLOUT) && client_flush(cl)) ||
			((got & (POLLIN | POLLERR | POLLHUP)) && client_read(c, cl)))
			leave(c, i);
	}
	if (c->polled[n].revents)
		join(c, listener);
}

static void serve(struct camera *c, int listener)
{
	int64_t start = now_ns();

	for (;;) {
		int64_t left = start + (int64_t)c->frame * 1000000000 / c->fps - now_ns();

		if (left <= 0)
			send_frame(c);
		else
			listen_to(c, listener, (int)(left / 1000000) + 1);
	}
}

static int listen_on(int port)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
	socklen_t len = sizeof(at);
	int one = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof(at)) || listen(fd, 128) ||
		getsockname(fd, (struct sockaddr *)&at, &len)) {
		perror("replay_camera: cannot listen");
		return -1;
	}
	printf("ready %d\n", ntohs(at.sin_port));
	fflush(stdout);
	return fd;
}

int main(int argc, char **argv)
{
	struct camera *c = calloc(1, sizeof(*c));
	int option, port = 0, listener;

	if (!c)
		return 1;
	c->fps = 25;
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): one thread */
	while ((option = getopt(argc, argv, "p:f:")) != -1) {
		if (option == 'p')
			port = (int)strtol(optarg, NULL, 10);
		else if (option == 'f')
			c->fps = (int)strtol(optarg, NULL, 10);
	}
	if (optind + 1 != argc || c->fps < 1) {
		fprintf(stderr, "usage: replay_camera [-p PORT] [-f FPS] FILE\n");
		free(c);
		return 2;
	}
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	listener = footage_load(&c->footage, argv[optind]) ? -1 : listen_on(port);
	if (listener >= 0)
		serve(c, listener);
	footage_free(&c->footage);
	free(c);
	return 1;
}
