/* SPDX-License-Identifier: MIT */
/*
 * The floor of recording: the least that a process can do with streams and files. Takes the streams' bytes as they come
 * and writes them to a file each, 256 KiB at a time. What is written is no MP4, is not looked at and not synced.
 *
 *     peer_record tcp|udp FOLDER URL COUNT     prints "ready 0" when all are played
 */
#include "bench/stream.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MOST = 512, ROOM = 256 << 10, PIECE = 64 << 10 };

struct file {
	struct stream stream;
	int out;
	size_t len;
	uint8_t bytes[ROOM + PIECE];
};

static struct file *open_file(const char *folder, const char *url, int udp, int i)
{
	struct file *f = calloc(1, sizeof(*f));
	char path[512];

	if (!f || stream_open(&f->stream, url, udp))
		return NULL;
	snprintf(path, sizeof(path), "%s/floor-%d.bytes", folder, i);
	f->out = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	f->len = f->stream.in_len - f->stream.in_at;
	memcpy(f->bytes, f->stream.in + f->stream.in_at, f->len);
	return f->out < 0 ? NULL : f;
}

/* @return 0, or -1: the stream or the disk has ended */
static int take(struct file *f)
{
	int fd = f->stream.udp >= 0 ? f->stream.udp : f->stream.fd;
	ssize_t got = recv(fd, f->bytes + f->len, PIECE, 0);

	if (got <= 0)
		return -1;
	f->len += (size_t)got;
	if (f->len < ROOM)
		return 0;
	got = write(f->out, f->bytes, f->len);
	if (got != (ssize_t)f->len)
		return -1;
	f->len = 0;
	return 0;
}

static int run(int epoll)
{
	struct epoll_event events[64];

	for (;;) {
		int n = epoll_wait(epoll, events, 64, -1);

		for (int i = 0; i < n; i++)
			if (take(events[i].data.ptr))
				return 1;
	}
}

int main(int argc, char **argv)
{
	int n = argc == 5 ? (int)strtol(argv[4], NULL, 10) : 0, epoll = epoll_create1(EPOLL_CLOEXEC);
	int udp = argc == 5 && !strcmp(argv[1], "udp");

	if (n < 1 || n > MOST || epoll < 0) {
		fprintf(stderr, "usage: peer_record tcp|udp FOLDER URL COUNT\n");
		return 2;
	}
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	for (int i = 0; i < n; i++) {
		struct file *f = open_file(argv[2], argv[3], udp, i);
		struct epoll_event event = {.events = EPOLLIN, .data.ptr = f};

		if (!f || epoll_ctl(epoll, EPOLL_CTL_ADD, udp ? f->stream.udp : f->stream.fd, &event)) {
			/* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): it ends with the process */
			fprintf(stderr, "peer_record: cannot record %s\n", argv[3]);
			return 1;
		}
	}
	printf("ready 0\n");
	fflush(stdout);
	return run(epoll);
}
