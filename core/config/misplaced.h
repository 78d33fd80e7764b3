/* SPDX-License-Identifier: MIT */
/**
 * @file misplaced.h
 * What is right in itself and stands in the wrong place: where it belongs, as it would be written there. [loop]
 * Hints begin with "; " or are "", and are owned by the arena.
 */
#ifndef CAM_CONFIG_MISPLACED_H
#define CAM_CONFIG_MISPLACED_H
#include "core/config/loading.h"

/** Report a key at the top of the file that is no section. */
void misplaced_section(struct load *, const struct tree *);
/** @return whether a mapping under `cameras` is no camera but a stage, or a camera without stages; it is reported */
bool misplaced_camera(struct load *, const struct tree *camera);
/** @return whether a section stands in place of a camera or a stage; it is reported */
bool misplaced_below(struct load *, const struct tree *);
/** @return whether t, a camera's own or one of `defaults`, is `on` or `off` and switches nothing; it is reported */
bool misplaced_switch(struct load *, const struct tree *t, const struct tree *defaults);
/** @return what to write for a stage, sink or listener that is no mapping */
const char *misplaced_stage(struct load *, const struct tree *);
/** @return where a key belongs that its mapping does not have: a section, an option of the server or of a plugin */
const char *misplaced_key(struct load *, const char *key);
/** @return the same for a word that others use for it */
const char *misplaced_word(struct load *, const char *word);
/** @return what to write for a list where a mapping of names belongs; "" for what is no list */
const char *misplaced_list(struct load *, const struct tree *);
/** @return a stage or sink as it is written, by what its name means: "recorder: {plugin: ...}"; NULL: no idea */
const char *misplaced_example(struct load *, const char *name);
/** @return the plugin with that option, the first by kind and name, that is of no kind `but`; NULL: none */
const struct cam_plugin *misplaced_owner(struct load *, const char *option, uint32_t but);
#endif
