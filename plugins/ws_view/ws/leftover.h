/* SPDX-License-Identifier: MIT */
/**
 * @file leftover.h
 * libwebsockets 4.3 leaves the eventfd that wakes its loop open when a context on a foreign loop is destroyed. The
 * kernel numbers eventfds, so one that still has its number is the same one, and nobody else's.
 */
#ifndef WS_VIEW_LEFTOVER_H
#define WS_VIEW_LEFTOVER_H

/** Zero-initialised: none. */
struct leftover {
	int fd;
	long long id; /**< of the eventfd, from 1 */
};

/** Remember fd if it is an eventfd. */
void leftover_note(struct leftover *, int fd);
/** Close what was noted unless that has been done. */
void leftover_close(struct leftover *);
#endif
