/* SPDX-License-Identifier: MIT */
/**
 * @file ws.h
 * WebSockets, and the only sight of libwebsockets. The library never sees what a client sent before the upgrade: it is
 * given a request that was written here, once a connection, over a socket that was accepted and checked elsewhere.
 */
#ifndef WS_VIEW_WS_H
#define WS_VIEW_WS_H
#include "plugins/ws_view/common/web.h"

struct ws;
struct ws_socket;

/** Close codes (RFC 6455, 7.4.1). */
enum { WS_PROTOCOL = 1002, WS_INVALID = 1007, WS_POLICY = 1008, WS_TOO_BIG = 1009 };

/** Who talks over a WebSocket. */
struct ws_ops {
	/** @param arg that of ws_open() @param who asks: take a reference @return what all others are called with, or NULL without memory */
	void *(*create)(void *arg, const struct cam_who *who);
	/** The handshake is over. */
	void (*opened)(void *self, struct ws_socket *);
	/** Bytes of a message, is_last: the last ones. @return 0, or the code to close with and *ret_why, a static text */
	int (*received)(
		void *self, const char *data, size_t len, bool is_last, bool is_binary, const char **ret_why);
	/** The socket takes more: write one thing. @return 0, or -errno: close it */
	int (*writable)(void *self);
	/** It has closed: no call for its socket any more. Not called of one that never opened. */
	void (*closed)(void *self);
	/** Its socket is gone. */
	void (*destroy)(void *self);
};

/** Start the library on the server's loop. @param max_sockets at a time @return 0 and *ret, -ENOMEM */
int ws_open(struct web *, unsigned max_sockets, const struct ws_ops *, void *arg, struct ws **ret);
/**
 * Drop all sockets and end; web_released() is called when the loop holds nothing of it any more. NULL is allowed.
 */
void ws_close(struct ws *);
/**
 * Make a WebSocket of a connection whose upgrade was checked. fd stays the caller's. @param key Sec-WebSocket-Key
 * @param received bytes that came in so far @return 0, -ENOMEM
 */
int ws_adopt(struct ws *, int fd, const char *key, uint64_t received, const struct cam_who *);

/** writable() will be called when the socket takes more. */
void ws_want_write(struct ws_socket *);
/** Do not read from it, or read on: the peer is slowed down by TCP. */
void ws_hold(struct ws_socket *, bool hold);
/** @return how many bytes have been read from it, frames of all kinds; 0: the kernel does not tell */
uint64_t ws_bytes_read(struct ws_socket *);
/** Its address, for the log; "" when that is not known. */
void ws_peer(struct ws_socket *, char *ret, size_t room);
/** Only inside writable(), one of these, once. @return 0, -EIO: the connection is gone */
int ws_write(struct ws_socket *, const void *data, size_t len, bool is_binary);
int ws_write_picture(struct ws_socket *, const uint8_t *head, size_t head_len, const struct cam_buf *);
/** Keep no picture for longer than it is of use. */
void ws_forget_picture(struct ws *);
/** Close it without a farewell: for a peer that does not read. closed() comes at once, destroy() later. */
void ws_kill(struct ws_socket *);
#endif
