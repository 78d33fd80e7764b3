/* SPDX-License-Identifier: MIT */
/** @file request.h What comes in: connections, and a request on each. */
#ifndef WS_VIEW_REQUEST_H
#define WS_VIEW_REQUEST_H
#include "plugins/ws_view/http/conn.h"

/** Take a connection of the listening socket. */
void request_accept(struct http *);
/** End those whose time has come. */
void request_check_all(struct http *, int64_t now_ns);
#endif
