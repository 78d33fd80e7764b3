/* SPDX-License-Identifier: MIT */
/**
 * @file lookup.h
 * A host's addresses, looked up on a thread of its own: a name server that does not answer holds up nobody else. On libuv's
 * pool two such names would keep all others waiting, and the loop from ending.
 */
#ifndef CAM_RTSP_IN_LOOKUP_H
#define CAM_RTSP_IN_LOOKUP_H
#include <netdb.h>
#include <stdint.h>
#include <uv.h>

struct lookup;

/** [loop] @param err 0, or libuv's error; @param addresses the taker's: freeaddrinfo(); NULL with an error */
typedef void lookup_fn(void *arg, int err, struct addrinfo *addresses);

/** [loop] Begin. done() comes once, not before this returns, and the look-up is gone. @return 0, or libuv's error */
int lookup_begin(
	uv_loop_t *, const char *host, uint16_t port, lookup_fn *done, void *arg, struct lookup **ret);
/** [loop] Nobody waits for it any more: done() does not come. What the thread still does is its own affair. */
void lookup_cancel(struct lookup *);
#endif
