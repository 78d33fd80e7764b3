/* SPDX-License-Identifier: MIT */
#include "core/config/show/template.h"

#include "core/config/option.h"

#include <stdlib.h>
#include <string.h>

struct filling {
	struct plugin_list *list;
	const struct config_plugins *plugins;
};

static void add_plugin(void *arg, const char *name)
{
	struct filling *f = arg;
	struct plugin_list *l = f->list;
	const char *why;
	const struct cam_plugin *p = f->plugins->find(f->plugins->arg, name, &why);

	if (!p)
		return;
	if (l->n == l->room) {
		size_t room = l->room ? 2 * l->room : 16;
		const struct cam_plugin **items = realloc(l->items, room * sizeof(*items));

		if (!items) {
			l->failed = true;
			return;
		}
		l->items = items;
		l->room = room;
	}
	l->items[l->n++] = p;
}

static int by_kind_and_name(const void *a, const void *b)
{
	const struct cam_plugin *x = *(const struct cam_plugin *const *)a;
	const struct cam_plugin *y = *(const struct cam_plugin *const *)b;

	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	return strcmp(x->name, y->name);
}

void plugin_list_fill(struct plugin_list *l, const struct config_plugins *plugins)
{
	struct filling f = {l, plugins};

	*l = (struct plugin_list){0};
	plugins->names(plugins->arg, add_plugin, &f);
	if (l->n)
		qsort(l->items, l->n, sizeof(const struct cam_plugin *), by_kind_and_name);
}

void plugin_list_free(struct plugin_list *l)
{
	free(l->items);
	*l = (struct plugin_list){0};
}

const struct cam_plugin *plugin_list_find(const struct plugin_list *l, const char *name)
{
	for (size_t i = 0; i < l->n; i++)
		if (!strcmp(l->items[i]->name, name))
			return l->items[i];
	return NULL;
}

/* @return whether the line is blanks and "@word@" */
static bool is_word(const char *line, size_t len, size_t *ret_indent, char *word, size_t room)
{
	size_t indent = strspn(line, " \t"), n;

	if (indent + 2 >= len || line[indent] != '@' || line[len - 1] != '@')
		return false;
	n = len - indent - 2;
	if (n >= room || strspn(line + indent + 1, "abcdefghijklmnopqrstuvwxyz0123456789_") != n)
		return false;
	memcpy(word, line + indent + 1, n);
	word[n] = 0;
	*ret_indent = indent;
	return true;
}

void template_render(const char *template, template_fill *fill, void *arg, struct text *out)
{
	while (*template) {
		size_t len = strcspn(template, "\n"), indent;
		size_t whole = len + (template[len] == '\n');
		char word[64];

		if (is_word(template, len, &indent, word, sizeof(word)))
			fill(arg, word, indent, out);
		else
			text_add_n(out, template, whole);
		template += whole;
	}
}

bool option_has_file(const struct cam_opt *options, const struct cam_opt *o)
{
	size_t n = strlen(o->name);

	if (!(o->flags & (CAM_SECRET | CAM_URL)))
		return false;
	for (const struct cam_opt *other = options; other && other->name; other++)
		if (!strncmp(other->name, o->name, n) && !strcmp(other->name + n, "_file"))
			return false;
	return true;
}

void option_describe(const struct cam_opt *o, struct text *out)
{
	text_add(out, o->help ? o->help : o->name);
	for (const struct cam_enum *e = o->type == CAM_ENUM ? o->values : NULL; e && e->name; e++) {
		text_printf(out, "%s%s", e == o->values ? " One of " : ", ", e->name);
		if (e->help)
			text_printf(out, " (%s)", e->help);
		if (!e[1].name)
			text_add(out, ".");
	}
	if (o->min != 0 || o->max != 0) {
		text_add(out, " ");
		option_format_range(o, out);
		text_add(out, ".");
	}
	if (!o->def)
		text_add(out, " Required.");
	if (o->flags & (CAM_SECRET | CAM_URL))
		text_printf(out, " %s_file reads it from a file.", o->name);
	if (o->flags & CAM_RELOADABLE)
		text_add(out, " Changes without a restart.");
}
