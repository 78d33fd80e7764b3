/* SPDX-License-Identifier: MIT */
/* Completion of --set: the keys of all tables, and the values of those that name them. */
#include "core/config/show/completion.h"

#include "core/config/loading.h"
#include "core/config/option/option.h"
#include "core/config/server_options.h"
#include "core/config/show/plugins.h"
#include "core/config/user_options.h"

#include <string.h>

enum { SERVER, USERS, FIRST_PLUGIN };

/* @return table number i: the server's, the users', then each plugin's; NULL behind the last */
static const struct cam_opt *table(const struct plugin_list *l, size_t i)
{
	static const struct cam_opt none[] = {{0}};

	if (i < FIRST_PLUGIN)
		return i == SERVER ? server_options : user_options;
	if (i - FIRST_PLUGIN >= l->n)
		return NULL;
	return l->items[i - FIRST_PLUGIN]->options ? l->items[i - FIRST_PLUGIN]->options : none;
}

/* @return whether an option of that name stands in the tables first to last before `until`, which is in the last */
static bool seen(
	const struct plugin_list *l, size_t first, size_t last, const struct cam_opt *until, bool with_values)
{
	for (size_t i = first; i <= last; i++)
		for (const struct cam_opt *o = table(l, i); o && o->name && !(i == last && o == until); o++)
			if (!strcmp(o->name, until->name) &&
				(!with_values || o->type == CAM_ENUM || o->type == CAM_BOOL))
				return true;
	return false;
}

static void line(struct text *out, size_t indent)
{
	for (size_t i = 0; i < indent; i++)
		text_add(out, "\t");
}

void config_completion_keys(const struct plugin_list *l, size_t indent, struct text *out)
{
	const struct cam_opt *o;

	for (size_t i = FIRST_PLUGIN; (o = table(l, i)); i++)
		for (; o->name; o++) {
			if ((o->flags & CAM_HIDDEN) || seen(l, FIRST_PLUGIN, i, o, false))
				continue;
			line(out, indent);
			text_printf(out, "%s\n", o->name);
			if (option_has_file(table(l, i), o)) {
				line(out, indent);
				text_printf(out, "%s_file\n", o->name);
			}
		}
}

void config_completion_server(size_t indent, struct text *out)
{
	for (const struct cam_opt *o = server_options; o->name; o++) {
		line(out, indent);
		text_printf(out, "server.%s\n", o->name);
	}
}

void config_completion_users(size_t indent, struct text *out)
{
	for (const struct cam_opt *o = user_options; o->name; o++) {
		line(out, indent);
		text_printf(out, "%s\n", o->name);
		if (option_has_file(user_options, o)) {
			line(out, indent);
			text_printf(out, "%s_file\n", o->name);
		}
	}
}

/* Values of every option of that name. */
static void values(const struct plugin_list *l, const char *name, struct text *out)
{
	const struct cam_opt *o;
	bool boolean = false;

	for (size_t i = 0; (o = table(l, i)); i++)
		for (; o->name; o++) {
			if (strcmp(o->name, name) != 0)
				continue;
			boolean |= o->type == CAM_BOOL;
			for (const struct cam_enum *e = o->type == CAM_ENUM ? o->values : NULL; e && e->name;
				e++)
				text_printf(out, " %s", e->name);
		}
	if (boolean)
		text_add(out, " true false");
}

void config_completion_values(const struct plugin_list *l, size_t indent, struct text *out)
{
	const struct cam_opt *o;

	for (size_t i = 0; (o = table(l, i)); i++)
		for (; o->name; o++) {
			struct text names = {0};

			values(l, o->name, &names);
			if (names.len && !(o->flags & CAM_HIDDEN) &&
				(o->type == CAM_ENUM || o->type == CAM_BOOL) && !seen(l, 0, i, o, true)) {
				line(out, indent);
				text_printf(out, "%s) values=\"%s\" ;;\n", o->name, text_str(&names) + 1);
			}
			out->failed |= names.failed;
			text_free(&names);
		}
}
