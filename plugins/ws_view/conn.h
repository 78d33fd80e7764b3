/* SPDX-License-Identifier: MIT */
/**
 * @file conn.h
 * One connection: one HTTP request, one answer, closed. (Or it becomes a WebSocket, see ws.h.) Closing after every
 * answer leaves no second request on a connection, and with it no attack that needs one.
 */
#ifndef WS_VIEW_CONN_H
#define WS_VIEW_CONN_H
#include "server.h"

struct feed;
struct send_file;
struct ask;

struct conn {
	struct list link;
	struct server *s;
	uv_tcp_t tcp;
	uv_write_t write;
	uv_shutdown_t shutdown;
	int64_t deadline_ns; /**< closed at this time of CLOCK_MONOTONIC; INT64_MAX: never */
	enum { CONN_READING, CONN_BUSY, CONN_ENDING, CONN_CLOSING } state;
	bool is_head; /**< HEAD: no body goes out */
	struct http_head head;
	size_t in_len; /**< bytes in `in`; later: bytes read and thrown away */
	struct cam_reply reply; /**< whose body is being sent */
	const char *body; /**< what is left of the answer's body, and how much */
	size_t body_len;
	const struct cam_buf *picture; /**< whose bytes are being sent; a reference */
	struct ask *ask; /**< a question to the server that is not answered yet */
	struct feed *feed;
	struct send_file *file;
	struct http_refusal refusal;
	char out[1024]; /**< the answer's head */
	char in[HTTP_HEAD_MAX + 1];
	char waste[512]; /**< what came after the head */
};

/** An answer's head. */
struct answer {
	int status;
	const char *type; /**< Content-Type */
	int64_t len; /**< Content-Length; -1: until the end of the connection */
	const char *extra; /**< further lines, each ended by CRLF; NULL: none */
};

/** Take a connection of the listening socket. */
void conn_accept(struct server *);
/** Close those whose time has come. */
void conns_check(struct server *, int64_t now_ns);
/** Close all. */
void conns_close(struct server *);
void conn_close(struct conn *);

/** Write the answer's head into conn->out. @return its length */
size_t conn_head(struct conn *, const struct answer *);
/** Send head and body and end; the body must stay until the connection has closed. */
void conn_answer(struct conn *, const struct answer *, const void *body);
/** Send an error as JSON, {"error": "..."}, and end. */
void conn_refuse(struct conn *, int status, const char *why);
/** Send an answer of the server; takes it over. */
void conn_reply(struct conn *, struct cam_reply *);
/** Nothing more will be sent: say so, let the peer close. */
void conn_end(struct conn *);

/** The options are others now: MJPEG that goes by them gets what these say. [routes.c] */
void feeds_adapt(struct server *);
/** Start the answer to a request that was understood and allowed. [routes.c] */
void route(struct conn *);
/** Its connection has closed: the answer will be thrown away. NULL is allowed. */
void ask_forget(struct ask *);
/** Answer with the page's file at this path. @return whether there is one [page.c] */
bool page_answer(struct conn *);

/** Answer with MJPEG, or one JPEG. [feed.c] */
void feed_start(struct conn *, const char *camera, const struct cam_want *);
void snapshot_start(struct conn *, const char *camera, const struct cam_want *);
/** MJPEG goes on with what is wished now, without a new connection. NULL is allowed, and a snapshot stays as it is. */
void feed_adapt(struct feed *, const struct cam_want *);
/** The connection closes. NULL is allowed. */
void feed_free(struct feed *);
/** The time that the connection has for what is next is over. */
void feed_late(struct conn *);

/** Throw an answer of the server away. */
void reply_drop(struct server *, struct cam_reply *);

/** Answer with bytes of conn->reply.file. [send_file.c] */
void send_file_start(struct conn *);
/** The connection closes. NULL is allowed. */
void send_file_stop(struct send_file *);
#endif
