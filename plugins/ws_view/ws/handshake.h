/* SPDX-License-Identifier: MIT */
/** @file handshake.h The request that opens a WebSocket. */
#ifndef WS_VIEW_HANDSHAKE_H
#define WS_VIEW_HANDSHAKE_H
#include "plugins/ws_view/http/head.h"

/** Whether an upgrade is a WebSocket's (RFC 6455, 4.2.1). Only for heads with `upgrade`. */
bool handshake_check(const struct http_head *, struct http_refusal *ret_refusal);
#endif
