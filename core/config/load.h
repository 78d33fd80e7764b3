/* SPDX-License-Identifier: MIT */
/**
 * @file load.h
 * One load on its way from the tree to the nodes: what config.h shows, and what it keeps to itself. [loop]
 */
#ifndef CAM_CONFIG_LOAD_H
#define CAM_CONFIG_LOAD_H
#include "core/config/config.h"
#include "core/config/report.h"

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
	const char *origins[LOAD_USER_OPTIONS]; /**< by index in config_user_options */
	struct where cameras_at;
};

/** What config_load() makes; `pub` is all that others see. */
struct loaded {
	struct config pub;
	struct arena arena;
	struct node_info *infos; /**< one a node */
	struct user_info *user_infos; /**< one a user */
	const char *server_origins[LOAD_SERVER_OPTIONS]; /**< by index in config_server_options */
};

struct load {
	struct loaded *out;
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

extern const struct cam_opt config_server_options[];
/** stage.c: `required`, into a struct config_node. */
extern const struct cam_opt config_required_option;

/** server.c: fill out->pub.server. */
void load_server(struct load *);
/** cameras.c: make all nodes. */
void load_cameras(struct load *);
/** short.c: put what short forms stand for in their places, and what is built in. May be called again. */
void load_short_forms(struct load *);
#define LOAD_SOURCE_TEXT "source: {plugin: rtsp_in, url: \"rtsp://...\"}"

/** What a stage, or a sink, is usually called, and of which plugin it is then, which need not be named. */
struct usual {
	const char *name, *plugin;
	const char *text; /**< how it is written out, for messages */
	bool is_sink;
};

/** short.c: ends with a NULL name */
extern const struct usual load_usual[];
/** short.c: @return the usual stage of that name, NULL: there is none */
const struct usual *load_usual_stage(const char *name);
/**
 * short.c: @param stages a camera's, or those of `defaults` @return whether there is no other stage that such a stage may
 * be meant for, one of the same kind and another name
 */
bool load_may_add_stage(const struct load *, const struct usual *, const struct tree *stages);
/** wiring.c: rules among the stages of the camera being resolved. */
void load_wiring(struct load *, const struct where *camera_at, const char *camera);
/** wiring.c: rules among all nodes. */
void load_across(struct load *);
/** unique.c: ports, folders and values that two nodes cannot share. */
void load_unique(struct load *);

/** A stage before it is a node: what `defaults` say and what the camera says; the latter wins key by key. */
struct stage {
	const char *camera; /**< NULL: a sink or listener */
	uint32_t kind; /**< that the section is of, 0: a camera's stage */
	const char *name, *path; /**< "recorder", "cameras.front.recorder" */
	struct where at;
	const struct tree *base, *own; /**< mappings; either may be NULL */
};

/** short.c: @return the plugin of a stage that names none, by the stage's name; NULL: there is none for it */
const char *load_usual_plugin(const struct stage *);
/** stage.c: make a node, maybe a broken one. @return whether it was made; all that is wrong is reported */
bool load_stage(struct load *, const struct stage *);

/** value.c: @return where a value stands, for config_origin() */
const char *load_origin(struct load *, const struct tree *);
/** value.c: @return the text of a scalar; NULL and reported if it is none, has no value or could not be expanded */
const char *load_scalar(struct load *, const struct tree *);
/** value.c: the same for what messages and the log show: it must not come from a file with secrets */
const char *load_shown(struct load *, const struct tree *);
/** value.c: the same of a list too, whose texts become one with commas */
const char *load_joined(struct load *, const struct tree *);
/**
 * value.c: what holds for every address, whatever the plugin, and what is odd in a secret. @param text of an option at t
 * @return whether it may be taken; it is reported if not
 */
bool load_text_ok(struct load *, const struct cam_opt *, const struct tree *, const char *text);
/** value.c: @return text with {camera}, as in names of files, and {stage} filled in, owned by the arena */
const char *load_names_in(struct load *, const char *text, const struct stage *);
/** value.c: @return whether a key may be a camera's name; reported if not */
bool load_camera_name_ok(struct load *, const struct tree *);
/** value.c: @return whether another's name is [a-z0-9_-]+, at most 64 characters, not "off"; reported if not */
bool load_name_ok(struct load *, const struct tree *, const char *what);
/** value.c: @return " (it holds U+0430, ...)" for the first character that is not ASCII, "" if all are */
const char *load_odd_character(struct load *, const char *name);
/** swap.c: @return whether a stage may have this key: a common one, an option, or NAME_file of a secret or URL */
bool load_is_key(const struct cam_plugin *, const char *key);
/**
 * swap.c: judge a key that the plugin does not have. @param plugin_word where `plugin` stands
 * @return the option that a misspelt key most likely was; NULL: no error, or no idea
 */
const char *load_unknown_key(
	struct load *, const struct cam_plugin *, const struct tree *key, const struct tree *plugin_word);
#endif
