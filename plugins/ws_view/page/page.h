/* SPDX-License-Identifier: MIT */
/** @file page.h The viewer page's files. */
#ifndef WS_VIEW_PAGE_H
#define WS_VIEW_PAGE_H
#include "plugins/ws_view/http/conn.h"

/** Answer with the page's file at this path. @return whether there is one */
bool page_answer(struct conn *);
#endif
