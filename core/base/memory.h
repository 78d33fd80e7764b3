/* SPDX-License-Identifier: MIT */
/** @file memory.h How much memory this process may use. [any] */
#ifndef CAM_BASE_MEMORY_H
#define CAM_BASE_MEMORY_H
#include <stdint.h>

/**
 * The least of: the machine's memory, the limits of the process' control group and those above it (version 2, or the
 * memory controller of version 1), RLIMIT_AS and RLIMIT_DATA.
 * @param root "" ; tests put a folder in front of /proc and /sys
 * @return bytes
 */
uint64_t memory_limit(const char *root);
#endif
