/* SPDX-License-Identifier: MIT */
/** @file feed.h MJPEG (multipart/x-mixed-replace) to one connection, or the one picture of a snapshot. */
#ifndef WS_VIEW_FEED_H
#define WS_VIEW_FEED_H
#include "plugins/ws_view/http/conn.h"

/** Answer with MJPEG, or one JPEG. */
void feed_start(struct conn *, const char *camera, const struct cam_want *);
void feed_start_snapshot(struct conn *, const char *camera, const struct cam_want *);
/** MJPEG goes on with what is wished now, without a new connection. All other connections stay as they are. */
void feed_adapt(struct conn *, const struct cam_want *);
/** Pictures that who asked may not see any more end. All other connections stay as they are. */
void feed_check(struct conn *);
#endif
