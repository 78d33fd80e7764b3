/* SPDX-License-Identifier: MIT */
/** @file mapping.h Sections: mappings of what each has a name. [loop] */
#ifndef CAM_CONFIG_MAPPING_H
#define CAM_CONFIG_MAPPING_H
#include "core/config/loading.h"

/** @return a section of the file, NULL if there is none, nothing in it, or (reported) no mapping */
const struct tree *mapping_section(struct load *, const char *name);
/** @return how many keys it has; NULL has none */
size_t mapping_count(const struct tree *map);
#endif
