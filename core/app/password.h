/* SPDX-License-Identifier: MIT */
/** @file password.h `cam_server --password`: what to write as a user's `hash`. [any], blocks. */
#ifndef CAM_APP_PASSWORD_H
#define CAM_APP_PASSWORD_H
#include "lib/text.h"

/** The longest password, in bytes. */
enum { PASSWORD_MOST = 256 };

/**
 * Read a password and make its hash: of a terminal without echo and twice, with prompts; else the first line.
 * @param in where it is read @param prompts where a terminal's prompts go
 * @return 0 with the hash and a line end in ret; -EINVAL, -ECANCELED or another -errno with a line in message
 */
int password_hash(int in, int prompts, struct text *ret, struct text *message);
#endif
