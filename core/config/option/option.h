/* SPDX-License-Identifier: MIT */
/**
 * @file option.h
 * Values by option table: text to the member of a configuration struct, and back. [any]
 */
#ifndef CAM_CONFIG_OPTION_OPTION_H
#define CAM_CONFIG_OPTION_OPTION_H
#include <cam/plugin.h>

#include "lib/text.h"

enum { OPTION_WHY = 240 };

/**
 * Parse text into its member of config. Times: 250ms, 10s, 5m, 1h, 7d; a bare number is seconds. Sizes: 64K, 50G,
 * 1T in powers of 1024; a bare number is bytes; 10% becomes -10. A string is not copied: text must live as long.
 * @param why OPTION_WHY bytes, gets the reason without the option's name; holds no secret
 * @return 0, or -EINVAL and config untouched
 */
int option_set(const struct cam_opt *, const char *text, void *config, char *why);
/** @return whether both hold the same value */
bool option_equal(const struct cam_opt *, const void *a, const void *b);
/** @return the option of that name, NULL if there is none; options may be NULL */
const struct cam_opt *option_find(const struct cam_opt *options, const char *name);
/** @return whether NAME_file is a key too: of secrets and URLs, unless the table has an option of that name */
bool option_has_file(const struct cam_opt *options, const struct cam_opt *);
#endif
