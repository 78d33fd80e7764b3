/* SPDX-License-Identifier: MIT */
/*
 * What two nodes cannot both have: one value of an option marked CAM_UNIQUE, one folder for two recorders of one
 * camera (other cameras write below other names), one port.
 */
#include "core/config/unique.h"

#include "core/config/loading.h"
#include "core/config/option/format.h"
#include "core/config/option/listen.h"

#include <stdlib.h>
#include <string.h>

/* One use of a value that must be unique. */
struct use {
	const struct config_node *node;
	size_t option;
	const char *key; /* equal where the values clash; a listener's is of listen.h behind LISTENER */
};

#define LISTENER "listener "

static const char *listener_key(const struct use *u)
{
	size_t n = sizeof(LISTENER) - 1;

	return strncmp(u->key, LISTENER, n) != 0 ? NULL : u->key + n;
}

static const struct cam_opt *option_of(const struct use *u)
{
	return &u->node->plugin->options[u->option];
}

/* Without `//`, `/./`, `x/..` and a slash at the end. Symbolic links are not looked up: nothing is opened here. */
static const char *plain_folder(struct arena *a, const char *path)
{
	char *out = arena_alloc(a, strlen(path) + 3);
	size_t n = 0, len, floor;

	if (!out)
		return "";
	out[n++] = *path == '/' ? '/' : '.';
	floor = n;
	for (; *path; path += len) {
		path += strspn(path, "/");
		len = strcspn(path, "/");
		if (!len || (len == 1 && *path == '.'))
			continue;
		if (len == 2 && !strncmp(path, "..", 2) && n > floor) {
			while (n > floor && out[--n] != '/')
				;
			continue;
		}
		if (out[n - 1] != '/')
			out[n++] = '/';
		memcpy(out + n, path, len);
		n += len;
		if (len == 2 && !strncmp(path, "..", 2))
			floor = n;
	}
	out[n] = 0;
	return out;
}

static const char *value_text(struct load *l, const struct cam_opt *o, const struct config_node *node)
{
	struct text value = {0};

	option_format(o, node->config, &value);
	return arena_take(l->arena, &value);
}

/* @return what clashes with others, NULL: nothing can */
static const char *key_of(struct load *l, const struct config_node *node, const struct cam_opt *o)
{
	const char *value = value_text(l, o, node);
	char address[LISTEN_KEY];

	if (o->flags & CAM_LISTEN && o->type == CAM_STRING)
		return listen_key(value, address) && !listen_is_any_port(address)
			       ? arena_printf(l->arena, LISTENER "%s", address)
			       : NULL;
	if (o->flags & CAM_UNIQUE)
		return arena_printf(l->arena, "value %s %s %s", node->plugin->name, o->name, value);
	if (!*value)
		return NULL;
	return arena_printf(l->arena, "folder %s %s/%s %s", node->plugin->name, o->name,
		node->camera ? node->camera : "", plain_folder(l->arena, value));
}

static bool may_clash(const struct cam_opt *o)
{
	return o->flags & CAM_UNIQUE || (o->type == CAM_STRING && o->flags & (CAM_LISTEN | CAM_FOLDER));
}

/* @param uses NULL: only count, and maybe too many @return how many there are */
static size_t find_uses(struct load *l, struct use *uses)
{
	size_t n = 0;

	for (size_t i = 0; i < l->out->pub.n_nodes; i++) {
		const struct config_node *node = &l->out->pub.nodes[i];

		if (l->out->infos[i].broken)
			continue;
		for (size_t k = 0; node->plugin->options && node->plugin->options[k].name; k++) {
			const struct cam_opt *o = &node->plugin->options[k];

			if (!may_clash(o))
				continue;
			if (uses)
				uses[n] = (struct use){node, k, key_of(l, node, o)};
			n += !uses || uses[n].key;
		}
	}
	return n;
}

static int by_key(const void *a, const void *b)
{
	const struct use *x = a, *y = b;
	int c = strcmp(x->key, y->key);

	return c ? c : x->node < y->node ? -1 : x->node > y->node;
}

static const struct node_info *info_of(struct load *l, const struct use *u)
{
	return &l->out->infos[u->node - l->out->pub.nodes];
}

/* One line of `defaults` gives the value to several cameras. */
static void tell_shared(struct load *l, const struct use *u)
{
	const struct node_info *info = info_of(l, u);

	report_error(l->report, &info->places[u->option], info->paths[u->option], "%s",
		listener_key(u)
			? "several cameras would listen on this port; give each camera its own"
			: "several cameras would share this value; put {camera} into it, or give each camera "
			  "its own");
}

static void tell(struct load *l, const struct use *a, const struct use *b)
{
	const struct use *first = a->node < b->node ? a : b, *second = first == a ? b : a;
	const struct where *at = &info_of(l, second)->places[second->option];
	const struct cam_opt *o = option_of(second);
	const char *path = arena_printf(l->arena, "%s.%s", second->node->path, o->name);
	struct text other = {0};

	if (!strcmp(info_of(l, a)->paths[a->option], info_of(l, b)->paths[b->option])) {
		tell_shared(l, second);
		return;
	}
	where_print(&info_of(l, first)->places[first->option], &other);
	if (listener_key(second))
		report_error(l->report, at, path,
			"%s listens on this port already, at %s (%s); choose another port", first->node->path,
			value_text(l, option_of(first), first->node), text_str(&other));
	else if (o->flags & CAM_UNIQUE)
		report_error(l->report, at, path, "the same value is used by %s (%s); each needs its own",
			first->node->path, text_str(&other));
	else
		report_error(l->report, at, path,
			"%s writes the same files, in the same folder (%s); give each its own folder",
			first->node->path, text_str(&other));
	l->arena->failed |= other.failed;
	text_free(&other);
}

/* Sorted, listeners of one port stand together, those of all addresses before those that they take. */
static void check_listeners(struct load *l, const struct use *uses, size_t n)
{
	const struct use *all[N_LISTEN_BREADTHS] = {
		NULL}; /* the last of each; [LISTEN_ONE] is the one before */

	for (size_t i = 0; i < n; i++) {
		const char *key = listener_key(&uses[i]);
		const struct use *clash = NULL;

		if (!key)
			continue;
		for (int k = 0; k < N_LISTEN_BREADTHS; k++)
			if (all[k] && listen_collide(listener_key(all[k]), key))
				clash = all[k];
		if (clash)
			tell(l, clash, &uses[i]);
		all[listen_breadth(key)] = &uses[i];
	}
}

void unique_check(struct load *l)
{
	size_t n = find_uses(l, NULL);
	struct use *uses = n > 1 ? arena_alloc(l->arena, n * sizeof(*uses)) : NULL;

	if (!uses)
		return;
	n = find_uses(l, uses);
	if (l->arena->failed)
		return;
	qsort(uses, n, sizeof(*uses), by_key);
	for (size_t i = 1; i < n; i++)
		if (!listener_key(&uses[i]) && !strcmp(uses[i].key, uses[i - 1].key))
			tell(l, &uses[i - 1], &uses[i]);
	check_listeners(l, uses, n);
}
