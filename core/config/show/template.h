/* SPDX-License-Identifier: MIT */
/**
 * @file template.h
 * What users read, made of the option tables: the schema, the example, the manual and the completion. [loop]
 *
 * The prose around it stands in templates (config/ and doc/, *.in), which are built in. `make regenerate` writes the
 * committed copies anew, and a test fails when they drift.
 */
#ifndef CAM_CONFIG_SHOW_TEMPLATE_H
#define CAM_CONFIG_SHOW_TEMPLATE_H
#include "core/config/config.h"

/** The templates, byte by byte. */
extern const char config_example_template[], config_man1_template[], config_man5_template[],
	config_completion_template[];

/** The plugins that can be used, by kind and name. */
struct plugin_list {
	const struct cam_plugin **items; /**< owned by the list; what they point to is not */
	size_t n, room;
	bool failed; /**< without memory */
};

/** Find them all; those that cannot be loaded are left out. */
void plugin_list_fill(struct plugin_list *, const struct config_plugins *);
void plugin_list_free(struct plugin_list *);
/** @return the plugin of that name, NULL if there is none */
const struct cam_plugin *plugin_list_find(const struct plugin_list *, const char *name);

/** Adds what a word of a template stands for. @param indent columns before the word; each line begins with so many */
typedef void template_fill(void *arg, const char *word, size_t indent, struct text *out);
/** Add a template; a line that holds nothing but "@word@" is replaced by what fill adds. */
void template_render(const char *template, template_fill *fill, void *arg, struct text *out);

/** Add an option's help, its values, its range, and that it is required or can be read from a file. */
void option_describe(const struct cam_opt *, struct text *out);
/** @return whether NAME_file is a key too: of secrets and URLs, unless the table has an option of that name */
bool option_has_file(const struct cam_opt *options, const struct cam_opt *);

/** --schema: the configuration file as a JSON Schema, draft 2020-12, with a line end. */
void config_schema(const struct config_plugins *, struct text *out);
/** --example: config/cam_server.yaml; plugins that its template does not name stand at its end. */
void config_example(const struct config_plugins *, struct text *out);
/** cam_server.yaml(5) */
void config_man(const struct config_plugins *, struct text *out);

/** Add text for roff: what it would take for a command is quoted. */
void roff_text(struct text *out, const char *s);
/** As roff_text(), for what is typed: every '-' stays one. */
void roff_literal(struct text *out, const char *s);

/** Completion: the keys that options have, one a line, each once. */
void config_completion_keys(const struct plugin_list *, size_t indent, struct text *out);
/** Completion: `server.KEY`, one a line. */
void config_completion_server(size_t indent, struct text *out);
/** Completion: the keys of a user, one a line. */
void config_completion_users(size_t indent, struct text *out);
/** Completion: `key) values="a b" ;;` for each key with named values. */
void config_completion_values(const struct plugin_list *, size_t indent, struct text *out);
#endif
