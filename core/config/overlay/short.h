/* SPDX-License-Identifier: MIT */
/** @file short.h Short forms, and what is built in. [loop] */
#ifndef CAM_CONFIG_OVERLAY_SHORT_H
#define CAM_CONFIG_OVERLAY_SHORT_H
#include "core/config/loading.h"

/** Put what short forms stand for in their places, and what is built in. May be called again. */
void short_write_out(struct load *);
#endif
