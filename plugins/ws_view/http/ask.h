/* SPDX-License-Identifier: MIT */
/** @file ask.h Questions to the server: who asks, and whatever the core and other nodes have routes for. */
#ifndef WS_VIEW_ASK_H
#define WS_VIEW_ASK_H
#include "plugins/ws_view/http/conn.h"

/** Have the request answered by the server, who sees to rights as well. */
void ask_server(struct conn *);
/** Find out who asks, then go on with conn->who set; whoever has to log in first is told so. */
void ask_who(struct conn *, void (*then)(struct conn *, void *arg), void *arg);
#endif
