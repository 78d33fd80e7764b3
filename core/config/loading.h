/* SPDX-License-Identifier: MIT */
/**
 * @file loading.h
 * One load on its way from the tree to the nodes: what config.h shows, and what it keeps to itself. [loop]
 */
#ifndef CAM_CONFIG_LOADING_H
#define CAM_CONFIG_LOADING_H
#include "core/config/config.h"
#include "core/config/tree/report.h"

enum {
	LOAD_MAX_CAMERAS = 1000,
	LOAD_MAX_STAGES = 64, /**< of one camera */
	LOAD_MAX_SINKS = 64, /**< and so many listeners */
	LOAD_MAX_PATTERNS = 64, /**< of one `from` */
	LOAD_MAX_NODES = 8192,
	LOAD_MAX_USERS = 1000,
	LOAD_NAME_MAX = 64,
	LOAD_SERVER_OPTIONS = 7,
	LOAD_USER_OPTIONS = 4
};

/** The place of what nobody has written. */
#define LOAD_BUILT_IN "built-in"

/** Where each value of a node came from. Texts are as of config_origin(). */
struct node_info {
	struct where at; /**< of the node, for messages */
	struct where from_at;
	const char *origin, *plugin, *from, *required, *on, *min_score;
	const char **options; /**< by index in the option table */
	bool *masked; /**< by index: never printed, for it came out of a file of secrets */
	const char **paths; /**< by index: "defaults.source.url", for messages */
	struct where *places; /**< by index, for messages */
	bool broken; /**< A value is wrong, which is reported: only the wiring can be judged. */
};

/** Where each value of a user came from. */
struct user_info {
	const char *origins[LOAD_USER_OPTIONS]; /**< by index in user_options */
	struct where cameras_at;
};

/** What config_load() makes; `pub` is all that others see. */
struct config_loaded {
	struct config pub;
	struct arena arena;
	struct node_info *infos; /**< one a node */
	struct user_info *user_infos; /**< one a user */
	const char *server_origins[LOAD_SERVER_OPTIONS]; /**< by index in server_options */
};

struct load {
	struct config_loaded *out;
	struct arena *arena;
	struct report *report;
	const struct config_input *in;
	struct tree *root;
	bool has_twins; /**< a key stands twice in a mapping, which is reported */
	size_t nodes_room;
	size_t first; /**< of the camera being resolved, in out->pub.nodes */
	const char *stages[LOAD_MAX_STAGES]; /**< of that camera, also those that became no node */
	unsigned n_stages, n_lost; /**< of them; of those that became no node */
};

/** A stage before it is a node: what `defaults` say and what the camera says; the latter wins key by key. */
struct stage_draft {
	const char *camera; /**< NULL: a sink or listener */
	uint32_t kind; /**< that the section is of, 0: a camera's stage */
	const char *name, *path; /**< "recorder", "cameras.front.recorder" */
	struct where at;
	const struct tree *base, *own; /**< mappings; either may be NULL */
};

#endif
