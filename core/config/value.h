/* SPDX-License-Identifier: MIT */
/** @file value.h Values of the tree as texts, checked for what holds for all of them. [loop] */
#ifndef CAM_CONFIG_VALUE_H
#define CAM_CONFIG_VALUE_H
#include "core/config/loading.h"

/** @return where a value stands, for config_origin() */
const char *value_origin(struct load *, const struct tree *);
/** @return the text of a scalar; NULL and reported if it is none, has no value or could not be expanded */
const char *value_scalar(struct load *, const struct tree *);
/** The same for what messages and the log show: it must not come from a file with secrets. */
const char *value_shown(struct load *, const struct tree *);
/** The same of a list too, whose texts become one with commas. */
const char *value_joined(struct load *, const struct tree *);
/**
 * What holds for every address, whatever the plugin, and what is odd in a secret. @param text of an option at t
 * @return whether it may be taken; it is reported if not
 */
bool value_text_ok(struct load *, const struct cam_opt *, const struct tree *, const char *text);
/** @return text with {camera}, as in names of files, and {stage} filled in, owned by the arena */
const char *value_names_in(struct load *, const char *text, const struct stage_draft *);
#endif
