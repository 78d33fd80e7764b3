/* SPDX-License-Identifier: MIT */
/** @file viewer.h The viewers: the protocol of doc/websocket.md on WebSockets. */
#ifndef WS_VIEW_VIEWER_H
#define WS_VIEW_VIEWER_H
#include "plugins/ws_view/common/chain.h"
#include "plugins/ws_view/view/cameras.h"
#include "plugins/ws_view/view/limit.h"
#include "plugins/ws_view/ws/ws.h"

/** All of them. */
struct viewers {
	struct web *web;
	struct ws *ws;
	struct chain list;
	struct cameras cameras; /**< as they were looked at last */
	struct limit_log limits;
};

/** For ws_open(); its argument is the struct viewers. */
extern const struct ws_ops viewer_ws_ops;

void viewers_init(struct viewers *, struct web *);
void viewers_free(struct viewers *);
/**
 * The cameras, or who may see them, may be others now: tell of them, tiles that had none look for theirs, and those of
 * cameras that are not to be seen any more end.
 */
void viewers_tell_cameras(struct viewers *);
/** The options are others now: tiles that go by them get what these say. */
void viewers_adapt(struct viewers *);
/** What had to wait until it was time: views, reading on. @return whether nothing waits any more */
bool viewers_go_on(struct viewers *, int64_t now_ns);
/** Close those that have neither taken nor acknowledged anything for PATIENCE_NS, and tell the log of limits. */
void viewers_check(struct viewers *, int64_t now_ns);
#endif
