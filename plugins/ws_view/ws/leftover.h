/* SPDX-License-Identifier: MIT */
/**
 * @file leftover.h
 * libwebsockets 4.3 leaves the eventfd that wakes its loop open when a context is destroyed, and does not tell which it
 * is: the one that has come with the context, that waking it makes readable and that serving it reads.
 */
#ifndef WS_VIEW_LEFTOVER_H
#define WS_VIEW_LEFTOVER_H
#include <stddef.h>

enum { LEFTOVER_EVENTFDS = 64 };

/** The eventfds of the process at a time. */
struct leftover_look {
	int fds[LEFTOVER_EVENTFDS];
	size_t n; /**< more than there is room for: not known */
};

/** Zero-initialised: none. */
struct leftover {
	int fd;
	long long id; /**< of the eventfd, from 1: the kernel numbers them */
};

void leftover_look(struct leftover_look *ret);
/** Remember the one that was not there before, is readable after wake() and not after serve(). */
void leftover_note(struct leftover *, const struct leftover_look *before, void (*wake)(void *arg),
	void (*serve)(void *arg), void *arg);
/** Close what was noted unless that has been done. */
void leftover_close(struct leftover *);
#endif
