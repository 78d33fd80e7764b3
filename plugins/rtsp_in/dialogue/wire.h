/* SPDX-License-Identifier: MIT */
/**
 * @file wire.h
 * The byte stream of an RTSP connection, cut into messages and interleaved frames (RFC 2326 4, 6, 7, 10.12), in place:
 * nothing is copied but the rest of an item that has come in part. Every byte may be hostile; memory is bounded. [any]
 */
#ifndef CAM_RTSP_IN_WIRE_H
#define CAM_RTSP_IN_WIRE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "plugins/rtsp_in/dialogue/fault.h"

enum {
	WIRE_HEAD_MAX = 16384, /**< the start line and headers of a message */
	WIRE_BODY_MAX = 65536, /**< its body */
	WIRE_SKIP_MAX = 1 << 18, /**< bytes of a session that are neither, before it is given up */
	WIRE_ROOM =
		3 * 65536, /**< of the buffer; holds the largest item and as much again as one read brings */
	WIRE_HEADERS_MAX = 64 /**< further ones are not looked at */
};

enum wire_kind { WIRE_MORE, WIRE_FRAME, WIRE_ANSWER, WIRE_REQUEST };

/** A header field; texts that end with NUL, name as it was sent, value without blanks around it. */
struct wire_header {
	const char *name, *value;
};

/** What has come. Everything points into the buffer and holds until the next wire_room() or wire_next(). */
struct wire_item {
	enum wire_kind kind;
	uint8_t channel; /**< frames */
	int status; /**< answers: 100 to 599 */
	const char *method; /**< requests */
	const uint8_t *data; /**< a frame, or a message's body */
	size_t len;
	unsigned n_headers;
	struct wire_header header[WIRE_HEADERS_MAX];
};

/** Zero-initialise, then wire_init(). */
struct wire {
	uint8_t *buf; /**< WIRE_ROOM bytes */
	size_t begin, end; /**< what is not yet read of it */
	uint64_t skipped; /**< bytes that were neither message, frame nor line end, since wire_init() */
	bool known
		[256]; /**< channels that have been set up: set by the client; frames of others are skipped whole */

	/* Of the item at begin, offsets from there; see wire.c */
	bool begun; /* an item has been found in this stream */
	bool lost; /* there was garbage: what comes next is looked at more closely */
	bool has_head, is_request, has_prefix;
	size_t scanned, line; /* of a head: how far it has been looked at, where its last line begins */
	unsigned lines;
	size_t head_len, body_len;
	size_t ignored; /* bytes still to come of a frame of another channel */
	int status;
	unsigned n_headers;
	struct {
		uint16_t name, value;
	} header[WIRE_HEADERS_MAX];
};

/** @return 0, -ENOMEM */
int wire_init(struct wire *);
/** Free what is there. */
void wire_free(struct wire *);
/**
 * Where to read to: at least WIRE_ROOM / 3 bytes once wire_next() has said WIRE_MORE, else perhaps none.
 * @return *ret_len bytes
 */
uint8_t *wire_room(struct wire *, size_t *ret_len);
/** So many bytes have been read there. */
void wire_filled(struct wire *, size_t len);
/**
 * The next item. After garbage it looks for the next start of a message, or of a frame of a known channel that holds
 * RTP or RTCP (version 2, RFC 3550 5.1) and is not followed by garbage. A stream that begins with garbage is not RTSP.
 * @return NULL and *ret, whose kind is WIRE_MORE when there is none yet; or why the session ends
 */
const struct fault *wire_next(struct wire *, struct wire_item *ret);
/** @param name in any case @return the value of its n-th appearance (0 is the first), or NULL */
const char *wire_header(const struct wire_item *, const char *name, unsigned n);
#endif
