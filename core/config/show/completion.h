/* SPDX-License-Identifier: MIT */
/** @file completion.h What bash completes: the keys of all tables, and the values of those that name them. [loop] */
#ifndef CAM_CONFIG_SHOW_COMPLETION_H
#define CAM_CONFIG_SHOW_COMPLETION_H
#include "core/config/show/plugins.h"
#include "lib/text.h"

/** The keys that options have, one a line, each once. */
void config_completion_keys(const struct plugin_list *, size_t indent, struct text *out);
/** `server.KEY`, one a line. */
void config_completion_server(size_t indent, struct text *out);
/** The keys of a user, one a line. */
void config_completion_users(size_t indent, struct text *out);
/** `key) values="a b" ;;` for each key with named values. */
void config_completion_values(const struct plugin_list *, size_t indent, struct text *out);
#endif
