/* SPDX-License-Identifier: MIT */

#include "core/config/section.h"

#include <stddef.h>

const char *const sections[] = {"server", "users", "defaults", "cameras", "sinks", "listeners", NULL};
