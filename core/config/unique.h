/* SPDX-License-Identifier: MIT */
/** @file unique.h Ports, folders and values that two nodes cannot share. [loop] */
#ifndef CAM_CONFIG_UNIQUE_H
#define CAM_CONFIG_UNIQUE_H
#include "core/config/loading.h"

/** Report those that are shared. */
void unique_check(struct load *);
#endif
