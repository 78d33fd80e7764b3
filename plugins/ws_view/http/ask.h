/* SPDX-License-Identifier: MIT */
/** @file ask.h Questions to the server: the core and other nodes have routes. */
#ifndef WS_VIEW_ASK_H
#define WS_VIEW_ASK_H
#include "plugins/ws_view/http/conn.h"

/** Have the request answered by the server. */
void ask_server(struct conn *);
#endif
