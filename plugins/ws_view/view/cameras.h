/* SPDX-License-Identifier: MIT */
/** @file cameras.h The list of cameras for viewers, each of whom gets those that they may see. */
#ifndef WS_VIEW_CAMERAS_H
#define WS_VIEW_CAMERAS_H
#include "lib/text.h"
#include "plugins/ws_view/common/web.h"

/** What is told of each camera. Zero-initialise it. */
struct cameras {
	struct text text; /**< names and objects, each ended by a NUL */
	size_t n;
};

/** Look at all cameras anew. @return 0, or -ENOMEM: it is as it was */
int cameras_look(struct cameras *, const struct web *);
/** Write the message that tells who of them. Without memory ret->failed is set. */
void cameras_tell(const struct cameras *, const struct web *, const struct cam_who *, struct text *ret);
/** @return a number that is another, almost surely, when cameras_tell() would write something else */
uint64_t cameras_mark(const struct cameras *, const struct web *, const struct cam_who *);
void cameras_free(struct cameras *);
#endif
