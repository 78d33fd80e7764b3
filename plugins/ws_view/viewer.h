/* SPDX-License-Identifier: MIT */
/** @file viewer.h The viewers as seen by the server; what the socket calls is in ws.h. */
#ifndef WS_VIEW_VIEWER_H
#define WS_VIEW_VIEWER_H
#include "server.h"

/** Build the list of cameras anew and send it to all. */
void viewers_tell_cameras(struct server *);
/** The cameras may be others now: tiles that had none look for theirs. */
void viewers_take_up(struct server *);
/** The options are others now: tiles that go by them get what these say. */
void viewers_adapt(struct server *);
/** What had to wait until it was time: views, reading on. @return whether nothing waits any more */
bool viewers_go_on(struct server *, int64_t now_ns);
/** Close those that have neither taken nor acknowledged anything for PATIENCE_NS. */
void viewers_check(struct server *, int64_t now_ns);
#endif
