/* SPDX-License-Identifier: MIT */
/** @file listen.h The listening socket. */
#ifndef WS_VIEW_LISTEN_H
#define WS_VIEW_LISTEN_H
#include "plugins/ws_view/http/conn.h"

/** Bind and listen, nothing of libuv yet. @return a descriptor, or -errno with host->error() said */
int listen_bind(struct web *);
/** Accept from now on; takes fd over. */
void listen_start(struct http *, int fd);
void listen_close(struct http *);
#endif
