/* SPDX-License-Identifier: MIT */
/**
 * @file config.h
 * From YAML, environment and --set to the filled configuration struct of each node. [loop]
 *
 * Order, later wins: option tables' defaults < `defaults` < camera < environment < --set.
 *
 * Swapping a plugin is changing one word: a key that the chosen plugin lacks and another plugin of its kind has is
 * ignored, with a warning when it stands beside the word (doc/adr/0003-swapping-plugins.md).
 */
#ifndef CAM_CONFIG_CONFIG_H
#define CAM_CONFIG_CONFIG_H
#include <cam/plugin.h>

#include "lib/text.h"

/** Where the descriptors come from: the loader, handed in from the floor above. */
struct config_plugins {
	/** @return the descriptor, or NULL with a sentence in *ret_why (owned by the finder) */
	const struct cam_plugin *(*find)(void *arg, const char *name, const char **ret_why);
	/** Calls visit for the name of each plugin there is (for "nearest name"), loaded or not. */
	void (*names)(void *arg, void (*visit)(void *visit_arg, const char *name), void *visit_arg);
	void *arg;
};

struct config_input {
	const char *file; /**< Path of the YAML file; NULL: single-camera mode, or `text`. */
	const char *text,
		*text_name; /**< Instead of a file: the YAML itself and what to call it in messages. */
	char *const *environ; /**< As environ(7). */
	const char *const *sets; /**< "path=value", NULL at the end; NULL: none. */
	struct config_plugins plugins;
};

/** Options of the server itself, `server:` in the file. */
struct config_server {
	int64_t log_level; /**< enum log_level */
	int64_t cpu_threads; /**< 0: one a core */
	int64_t queue_memory; /**< bytes; negative: percent of what the process may use */
	const char *timezone; /**< Of file names: a name of the tz database. */
	bool protect; /**< Give up what the configuration does not need; see core/guard/guard.h. */
	bool core_dumps; /**< Leave core files and debuggers to the kernel; see core/guard/private_memory.h. */
	int64_t anonymous; /**< enum config_anonymous */
};

/** What somebody may do who has not logged in; the rights beyond are those of <cam/http.h>. */
enum config_anonymous {
	CONFIG_ANONYMOUS_AUTO, /**< The default: left to who gives out rights. */
	CONFIG_ANONYMOUS_NONE, /**< Only what is open to all. */
	CONFIG_ANONYMOUS_VIEW = CAM_VIEW,
	CONFIG_ANONYMOUS_PLAYBACK = CAM_PLAYBACK,
	CONFIG_ANONYMOUS_CONTROL = CAM_CONTROL,
	CONFIG_ANONYMOUS_ADMIN = CAM_ADMIN
};

/** Somebody who may log in, `users:` in the file. */
struct config_user {
	const char
		*name; /**< 1 to 64 bytes of UTF-8, without ':' and control characters; each stands once. */
	const char *hash; /**< Of the password, as crypt(3) makes it; secret. */
	int64_t role; /**< CAM_VIEW, CAM_PLAYBACK, CAM_CONTROL or CAM_ADMIN */
	const char *
		cameras; /**< Patterns with * and ?, by commas, as `from` of a sink: see config_user_sees(). */
	int64_t since_ns; /**< How far back recordings may be seen; 0: all of them. */
};

/** Whether the server has to have a node to come up. */
enum config_required {
	CONFIG_AUTO, /**< The default: sinks and listeners that are of no camera, yes; stages of a camera, no. */
	CONFIG_REQUIRED,
	CONFIG_OPTIONAL
};

/** One stage of a camera, or one sink or listener. */
struct config_node {
	const char *name; /**< "front.recorder", "web" */
	const char *camera; /**< "front"; NULL for a sink or listener */
	const char *stage; /**< "recorder"; the sink's or listener's name */
	const char *path; /**< "cameras.front.recorder", "sinks.web" */
	const struct cam_plugin *plugin;
	const char
		*from; /**< A stage of the same camera, NULL: the default wiring. Else: see config_sees(). */
	int64_t required; /**< enum config_required; see config_ends_server(). */
	/**
	 * What it acts upon, of a plugin that hears events: "motion", "object.person", "*", NULL at the end; a '*' stands for
	 * any part of a topic or label. NULL: what the plugin says.
	 */
	const char *const *on;
	double min_score; /**< 0 to 1: an event below it is not acted upon. */
	void *config; /**< plugin->config_size bytes, filled; 0 bytes: NULL */
};

struct config {
	struct config_server server;
	struct config_node *nodes; /**< In the order of the file: cameras' stages, sinks, listeners. */
	size_t n_nodes;
	const char *const *cameras; /**< Names in the order of the file. */
	size_t n_cameras;
	const struct config_user *users; /**< In the order of the file. */
	size_t n_users;
	const char *secret_folders; /**< Where files of secrets were read from, each with '\n'. */
	const char *warnings; /**< Lines to log, each with its '\n'; "" when there are none. */
};
#endif
