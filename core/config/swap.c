/* SPDX-License-Identifier: MIT */
/*
 * Swapping a plugin is one word, so the keys that were written for its sibling may stay. A key that the plugin
 * lacks and another plugin of its kind has is left alone: with a warning when it stands beside the word `plugin`,
 * silently when it was inherited. Any other unknown key is an error, and so is any from the environment or --set.
 */
#include "core/config/load.h"
#include "core/config/option.h"

#include <string.h>

struct sibling {
	struct load *load;
	const struct cam_plugin *plugin;
	const char *key, *found;
};

bool load_is_key(const struct cam_opt *options, const char *key)
{
	size_t n = strlen(key);

	if (!strcmp(key, "plugin") || !strcmp(key, "from") || !strcmp(key, "required") ||
		option_find(options, key))
		return true;
	for (const struct cam_opt *o = options; o && o->name; o++)
		if ((o->flags & (CAM_SECRET | CAM_URL)) && n == strlen(o->name) + 5 &&
			!strncmp(key, o->name, n - 5) && !strcmp(key + n - 5, "_file"))
			return true;
	return false;
}

static void try_sibling(void *arg, const char *name)
{
	struct sibling *s = arg;
	const struct config_plugins *plugins = &s->load->in->plugins;
	const struct cam_plugin *p;
	const char *why = NULL;

	if (s->found || !strcmp(name, s->plugin->name))
		return;
	p = plugins->find(plugins->arg, name, &why);
	if (p && p->kind == s->plugin->kind && load_is_key(p->options, s->key))
		s->found = p->name;
}

static void find_nearest(const struct cam_plugin *p, struct nearest *near)
{
	for (const struct cam_opt *o = p->options; o && o->name; o++)
		if (!(o->flags & CAM_HIDDEN))
			nearest_try(near, o->name);
	nearest_try(near, "plugin");
	nearest_try(near, "from");
	nearest_try(near, "required");
}

const char *load_unknown_key(
	struct load *l, const struct cam_plugin *p, const struct tree *key, const struct tree *plugin_word)
{
	const struct config_plugins *plugins = &l->in->plugins;
	struct sibling s = {l, p, key->key, NULL};
	const char *path = tree_path(l->arena, key);
	struct nearest near;

	if (key->broken || l->report->n_errors >= REPORT_MAX)
		return NULL;
	if (key->layer == LAYER_FILE)
		plugins->names(plugins->arg, try_sibling, &s);
	if (!s.found) {
		nearest_init(&near, key->key);
		find_nearest(p, &near);
		report_error(l->report, &key->key_at, path, "unknown key%s", nearest_hint(&near, l->arena));
		return near.best[0] ? arena_copy(l->arena, near.best, strlen(near.best)) : NULL;
	}
	if (key->parent == plugin_word->parent && plugin_word->layer == LAYER_FILE)
		report_warning(l->report, &key->key_at, path,
			"ignored: an option of %s that %s does not have", s.found, p->name);
	return NULL;
}
