/* SPDX-License-Identifier: MIT */
/** @file describe.h An option in words. [any] */
#ifndef CAM_CONFIG_SHOW_DESCRIBE_H
#define CAM_CONFIG_SHOW_DESCRIBE_H
#include <cam/plugin.h>

#include "lib/text.h"

/** Add an option's help, its values, its range, and that it is required or can be read from a file. */
void option_describe(const struct cam_opt *, struct text *out);
#endif
