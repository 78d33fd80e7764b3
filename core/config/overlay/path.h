/* SPDX-License-Identifier: MIT */
/** @file path.h A path such as cameras.front.source.url, on its way down the tree to where its value is put. [loop] */
#ifndef CAM_CONFIG_OVERLAY_PATH_H
#define CAM_CONFIG_OVERLAY_PATH_H
#include "core/config/loading.h"

enum { PATH_NAME_MAX = 64 };

/** Zero-initialise it, and fill all but name. */
struct path {
	const struct load *load;
	struct tree *root;
	struct arena *arena;
	struct report *report;
	struct where at;
	enum tree_layer layer;
	const char *separator; /**< "__" or "." */
	const char *path; /**< for messages; NULL: at.source tells it */
	const char *rest; /**< of the path */
	const char *value;
	char name[PATH_NAME_MAX + 1]; /**< the level last taken */
};

/** A key that the rest of a path begins with. */
struct path_found {
	const char *key, *other; /**< another that it may mean as well, NULL: there is none */
	size_t n; /**< how much of the rest it is */
	bool is_exact; /**< to the byte, which beats what only may be meant */
};

/** Find the longest key of a map (NULL: none) that the rest begins with; one that was found before stays if it is longer. */
void path_longest(const struct path *, const struct tree *map, struct path_found *);
/** Put the value where the path leads, or report why it leads nowhere. */
void path_apply(struct path *);
#endif
