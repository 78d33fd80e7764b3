/* SPDX-License-Identifier: MIT */
/** @file hears.h `on` and `min_score`: the events that a stage acts upon, known of plugins that hear any. [loop] */
#ifndef CAM_CONFIG_HEARS_H
#define CAM_CONFIG_HEARS_H
#include "core/config/loading.h"

/** `min_score`, into a struct config_node. */
extern const struct cam_opt config_min_score_option;

/** @return whether it is one of the two keys */
bool hears_is_key(const char *key);
/**
 * Fill on and min_score of a node, and where they came from; nothing of a plugin that hears no events.
 * @param on, min_score what is written, NULL: nothing @return whether it is right; if not, that is reported
 */
bool hears_load(struct load *, const struct tree *on, const struct tree *min_score, struct config_node *,
	struct node_info *);
/** @return whether both act upon the same */
bool hears_equal(const struct config_node *a, const struct config_node *b);
#endif
