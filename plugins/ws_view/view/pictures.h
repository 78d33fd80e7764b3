/* SPDX-License-Identifier: MIT */
/** @file pictures.h The paths of pictures: which camera, and how it is wished. */
#ifndef WS_VIEW_PICTURES_H
#define WS_VIEW_PICTURES_H
#include "plugins/ws_view/http/conn.h"

/** Answer with MJPEG or a snapshot. @return whether the path is one of a picture */
bool pictures_answer(struct conn *);
/** The options are others now: MJPEG that goes by them gets what these say. */
void pictures_adapt(struct http *);
#endif
