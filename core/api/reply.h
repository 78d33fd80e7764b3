/* SPDX-License-Identifier: MIT */
/** @file reply.h Filling in the core's own answers. [any] */
#ifndef CAM_API_REPLY_H
#define CAM_API_REPLY_H
#include <cam/plugin.h>

#include "lib/text.h"

/** What is told of a camera that is not there, or not for who asks. */
#define REPLY_NO_CAMERA "there is no camera of this name; see /api/v1/cameras\n"

/** @param text plain; outlives the answer */
void reply_text(struct cam_reply *, int status, const char *text);
/** 200 with this body; the text becomes the reply's, and empty. */
void reply_body(struct cam_reply *, const char *type, struct text *body);
#endif
