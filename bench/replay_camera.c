/* SPDX-License-Identifier: MIT */
/*
 * A camera that costs next to nothing: sends a video file over and over, at real time, to any number of RTSP clients
 * over TCP or UDP, so that benchmarks of many cameras measure the receivers.
 *
 *     replay_camera [-p PORT] [-f FPS] [-r MBIT] [-l LOG] FILE     prints "ready PORT"; any path is the camera
 *
 * Each client is a camera of its own: its own clock, its own place in the footage, and one packet at a time, as far
 * apart as a network port of MBIT (100; 0: infinite) sends them. LOG gets when each frame's first packet left.
 */
#include "bench/replay.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { CLIENTS = 512, LINE_MBIT = 100 };

struct clients {
	struct replay_camera camera;
	struct replay *of[CLIENTS];
	struct pollfd polled[CLIENTS + 1];
	int n;
};

static void leave(struct clients *c, int i)
{
	replay_end(c->of[i]);
	free(c->of[i]);
	c->of[i] = c->of[--c->n];
}

static void join(struct clients *c, int listener)
{
	int one = 1, fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	struct replay *r = fd < 0 || c->n == CLIENTS ? NULL : malloc(sizeof(*r));

	if (!r) {
		if (fd >= 0)
			close(fd);
		return;
	}
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	replay_init(r, &c->camera, fd);
	c->of[c->n++] = r;
}

static int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* What is due is sent. @return how long nothing is, in ns; INT64_MAX: nobody is there */
static int64_t send_due(struct clients *c)
{
	int64_t now = now_ns(), next = INT64_MAX;

	for (int i = c->n - 1; i >= 0; i--) {
		int64_t due;

		if (replay_send(c->of[i], now)) {
			leave(c, i);
			continue;
		}
		due = replay_due_ns(c->of[i]);
		next = due < next ? due : next;
	}
	return next == INT64_MAX ? next : next - now;
}

/* One round of what the sockets have to say. From the end, since leave() moves the last one down. */
static void listen_to(struct clients *c, int listener, int64_t left_ns)
{
	struct timespec wait = {left_ns / 1000000000, left_ns % 1000000000};
	int n = c->n;

	for (int i = 0; i < n; i++)
		c->polled[i] = (struct pollfd){
			c->of[i]->fd, (short)(POLLIN | (c->of[i]->waiting_len ? POLLOUT : 0)), 0};
	c->polled[n] = (struct pollfd){listener, POLLIN, 0};
	if (ppoll(c->polled, (nfds_t)n + 1, left_ns == INT64_MAX ? NULL : &wait, NULL) <= 0)
		return;
	for (int i = n - 1; i >= 0; i--) {
		short got = c->polled[i].revents;

		if (((got & POLLOUT) && replay_flush(c->of[i])) ||
			((got & (POLLIN | POLLERR | POLLHUP)) && replay_read(c->of[i])))
			leave(c, i);
	}
	if (c->polled[n].revents)
		join(c, listener);
}

static void serve(struct clients *c, int listener)
{
	struct sched_param first = {.sched_priority = 1};

	/* A camera's clock does not depend on what is measured; where this may not be, it does. */
	(void)sched_setscheduler(0, SCHED_RR, &first);
	/* Packets of 100 Mbit/s are 0.12 ms apart. */
	prctl(PR_SET_TIMERSLACK, 1000);
	for (;;) {
		int64_t left = send_due(c);

		listen_to(c, listener, left > 0 ? left : 0);
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

/* @return the port, or -1: the options are wrong */
static int read_options(struct replay_camera *camera, int argc, char **argv)
{
	int option, port = 0;

	camera->fps = 25;
	camera->line_bits_per_second = LINE_MBIT * 1000000LL;
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): one thread */
	while ((option = getopt(argc, argv, "p:f:r:l:")) != -1) {
		if (option == 'p')
			port = (int)strtol(optarg, NULL, 10);
		else if (option == 'f')
			camera->fps = (int)strtol(optarg, NULL, 10);
		else if (option == 'r')
			camera->line_bits_per_second = strtol(optarg, NULL, 10) * 1000000LL;
		else if (option != 'l' || !(camera->log = fopen(optarg, "we")))
			return -1;
	}
	if (camera->log)
		setvbuf(camera->log, NULL, _IOLBF, BUFSIZ);
	return optind + 1 == argc && camera->fps > 0 ? port : -1;
}

int main(int argc, char **argv)
{
	struct clients *c = calloc(1, sizeof(*c));
	int port = c ? read_options(&c->camera, argc, argv) : -1, listener;

	if (port < 0) {
		fprintf(stderr, "usage: replay_camera [-p PORT] [-f FPS] [-r MBIT] [-l LOG] FILE\n");
		free(c);
		return 2;
	}
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	listener = footage_load(&c->camera.footage, argv[optind]) ? -1 : listen_on(port);
	if (listener >= 0)
		serve(c, listener);
	footage_free(&c->camera.footage);
	free(c);
	return 1;
}
