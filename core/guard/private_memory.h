/* SPDX-License-Identifier: MIT */
/**
 * @file private_memory.h
 * Nobody but root reads this process's memory: no core file, no debugger, no /proc/PID/environ for other programs of
 * the same user. Passwords are in that memory (doc/adr/0015-no-core-files.md). [any]
 */
#ifndef CAM_GUARD_PRIVATE_MEMORY_H
#define CAM_GUARD_PRIVATE_MEMORY_H
#include <stdbool.h>

/** Holds for the whole process, whatever kernel.core_pattern and the limit of core files say. @return 0 or -errno */
int private_memory(bool on);
#endif
