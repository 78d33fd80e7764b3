/* SPDX-License-Identifier: MIT */
/**
 * @file tree.h
 * A configuration as written: mappings, lists and scalars, each with the place it came from. Nodes and strings are
 * owned by an arena. One thread at a time.
 */
#ifndef CAM_CONFIG_TREE_TREE_H
#define CAM_CONFIG_TREE_TREE_H
#include "core/base/arena.h"
#include "lib/text.h"

/** A place to name in a message. */
struct where {
	const char *source; /**< "cam_server.yaml", "environment CAM_SERVER__…", "--set", "built-in" */
	const char *via; /**< The variable whose value stands there, or NULL. */
	unsigned line, col; /**< From 1; 0 for places without lines. */
};

/** "cam_server.yaml:12:5", or "environment NAME via cam_server.yaml:12". */
void where_print(const struct where *, struct text *out);

enum tree_kind { TREE_SCALAR = 1, TREE_MAP, TREE_LIST };

/** Where a value was set; later wins. */
enum tree_layer { LAYER_BUILT_IN = -1, LAYER_FILE, LAYER_ENVIRONMENT, LAYER_SET };

struct tree {
	enum tree_kind kind;
	enum tree_layer layer;
	bool plain; /**< A scalar without quotes: an empty one is no value at all. */
	bool broken; /**< The key could not be expanded, which is reported. */
	bool secret; /**< Came out of a file of secrets: never printed. */
	const char *key; /**< NULL for the root and the items of a list. */
	const char *value; /**< Scalars: never NULL. */
	const char *
		comment; /**< Of a plain scalar, what stands behind it as ` #...`, no blank behind the #; or NULL. */
	/** The password or address in front of this key that may have been cut by a comma: the key may be the rest. NULL: none. */
	const struct tree *cut;
	const char *bad; /**< Why the value could not be expanded; told if it is used. NULL: fine. */
	struct where key_at, at;
	struct tree *parent, *first, *last, *next;
};

/** @return a new last child of parent (NULL: a root), a plain empty scalar at `at`; NULL without memory */
struct tree *tree_add(struct arena *, struct tree *parent, const char *key, const struct where *at);
/** @return the child of that name, NULL if there is none or parent is NULL */
struct tree *tree_get(const struct tree *parent, const char *key);
/** @return whether nothing was written: `key:` or `key: ~` or `key: null` */
bool tree_is_null(const struct tree *);
/** @return whether the scalar `off` or `false` was written */
bool tree_is_off(const struct tree *);
/** @return whether the scalar `on` or `true` was written */
bool tree_is_on(const struct tree *);
/** @return "a mapping", "a list" or "a single value" */
const char *tree_kind_name(const struct tree *);
/** @return "cameras.front.source"; owned by the arena; names longer than 64 bytes are cut */
const char *tree_path(struct arena *, const struct tree *);
#endif
