/* SPDX-License-Identifier: MIT */
/** @file arrange.h Which rendition serves which output. */
#ifndef CAM_MEDIA_ARRANGE_H
#define CAM_MEDIA_ARRANGE_H
#include "core/media/outputs.h"

/** Choose renditions for all outputs by the camera's size, unless they are; free those that are not used any more. */
void arrange_outputs(struct outputs *, int width, int height);
#endif
