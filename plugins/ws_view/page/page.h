/* SPDX-License-Identifier: MIT */
/** @file page.h The viewer page's files. */
#ifndef WS_VIEW_PAGE_H
#define WS_VIEW_PAGE_H
#include "plugins/ws_view/http/conn.h"

/** @return whether there is a file of the page at this path */
bool page_has(const char *path);
/** Answer with it. */
void page_answer(struct conn *);
#endif
