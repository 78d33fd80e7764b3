/* SPDX-License-Identifier: MIT */
#include "core/config/show/print.h"

#include "core/base/kind.h"
#include "core/config/hears.h"
#include "core/config/loading.h"
#include "core/config/option/format.h"
#include "core/config/required.h"
#include "core/config/server_options.h"
#include "core/config/user_options.h"

#include <string.h>

enum { COMMENT_COLUMN = 48 };

/* End a line with where its value came from. */
static void comment(struct text *out, size_t line_start, const char *origin)
{
	do
		text_add(out, " ");
	while (!out->failed && out->len - line_start < COMMENT_COLUMN);
	text_printf(out, "# %s\n", origin);
}

/* A quoted text that means the same when it is read again. */
static void quoted(struct text *out, const char *s)
{
	struct text escaped = {0};

	for (const char *at; (at = strstr(s, "${")); s = at + 2) {
		text_add_n(&escaped, s, (size_t)(at - s));
		text_add(&escaped, "$${");
	}
	text_add(&escaped, s);
	out->failed |= escaped.failed;
	text_json(out, text_str(&escaped));
	text_free(&escaped);
}

static void print_value(struct text *out, const struct cam_opt *o, const void *config, bool masked)
{
	struct text value = {0}, url = {0};

	option_format(o, config, &value);
	if ((masked || (o->flags & CAM_SECRET)) && value.len) {
		text_add(out, "\"********\"");
	} else if (o->flags & CAM_URL) {
		option_mask_url(text_str(&value), &url);
		quoted(out, text_str(&url));
	} else if (o->type == CAM_STRING) {
		quoted(out, text_str(&value));
	} else {
		text_add(out, text_str(&value));
	}
	out->failed |= value.failed || url.failed;
	text_free(&value);
	text_free(&url);
}

/* One line of an option. */
static void print_option(struct text *out, const char *indent, const struct cam_opt *o, const void *config,
	bool masked, const char *origin)
{
	size_t start = out->len;

	text_printf(out, "%s%s: ", indent, o->name);
	print_value(out, o, config, masked);
	comment(out, start, origin);
}

static void print_server(const struct config_loaded *c, struct text *out)
{
	text_add(out, "server:\n");
	for (size_t i = 0; i < LOAD_SERVER_OPTIONS; i++)
		print_option(out, "  ", &server_options[i], &c->pub.server, false, c->server_origins[i]);
}

/* With what `auto` comes to. */
static void print_required(
	const struct config_node *n, const struct node_info *info, const char *indent, struct text *out)
{
	size_t start = out->len;
	struct text origin = {0};

	text_printf(out, "%srequired: ", indent);
	option_format(&config_required_option, n, out);
	text_add(&origin, info->required);
	if (n->required == CONFIG_AUTO)
		text_add(&origin, config_ends_server(n) ? ": the server ends when it cannot start"
							: ": the server goes on when it cannot start");
	comment(out, start, text_str(&origin));
	out->failed |= origin.failed;
	text_free(&origin);
}

static void print_on(
	const struct config_node *n, const struct node_info *info, const char *indent, struct text *out)
{
	size_t start = out->len;

	text_printf(out, "%son: [", indent);
	for (const char *const *pattern = n->on; *pattern; pattern++) {
		text_add(out, pattern == n->on ? "" : ", ");
		quoted(out, *pattern);
	}
	text_add(out, "]");
	comment(out, start, info->on);
}

static void print_common(
	const struct config_node *n, const struct node_info *info, const char *indent, struct text *out)
{
	size_t start = out->len;

	text_printf(out, "%splugin: %s", indent, n->plugin->name);
	comment(out, start, info->plugin);
	if (n->from) {
		start = out->len;
		text_printf(out, "%sfrom: ", indent);
		quoted(out, n->from);
		comment(out, start, info->from);
	}
	if (n->on)
		print_on(n, info, indent, out);
	if (n->plugin->hears)
		print_option(out, indent, &config_min_score_option, n, false, info->min_score);
	print_required(n, info, indent, out);
}

static void print_node(
	const struct config_loaded *c, const struct config_node *n, const char *indent, struct text *out)
{
	const struct node_info *info = &c->infos[n - c->pub.nodes];
	const struct cam_opt *options = n->plugin->options;

	print_common(n, info, indent, out);
	for (size_t i = 0; options && options[i].name; i++) {
		if ((options[i].flags & CAM_HIDDEN) && !strcmp(info->options[i], "default"))
			continue;
		print_option(out, indent, &options[i], n->config, info->masked[i], info->options[i]);
	}
}

/* Names that YAML could take for something else than text are quoted. */
static void print_key(struct text *out, const char *indent, const char *name)
{
	bool safe = *name >= 'a' && *name <= 'z' && strcmp(name, "null") != 0 && strcmp(name, "true") != 0 &&
		    strcmp(name, "false") != 0 && strcmp(name, "yes") != 0 && strcmp(name, "no") != 0 &&
		    strcmp(name, "on") != 0 && strcmp(name, "y") != 0 && strcmp(name, "n") != 0 &&
		    strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_-") == strlen(name);

	text_add(out, indent);
	if (safe)
		text_add(out, name);
	else
		quoted(out, name);
	text_add(out, ":\n");
}

static void print_users(const struct config_loaded *c, struct text *out)
{
	if (c->pub.n_users)
		text_add(out, "users:\n");
	for (size_t i = 0; i < c->pub.n_users; i++) {
		print_key(out, "  ", c->pub.users[i].name);
		for (size_t k = 0; k < LOAD_USER_OPTIONS; k++)
			print_option(out, "    ", &user_options[k], &c->pub.users[i], false,
				c->user_infos[i].origins[k]);
	}
}

void config_print(const struct config *pub, struct text *out)
{
	const struct config_loaded *c = (const struct config_loaded *)(const void *)pub;
	const char *camera = NULL;
	uint32_t section = 0; /* the kind it is of */

	print_server(c, out);
	print_users(c, out);
	text_add(out, "cameras:\n");
	for (size_t i = 0; i < pub->n_nodes; i++) {
		const struct config_node *n = &pub->nodes[i];

		if (n->camera && n->camera != camera)
			print_key(out, "  ", n->camera);
		camera = n->camera;
		if (!n->camera && section != n->plugin->kind) {
			section = n->plugin->kind;
			text_printf(out, "%s:\n", kind_section(section));
		}
		print_key(out, n->camera ? "    " : "  ", n->stage);
		print_node(c, n, n->camera ? "      " : "    ", out);
	}
}
