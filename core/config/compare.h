/* SPDX-License-Identifier: MIT */
/** @file compare.h What differs between two configurations: a reload touches nothing else. [any] */
#ifndef CAM_CONFIG_COMPARE_H
#define CAM_CONFIG_COMPARE_H
#include "core/config/config.h"

/** @return whether both would make the same node: plugin, wiring and every value; `required` is of its start */
bool config_node_equal(const struct config_node *a, const struct config_node *b);
/** @return whether they differ in values of CAM_RELOADABLE options only */
bool config_node_reloadable(const struct config_node *a, const struct config_node *b);
/** @return whether both have the same users, in one order, with the same of everything */
bool config_users_equal(const struct config *a, const struct config *b);
#endif
