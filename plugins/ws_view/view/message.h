/* SPDX-License-Identifier: MIT */
/** @file message.h The messages of a viewer (doc/websocket.md): JSON to structs. */
#ifndef WS_VIEW_MESSAGE_H
#define WS_VIEW_MESSAGE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TILES_MAX = 256, CAMERA_NAME_MAX = 128 };

/** One tile that a viewer wants. */
struct wish {
	uint32_t id;
	uint32_t width, height, fps, quality; /**< 0: not said */
	char camera[CAMERA_NAME_MAX];
};

/** A view. Zero-initialise it. */
struct wishes {
	struct wish *at;
	size_t n, room;
};

void message_free_wishes(struct wishes *);

struct message {
	enum { MSG_NONE, MSG_VIEW, MSG_ACK } type;
	struct wishes *wishes; /**< The caller's; a view adds its tiles. */
	bool more; /**< The view goes on in the next message. */
	uint32_t id; /**< ack */
	uint64_t seq; /**< ack */
};

/** Members that are not known are passed over. @return NULL, or what is wrong: a static sentence */
const char *message_parse(struct message *, const char *data, size_t len);
#endif
