/* SPDX-License-Identifier: MIT */
/**
 * @file ws.h
 * WebSockets, and the only sight of libwebsockets. The library never sees what a client sent before the upgrade: it is
 * given a request that was written here, once a connection, over a socket that was accepted and checked elsewhere.
 */
#ifndef WS_VIEW_WS_H
#define WS_VIEW_WS_H
#include <cam/plugin.h>

struct server;
struct viewer;
struct ws;
struct lws;

enum {
	WS_MESSAGE_MAX = 4096 /**< Bytes of a message from a viewer (fault V3). */
};

/** Close codes (RFC 6455, 7.4.1). */
enum { WS_PROTOCOL = 1002, WS_INVALID = 1007, WS_POLICY = 1008, WS_TOO_BIG = 1009 };

/** Start the library on the server's loop. @return 0 and *ret, -ENOMEM */
int ws_open(struct server *, struct ws **ret);
/**
 * Drop all viewers and end; server_released() is called when the loop holds nothing of it any more. NULL is allowed.
 */
void ws_close(struct ws *);
/**
 * Make a WebSocket of a connection whose upgrade was checked. fd stays the caller's. @param key Sec-WebSocket-Key
 * @param received bytes that came in so far @return 0, -ENOMEM
 */
int ws_adopt(struct ws *, int fd, const char *key, uint64_t received);

/** viewer_writable() will be called when the socket takes more. */
void ws_want_write(struct lws *);
/** Do not read from it, or read on: the peer is slowed down by TCP. */
void ws_hold(struct lws *, bool hold);
/** @return how many bytes have been read from it, frames of all kinds; 0: the kernel does not tell */
uint64_t ws_bytes_read(struct lws *);
/** Its address, for the log; "" when that is not known. */
void ws_peer(struct lws *, char *ret, size_t room);
/** Only inside viewer_writable(), one of both, once. @return 0, -EIO: the connection is gone */
int ws_write_text(struct ws *, struct lws *, const char *text, size_t len);
int ws_write_picture(struct ws *, struct lws *, const uint8_t *head, size_t head_len, const struct cam_buf *);
/** Keep no picture for longer than it is of use. */
void ws_forget_picture(struct ws *);
/** Close it without a farewell: for a peer that does not read. viewer_closed() comes at once, viewer_free() later. */
void ws_kill(struct lws *);

/* ---- What is called from there [viewer.c] ---------------------------------------------------------------------- */

/** @return a viewer, or NULL without memory */
struct viewer *viewer_new(struct server *);
/** The handshake is over. */
void viewer_opened(struct viewer *, struct lws *);
/** Bytes of a message, is_last: the last ones. @return 0, or the code to close with and *ret_why */
int viewer_received(
	struct viewer *, const char *data, size_t len, bool is_last, bool is_binary, const char **ret_why);
/** Write one thing. @return 0, or -errno: close it */
int viewer_writable(struct viewer *);
/** It has closed: no call of lws for it any more. */
void viewer_closed(struct viewer *);
/** Its socket is gone. */
void viewer_free(struct viewer *);
#endif
