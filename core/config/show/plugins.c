/* SPDX-License-Identifier: MIT */

#include "core/config/show/plugins.h"

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
