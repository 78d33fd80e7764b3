/* SPDX-License-Identifier: MIT */
/** @file routes.h Which path does what. */
#ifndef WS_VIEW_ROUTES_H
#define WS_VIEW_ROUTES_H
#include "plugins/ws_view/http/conn.h"
#include "plugins/ws_view/ws/ws.h"

/** Answer a request that was understood and may be asked from where it comes. */
void routes_answer(struct conn *, struct ws *);
#endif
