/* SPDX-License-Identifier: MIT */
/** @file format.h Values of options, and what they may be, as a user would write them. [any] */
#ifndef CAM_CONFIG_OPTION_FORMAT_H
#define CAM_CONFIG_OPTION_FORMAT_H
#include <cam/plugin.h>

#include "lib/text.h"

/** Add a value as a user would write it, not masked and not quoted. */
void option_format(const struct cam_opt *, const void *config, struct text *out);
/** Add the range of a number with its unit: "2 to 8192 pixels". The option must have one. */
void option_format_range(const struct cam_opt *, struct text *out);
/** Add a URL with its password masked. */
void option_mask_url(const char *url, struct text *out);
/** @return "whole number", "time", ... */
const char *option_type_name(const struct cam_opt *);
#endif
