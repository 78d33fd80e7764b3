/* SPDX-License-Identifier: MIT */
/** @file kind.h The kinds of plugins as users read and write them: the only place where they have names. [any] */
#ifndef CAM_BASE_KIND_H
#define CAM_BASE_KIND_H
#include <cam/plugin.h>

/** The kinds run from 1 to the last. */
enum { KIND_LAST = CAM_LISTENER };

/** @return "source", "detector", ...; "plugin" for a number that is no kind */
const char *kind_name(uint32_t kind);
/** @return the section that nodes of this kind stand in, as "sinks"; NULL: they are stages of cameras */
const char *kind_section(uint32_t kind);
/** @return the kind that stands in this section, 0: it is no section of nodes */
uint32_t kind_of_section(const char *section);
#endif
