/* SPDX-License-Identifier: MIT */
/**
 * @file head.h
 * The head of an HTTP/1.1 request (RFC 9112), read strictly: whatever is doubtful is refused, so that nothing behind
 * it, libwebsockets included, sees anything but plain requests. Pure functions on bytes; no state, no I/O.
 */
#ifndef WS_VIEW_HEAD_H
#define WS_VIEW_HEAD_H
#include <cam/http.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	HTTP_HEAD_MAX = 8192, /**< Bytes of a whole head; browsers stay below 2 KiB. */
	HTTP_TARGET_MAX = 1024, /**< Bytes of the path, and of the query. */
	HTTP_HEADERS_MAX = 64, /**< Headers that are handed on. */
	HTTP_BODY_MAX = 1 << 20 /**< Bytes of a body. */
};

/** A head that was understood. The texts point into the bytes that were parsed. */
struct http_head {
	const char *method;
	char *path; /**< Decoded; begins with '/'; no empty, "." or ".." segment, no control character. */
	const char *query; /**< Not decoded; "" when there is none. */
	const char *host; /**< NULL only with HTTP/1.0 */
	const char *origin; /**< The others are NULL when absent. */
	const char *range;
	const char *if_none_match;
	const char *upgrade;
	const char *connection;
	const char *ws_key;
	const char *ws_version;
	const char *content_length;
	const char *expect;
	const char *fetch_site;
	const char *if_range;
	bool changes; /**< POST, PUT or DELETE. */
	size_t body_len; /**< Bytes of a body that follows. */
	int minor; /**< 1 for HTTP/1.1 */
	/** Those that whoever answers may want to know; names in lower case, the last one NULL. */
	struct cam_header headers[HTTP_HEADERS_MAX + 1];
	size_t n_headers;
};

/** Why a request is refused. */
struct http_refusal {
	int status; /**< HTTP status */
	const char *why; /**< One sentence, static. */
};

/** @return the length of a whole head in these bytes, its empty line included; 0 while it is unfinished */
size_t http_head_length(const char *data, size_t len);
/**
 * Parse a whole head. The bytes are changed: texts are ended with NUL, the path is decoded in place.
 * @return whether it was understood; else *ret_refusal says what to answer
 */
bool http_head_parse(char *data, size_t len, struct http_head *ret, struct http_refusal *ret_refusal);
/**
 * Who may ask: the host must be an IP literal, localhost or one of `hosts` (commas between
 * names), so that a name rebound to this address is refused; an Origin must be that same host, and no page of
 * another site may have anything changed.
 */
bool http_head_allowed(const struct http_head *, const char *hosts, struct http_refusal *ret_refusal);
/** @return whether a comma separated list holds this token, whatever its case */
bool http_has_token(const char *list, const char *token);
#endif
