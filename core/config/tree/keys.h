/* SPDX-License-Identifier: MIT */
/** @file keys.h Keys that stand twice. [any] */
#ifndef CAM_CONFIG_TREE_KEYS_H
#define CAM_CONFIG_TREE_KEYS_H
#include "core/config/tree/report.h"

/** Report keys that stand twice in one mapping, in the whole tree. */
void keys_check(const struct tree *, struct arena *, struct report *);
#endif
