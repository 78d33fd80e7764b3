/* SPDX-License-Identifier: MIT */
/** @file glob.h Patterns in which '*' stands for any characters and '?' for one. [any] */
#ifndef CAM_LIB_GLOB_H
#define CAM_LIB_GLOB_H
#include <stdbool.h>
#include <stddef.h>

/** @return whether the pattern of so many bytes stands for the whole name */
bool glob_matches(const char *pattern, size_t len, const char *name);
/** @return whether one of a list of patterns, with commas between them, does; blanks around them do not count */
bool glob_list_matches(const char *list, const char *name);
#endif
