/* SPDX-License-Identifier: MIT */
/** @file answer.h What goes out: a head, and a body that is there already. */
#ifndef WS_VIEW_ANSWER_H
#define WS_VIEW_ANSWER_H
#include "plugins/ws_view/http/conn.h"

/** An answer's head. */
struct answer {
	int status;
	const char *type; /**< Content-Type */
	int64_t len; /**< Content-Length; ANSWER_CHUNKED; -1: until the end of the connection */
	const char *extra; /**< further lines, each ended by CRLF; NULL: none */
	const struct cam_header *headers; /**< further ones; NULL: none */
};

#define ANSWER_CHUNKED INT64_C(-2) /**< in chunks (RFC 9112, 7.1) */

/** Write the answer's head into conn->out. @return its length, 0: it does not fit */
size_t answer_head(struct conn *, const struct answer *);
/** Send head and body and end; the body must stay until the connection has closed. */
void answer_send(struct conn *, const struct answer *, const void *body);
/** Send a reply of the server whose body is there, with its headers, and end. */
void answer_reply(struct conn *);
/** Send an error as JSON, {"error": "..."}, and end. */
void answer_refuse(struct conn *, int status, const char *why);
#endif
