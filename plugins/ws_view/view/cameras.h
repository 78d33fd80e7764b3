/* SPDX-License-Identifier: MIT */
/** @file cameras.h The list of cameras for viewers. */
#ifndef WS_VIEW_CAMERAS_H
#define WS_VIEW_CAMERAS_H
#include "lib/text.h"
#include "plugins/ws_view/common/web.h"

/** Write the message that tells of the cameras. Without memory ret->failed is set. */
void cameras_list(struct web *, struct text *ret);
#endif
