/* SPDX-License-Identifier: MIT */
/** @file stream.h An answer that comes in pieces: the next one is read when the socket has taken the one before. */
#ifndef WS_VIEW_STREAM_H
#define WS_VIEW_STREAM_H
#include "plugins/ws_view/http/conn.h"

/** Answer with the pieces of conn->reply.stream, in chunks, and end. */
void stream_send(struct conn *);
#endif
