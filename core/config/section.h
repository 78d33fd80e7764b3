/* SPDX-License-Identifier: MIT */
/** @file section.h The sections of the configuration file: the only place where they stand in a list. [any] */
#ifndef CAM_CONFIG_SECTION_H
#define CAM_CONFIG_SECTION_H

/** In the order of the file, NULL at the end. */
extern const char *const sections[];
/** @param and "and", "or" */
#define SECTIONS_IN_WORDS(and) "server, users, defaults, cameras, sinks " and " listeners"
#endif
