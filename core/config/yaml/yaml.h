/* SPDX-License-Identifier: MIT */
/**
 * @file yaml.h
 * YAML text to a tree with places: the only user of libyaml. Time and memory are bounded for any input, since
 * libyaml itself is quadratic in nesting and accepts aliases, duplicate keys and further documents silently.
 */
#ifndef CAM_CONFIG_YAML_YAML_H
#define CAM_CONFIG_YAML_YAML_H
#include "core/config/tree/report.h"

enum { YAML_MAX_BYTES = 256 * 1024, YAML_MAX_DEPTH = 32, YAML_MAX_NODES = 50000 };

/**
 * Parse one document. @param name what to call it in messages; must live as long as the tree
 * @return its root, a mapping, owned by the arena; NULL after an error. Duplicate keys are left to keys_check().
 */
struct tree *yaml_parse(const char *data, size_t len, const char *name, struct arena *, struct report *);
#endif
