/* SPDX-License-Identifier: MIT */
/** @file pictures.h The paths of pictures: which camera, and how it is wished. */
#ifndef WS_VIEW_PICTURES_H
#define WS_VIEW_PICTURES_H
#include "plugins/ws_view/http/conn.h"

/** @return whether the path is one of pictures */
bool pictures_has(const char *path);
/** Answer with MJPEG or a snapshot of a camera that who asks may see. */
void pictures_answer(struct conn *);
/** The options are others now: MJPEG that goes by them gets what these say. */
void pictures_adapt(struct http *);
/** Who may see what may be another now: pictures that are not to be seen any more end. */
void pictures_check(struct http *);
#endif
