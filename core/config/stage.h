/* SPDX-License-Identifier: MIT */
/** @file stage.h One stage, sink or listener, with all its options. [loop] */
#ifndef CAM_CONFIG_STAGE_H
#define CAM_CONFIG_STAGE_H
#include "core/config/loading.h"

/** Make a node, maybe a broken one. @return whether it was made; all that is wrong is reported */
bool stage_load(struct load *, const struct stage_draft *);
#endif
