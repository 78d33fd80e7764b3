/* SPDX-License-Identifier: MIT */
/** @file swap.h Keys that the chosen plugin does not have. [loop] */
#ifndef CAM_CONFIG_SWAP_H
#define CAM_CONFIG_SWAP_H
#include "core/config/loading.h"

/** @return whether a stage may have this key: a common one, an option, or NAME_file of a secret or URL */
bool swap_is_key(const struct cam_plugin *, const char *key);
/**
 * Judge a key that the plugin does not have. @param plugin_word where `plugin` stands
 * @return the option that a misspelt key most likely was; NULL: no error, or no idea
 */
const char *swap_unknown_key(
	struct load *, const struct cam_plugin *, const struct tree *key, const struct tree *plugin_word);
#endif
