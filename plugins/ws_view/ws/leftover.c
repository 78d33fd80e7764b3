/* SPDX-License-Identifier: MIT */
#include "plugins/ws_view/ws/leftover.h"

#include <fcntl.h>
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

void leftover_note(struct leftover *l, int fd)
{
	long long id = eventfd_id(fd);

	if (id)
		*l = (struct leftover){fd, id};
}

void leftover_close(struct leftover *l)
{
	if (l->id && eventfd_id(l->fd) == l->id)
		close(l->fd);
	l->id = 0;
}
