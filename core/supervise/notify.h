/* SPDX-License-Identifier: MIT */
/**
 * @file notify.h
 * The protocol of sd_notify(3): a supervisor such as systemd is told when the server is ready, reloads, is well and
 * leaves. Datagrams to the socket that $NOTIFY_SOCKET names; without it every call does nothing. [loop]
 */
#ifndef CAM_SUPERVISE_NOTIFY_H
#define CAM_SUPERVISE_NOTIFY_H
#include <stdint.h>
#include <sys/socket.h>
#include <sys/un.h>

struct notify {
	int fd; /**< -1: nobody wants to know */
	int64_t watchdog_ns; /**< the supervisor ends a server that is silent for so long; 0: it does not */
	struct sockaddr_un to;
	socklen_t to_len;
};

/**
 * Read NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID, and remove them from the environment: no thread runs yet.
 * Afterwards notify_close() is needed. @return 0; -EINVAL: NOTIFY_SOCKET names no socket, or another -errno; then
 * nobody is told
 */
int notify_init(struct notify *);
/** Send one message of "NAME=value" lines. Never blocks: what the receiver has no room for is lost. */
void notify_send(const struct notify *, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void notify_close(struct notify *);
#endif
