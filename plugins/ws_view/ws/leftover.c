/* SPDX-License-Identifier: MIT */
#include "plugins/ws_view/ws/leftover.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* @return the number of an eventfd, from 1; 0 for all other descriptors (proc(5)) */
static long long eventfd_id(int fd)
{
	char path[40], text[512] = "";
	const char *id;
	ssize_t n;
	int info;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	info = open(path, O_RDONLY | O_CLOEXEC);
	if (info < 0)
		return 0;
	n = read(info, text, sizeof(text) - 1);
	close(info);
	id = n > 0 ? strstr(text, "eventfd-id:") : NULL;
	return id ? strtoll(id + strlen("eventfd-id:"), NULL, 10) + 1 : 0;
}

void leftover_look(struct leftover_look *ret)
{
	DIR *dir = opendir("/proc/self/fd");
	const struct dirent *e;

	ret->n = dir ? 0 : LEFTOVER_EVENTFDS + 1;
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): nobody else reads this stream */
	while (dir && ret->n <= LEFTOVER_EVENTFDS && (e = readdir(dir))) {
		int fd = (int)strtol(e->d_name, NULL, 10);

		if (e->d_name[0] == '.' || !eventfd_id(fd))
			continue;
		if (ret->n < LEFTOVER_EVENTFDS)
			ret->fds[ret->n] = fd;
		ret->n++;
	}
	if (dir)
		closedir(dir);
}

static bool holds(const struct leftover_look *look, int fd)
{
	for (size_t i = 0; i < look->n; i++)
		if (look->fds[i] == fd)
			return true;
	return false;
}

static bool is_readable(int fd)
{
	struct pollfd p = {fd, POLLIN, 0};

	return poll(&p, 1, 0) == 1;
}

void leftover_note(struct leftover *l, const struct leftover_look *before, void (*wake)(void *arg),
	void (*serve)(void *arg), void *arg)
{
	struct leftover_look now;
	size_t n = 0;

	wake(arg);
	leftover_look(&now);
	for (size_t i = 0; i < now.n && now.n <= LEFTOVER_EVENTFDS && before->n <= LEFTOVER_EVENTFDS; i++)
		if (!holds(before, now.fds[i]) && is_readable(now.fds[i]))
			now.fds[n++] = now.fds[i];
	serve(arg);
	for (size_t i = 0; i < n; i++)
		if (!is_readable(now.fds[i]))
			*l = (struct leftover){now.fds[i], eventfd_id(now.fds[i])};
}

void leftover_close(struct leftover *l)
{
	if (l->id && eventfd_id(l->fd) == l->id)
		close(l->fd);
	l->id = 0;
}
