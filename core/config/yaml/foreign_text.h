/* SPDX-License-Identifier: MIT */
/** @file foreign_text.h Configurations of other products that are no YAML. [any] */
#ifndef CAM_CONFIG_YAML_FOREIGN_TEXT_H
#define CAM_CONFIG_YAML_FOREIGN_TEXT_H
#include "core/config/yaml/foreign.h"

/**
 * As foreign_of_tree(), for files of "key value" lines. @param data need not end with a NUL
 */
struct foreign foreign_of_text(const char *data, size_t len, struct arena *);
#endif
