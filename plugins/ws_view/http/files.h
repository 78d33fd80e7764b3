/* SPDX-License-Identifier: MIT */
/** @file files.h A recording on its way out, or a range of it. */
#ifndef WS_VIEW_FILES_H
#define WS_VIEW_FILES_H
#include "plugins/ws_view/http/conn.h"

/** Answer with the bytes of conn->reply.file, and end. */
void files_send(struct conn *);
#endif
