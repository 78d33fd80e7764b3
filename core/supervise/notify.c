/* SPDX-License-Identifier: MIT */
#include "core/supervise/notify.h"

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* @return 0, or -EINVAL: neither a path nor an abstract name ("@name", the '@' standing for a NUL) */
static int set_address(struct notify *n, const char *name)
{
	size_t len = strlen(name);

	if ((name[0] != '/' && name[0] != '@') || len < 2 || len >= sizeof(n->to.sun_path))
		return -EINVAL;
	n->to.sun_family = AF_UNIX;
	memcpy(n->to.sun_path, name, len + 1);
	n->to_len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len + (name[0] == '/'));
	if (name[0] == '@')
		n->to.sun_path[0] = '\0';
	return 0;
}

/* @return the number of a variable, 0 if it is not there or no number */
static int64_t number_of(const char *variable)
{
	const char *text = getenv(variable); /* NOLINT(concurrency-mt-unsafe): no thread yet */
	char *end;
	long long value;

	if (!text)
		return 0;
	errno = 0;
	value = strtoll(text, &end, 10);
	return errno || *end || value < 0 || value > INT64_MAX / 1000 ? 0 : value;
}

int notify_init(struct notify *n)
{
	const char *name = getenv("NOTIFY_SOCKET"); /* NOLINT(concurrency-mt-unsafe): no thread yet */
	int64_t pid = number_of("WATCHDOG_PID");
	int err = 0;

	*n = (struct notify){.fd = -1};
	if (name)
		err = set_address(n, name);
	if (name && !err) {
		n->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
		err = n->fd < 0 ? -errno : 0;
	}
	if (n->fd >= 0 && (!pid || pid == getpid()))
		n->watchdog_ns = number_of("WATCHDOG_USEC") * 1000;
	/* NOLINTBEGIN(concurrency-mt-unsafe): no thread yet */
	unsetenv("NOTIFY_SOCKET");
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
	/* NOLINTEND(concurrency-mt-unsafe) */
	return err;
}

void notify_send(const struct notify *n, const char *fmt, ...)
{
	char message[512];
	va_list args;
	int len;

	if (n->fd < 0)
		return;
	va_start(args, fmt);
	len = vsnprintf(message, sizeof(message), fmt, args);
	va_end(args);
	if (len > 0 && len < (int)sizeof(message))
		(void)!sendto(n->fd, message, (size_t)len, MSG_DONTWAIT | MSG_NOSIGNAL,
			(const struct sockaddr *)&n->to, n->to_len);
}

void notify_close(struct notify *n)
{
	if (n->fd >= 0)
		close(n->fd);
	n->fd = -1;
}
