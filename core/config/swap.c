/* SPDX-License-Identifier: MIT */
/*
 * Swapping a plugin is one word, so the keys that were written for its sibling may stay. A key that the plugin lacks and
 * another plugin of its kind has is left alone: with a warning when it stands beside the word `plugin`, or in a camera
 * while the word stands in `defaults`, for all cameras at once; silently when it was inherited. Any other unknown key is an
 * error, and so is any from the environment or --set, and any beside no such word.
 */
#include "core/config/swap.h"

#include "core/config/hears.h"
#include "core/config/loading.h"
#include "core/config/misplaced.h"
#include "core/config/name.h"
#include "core/config/option/option.h"
#include "core/config/words/meaning.h"
#include "core/config/words/nearest.h"

#include <string.h>

struct sibling {
	struct load *load;
	const struct cam_plugin *plugin;
	const char *key, *found;
};

bool swap_is_key(const struct cam_plugin *p, const char *key)
{
	size_t n = strlen(key);

	if (!strcmp(key, "plugin") || !strcmp(key, "from") || !strcmp(key, "required") ||
		option_find(p->options, key))
		return true;
	if (hears_is_key(key))
		return p->hears;
	for (const struct cam_opt *o = p->options; o && o->name; o++)
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
	if (p && p->kind == s->plugin->kind && swap_is_key(p, s->key))
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
	if (p->hears) {
		nearest_try(near, "on");
		nearest_try(near, config_min_score_option.name);
	}
}

/* @return what to do with a word for a picture's size or rate in a source, NULL: it is none, or this is no source */
static const char *picture_of_camera(const struct cam_plugin *p, const char *key)
{
	static const char *const words =
		" resolution size width height scale framesize frame_size video_size fps framerate "
		"frame_rate quality bitrate ";

	return p->kind == CAM_SOURCE && meaning_in(words, key)
		       ? "; a source takes pictures as the camera sends them: set this up in the camera, or "
			 "say at the "
			 "viewer or the buffer what others get (`width`, `height`, `fps`)"
		       : NULL;
}

static const char *elsewhere(const struct sibling *s, const struct tree *key)
{
	struct load *l = s->load;
	const struct cam_plugin *stranger = misplaced_owner(l, key->key, s->plugin->kind);
	const char *place = stranger ? "" : misplaced_key(l, key->key),
		   *stage = stranger || *place ? NULL : misplaced_example(l, key->key);

	if (tree_is_null(key) && !*place && !stage)
		return " without a value; write `key: value`, and quote a text that holds a comma";
	if (stranger)
		return arena_printf(
			l->arena, "; it is an option of %s, not of %s", stranger->name, s->plugin->name);
	if (stage)
		return arena_printf(l->arena,
			"; it is no option of %s: did you mean a stage or sink of its own? Write `%s`, "
			"further to the "
			"left",
			s->plugin->name, stage);
	return *place ? place
		      : arena_printf(l->arena, "; cam_server --help %s lists what there is", s->plugin->name);
}

/* Told where the word stands: once, however many cameras have such a key. */
static void warn_of_swap(const struct sibling *s, const struct tree *key, const struct tree *word)
{
	struct load *l = s->load;

	if (word->layer != LAYER_FILE)
		return;
	if (key->parent == word->parent)
		report_warning(l->report, &key->key_at, tree_path(l->arena, key),
			"ignored: an option of %s that %s does not have", s->found, s->plugin->name);
	else if (word->parent && word->parent->parent == tree_get(l->root, "defaults"))
		report_warning(l->report, &word->at, tree_path(l->arena, word),
			"%s does not have `%s`, an option of %s: it is ignored where cameras set it",
			s->plugin->name, key->key, s->found);
}

const char *swap_unknown_key(
	struct load *l, const struct cam_plugin *p, const struct tree *key, const struct tree *plugin_word)
{
	const struct config_plugins *plugins = &l->in->plugins;
	struct sibling s = {l, p, key->key, NULL};
	const char *path = tree_path(l->arena, key), *picture;
	struct nearest near;

	if (key->broken || l->report->n_errors >= REPORT_MAX)
		return NULL;
	if (hears_is_key(key->key)) {
		report_error(l->report, &key->key_at, path,
			"%s hears no events, so that it acts upon none; remove this line", p->name);
		return NULL;
	}
	plugins->names(plugins->arg, try_sibling, &s);
	if (s.found && key->layer != LAYER_FILE) {
		report_error(l->report, &key->key_at, path, "is an option of %s, and this stage is of %s",
			s.found, p->name);
		return NULL;
	}
	if (!s.found) {
		nearest_init(&near, key->key);
		find_nearest(p, &near);
		if (name_is_cut(l, key, near.best))
			return NULL;
		picture = picture_of_camera(p, key->key);
		report_error(l->report, &key->key_at, path, "unknown key%s%s",
			name_odd_character(l, key->key),
			strpbrk(key->key, ":=") ? "; write `key: value`, with a colon and a blank behind it"
			: picture               ? picture
			: near.best[0]          ? nearest_hint(&near, l->arena)
						: elsewhere(&s, key));
		return near.best[0] ? arena_copy(l->arena, near.best, strlen(near.best)) : NULL;
	}
	if (plugin_word->layer == LAYER_BUILT_IN) {
		report_error(l->report, &key->key_at, path,
			"is an option of %s, and this stage is of %s, which is built in; add `plugin: %s`",
			s.found, p->name, s.found);
		return NULL;
	}
	warn_of_swap(&s, key, plugin_word);
	return NULL;
}
