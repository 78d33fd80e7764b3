/* SPDX-License-Identifier: MIT */
/** @file keys.h The keys of mappings. [any] */
#ifndef CAM_CONFIG_TREE_KEYS_H
#define CAM_CONFIG_TREE_KEYS_H
#include "core/config/tree/report.h"
#include "core/config/words/nearest.h"

/** Report keys that stand twice in one mapping, in the whole tree. */
void keys_check(const struct tree *, struct arena *, struct report *);
/** Let each key of a mapping be one that may be meant; NULL has none. */
void keys_try(struct nearest *, const struct tree *map);
#endif
