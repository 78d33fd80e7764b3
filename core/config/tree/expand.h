/* SPDX-License-Identifier: MIT */
/**
 * @file expand.h
 * Variables in keys and values: `${NAME}`, `${NAME:-default}`, `${NAME:?what to do}`; `$${` stands for `${`.
 * A variable that is empty counts as not set.
 */
#ifndef CAM_CONFIG_TREE_EXPAND_H
#define CAM_CONFIG_TREE_EXPAND_H
#include "core/config/tree/report.h"

/**
 * Expand the whole tree in place. A value that cannot be expanded gets its `bad` set and is no error until it is
 * used; a key that cannot be is an error at once.
 */
void expand_tree(struct tree *, char *const *variables, struct arena *, struct report *);
#endif
