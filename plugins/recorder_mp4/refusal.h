/* SPDX-License-Identifier: MIT */
/** @file refusal.h Why a folder does not take recordings, and what to do about it. [any] */
#ifndef CAM_RECORDER_MP4_REFUSAL_H
#define CAM_RECORDER_MP4_REFUSAL_H
#include <stddef.h>

enum { REFUSAL_TEXT = 512 };

/**
 * One sentence, for whom it concerns: in a container whoever stands on the host, where the folder has another name and
 * users may have others. @param root of container.h @param err a negative errno
 */
void refusal_text(const char *root, const char *folder, int err, char ret[REFUSAL_TEXT]);
#endif
