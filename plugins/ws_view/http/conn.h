/* SPDX-License-Identifier: MIT */
/**
 * @file conn.h
 * One connection: one HTTP request, one answer, closed. (Or it becomes a WebSocket, see ws/ws.h.) Closing after every
 * answer leaves no second request on a connection, and with it no attack that needs one.
 */
#ifndef WS_VIEW_CONN_H
#define WS_VIEW_CONN_H
#include "plugins/ws_view/common/chain.h"
#include "plugins/ws_view/common/web.h"
#include "plugins/ws_view/http/head.h"

struct conn;

/** The listening socket and the connections that came of it. */
struct http {
	struct web *web;
	uv_tcp_t listener;
	struct chain conns;
	size_t body_bytes; /**< of all bodies that are being received or answered */
	unsigned max_conns; /**< the option, or less where descriptors are few */
	/** A request that was understood and may be asked from where it comes: answer it, maybe later. */
	void (*on_request)(struct http *, struct conn *);
};

/** What makes an answer that is not there at once: it hangs on its connection. */
struct job {
	const struct job_ops *ops;
};

struct job_ops {
	/** The connection closes: end. */
	void (*stop)(struct job *);
	/** The connection's time is over. NULL: it closes. */
	void (*late)(struct job *);
};

struct conn {
	struct chain link;
	struct http *http;
	struct web *web;
	uv_tcp_t tcp;
	uv_write_t write;
	uv_shutdown_t shutdown;
	int64_t deadline_ns; /**< closed at this time of CLOCK_MONOTONIC; INT64_MAX: never */
	enum { CONN_READING, CONN_BUSY, CONN_ENDING, CONN_CLOSING } state;
	bool is_head; /**< HEAD: no body goes out */
	struct http_head head;
	size_t head_len; /**< bytes of the request's head, 0: it is not whole yet */
	size_t in_len; /**< bytes in `in`; later: bytes read and thrown away */
	char *sent; /**< the request's body, NULL: none */
	size_t sent_len; /**< bytes of it that have come */
	const struct cam_who *who; /**< who asks, once that is known; a reference */
	char peer[64]; /**< their address, "": not known */
	struct cam_reply reply; /**< that is being sent */
	const char *body; /**< what is left of the answer's body, and how much */
	size_t body_len;
	const struct cam_buf *picture; /**< whose bytes are being sent; a reference */
	struct job *job; /**< NULL: none */
	char out[4096]; /**< the answer's head */
	char in[HTTP_HEAD_MAX + 1];
	char waste[512]; /**< what came after the head */
};

/** @return a connection that is not connected to anybody yet, or NULL without memory */
struct conn *conn_new(struct http *);
/** @return the request as the server takes it; it points into the connection */
struct cam_request conn_request(const struct conn *);
/** Make room for the body of its request. @return false: there is none left */
bool conn_take_body(struct conn *);
/** Its request needs the body no more. */
void conn_drop_body(struct conn *);
/** Throw a reply away that nothing of is sent. */
void conn_drop_reply(const struct cam_host *, struct cam_node *, struct cam_reply *);
/** Close it at once. May be called twice. */
void conn_close(struct conn *);
/** Nothing more will be sent: say so, let the peer close. */
void conn_end(struct conn *);
/** Close all. */
void conn_close_all(struct http *);
#endif
