/* SPDX-License-Identifier: MIT */
#include "core/config/misplaced.h"

#include "core/config/overlay/usual.h"
#include "core/config/server_options.h"
#include "core/config/words/nearest.h"

#include "core/base/kind.h"
#include "core/config/option/option.h"
#include "core/config/section.h"
#include "core/config/words/meaning.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

struct owner_search {
	struct load *load;
	const char *option;
	uint32_t but;
	bool by_meaning;
	const struct cam_plugin *found;
	const char *name; /* of its option */
};

static const struct cam_opt *find_meant(const struct cam_opt *o, const char *word)
{
	while (o && o->name && !meaning_is(word, o->name))
		o++;
	return o && o->name ? o : NULL;
}

static void try_owner(void *arg, const char *name)
{
	struct owner_search *s = arg;
	const struct config_plugins *plugins = &s->load->in->plugins;
	const char *why = NULL;
	const struct cam_plugin *p = plugins->find(plugins->arg, name, &why), *f = s->found;
	const struct cam_opt *o = NULL;

	if (p && p->kind != s->but)
		o = s->by_meaning ? find_meant(p->options, s->option) : option_find(p->options, s->option);
	if (!o || (o->flags & CAM_HIDDEN))
		return;
	if (f && (p->kind > f->kind || (p->kind == f->kind && strcmp(p->name, f->name) > 0)))
		return;
	s->found = p;
	s->name = o->name;
}

const struct cam_plugin *misplaced_owner(struct load *l, const char *option, uint32_t but)
{
	struct owner_search s = {.load = l, .option = option, .but = but};

	l->in->plugins.names(l->in->plugins.arg, try_owner, &s);
	return s.found;
}

static bool is_plugin(struct load *l, const char *name)
{
	const char *why = NULL;

	return l->in->plugins.find(l->in->plugins.arg, name, &why);
}

static bool is_section(const char *key)
{
	for (const char *const *s = sections; *s; s++)
		if (!strcmp(*s, key))
			return true;
	return false;
}

/* @return the usual stage or sink that a name means, NULL: none */
static const struct usual *usual_of(struct load *l, const char *name)
{
	const struct usual *u = usual_stages;

	while (u->name && strcasecmp(u->name, name) != 0)
		u++;
	if (!u->name)
		for (u = usual_stages; u->name && !meaning_is(name, u->name);)
			u++;
	return u->name && is_plugin(l, u->plugin) ? u : NULL;
}

const char *misplaced_example(struct load *l, const char *name)
{
	const struct usual *u = usual_of(l, name);

	return u ? u->text : NULL;
}

static const char *option_place(struct load *l, const struct cam_plugin *p, const char *key)
{
	const char *section = kind_section(p->kind);

	if (section)
		return arena_printf(l->arena,
			"; it is an option of %s, and belongs there: `%s: {NAME: {plugin: %s, "
			"%s: ...}}`",
			p->name, section, p->name, key);
	return arena_printf(l->arena,
		"; it is an option of %s, and belongs under a camera's stage: `%s: {plugin: %s, %s: ...}`",
		p->name, kind_name(p->kind), p->name, key);
}

const char *misplaced_key(struct load *l, const char *key)
{
	struct owner_search s = {.load = l, .option = key};
	const struct config_plugins *plugins = &l->in->plugins;

	if (is_section(key))
		return "; it is a section: begin its line at the left margin";
	if (option_find(server_options, key))
		return arena_printf(l->arena, "; it is an option of the server: `server: {%s: ...}`", key);
	plugins->names(plugins->arg, try_owner, &s);
	return s.found ? option_place(l, s.found, key) : "";
}

const char *misplaced_word(struct load *l, const char *word)
{
	struct owner_search s = {.load = l, .option = word, .by_meaning = true};
	const struct config_plugins *plugins = &l->in->plugins;
	const struct usual *u = usual_of(l, word);

	if (u)
		return arena_printf(l->arena, "; did you mean `%s`, which belongs under %s?", u->text,
			u->is_sink ? "`sinks`" : "a camera");
	plugins->names(plugins->arg, try_owner, &s);
	return s.found ? arena_printf(l->arena, "; did you mean \"%s\"%s", s.name,
				 option_place(l, s.found, s.name))
		       : "";
}

/* A mapping that holds the word `plugin`, or a source, says what it is. @return a hint, NULL: it does not */
static const char *by_content(struct load *l, const struct tree *t)
{
	const struct tree *word = tree_get(t, "plugin");
	const char *why = NULL, *section;
	const struct cam_plugin *p = word && word->kind == TREE_SCALAR
					     ? l->in->plugins.find(l->in->plugins.arg, word->value, &why)
					     : NULL;

	if (tree_get(t, "source"))
		return arena_printf(
			l->arena, "; it looks like a camera: put it under `cameras`, further to the right");
	if (!p)
		return NULL;
	section = kind_section(p->kind);
	return section ? arena_printf(l->arena, "; it is a %s: put it under `%s`, further to the right",
				 kind_name(p->kind), section)
		       : arena_printf(l->arena,
				 "; it is a camera's %s: put it under a camera, or under `defaults` for all "
				 "of them",
				 kind_name(p->kind));
}

/* @return "" when the name says nothing */
static const char *by_name(struct load *l, const struct tree *t, const struct nearest *near)
{
	const struct usual *u = usual_of(l, t->key);
	const char *place = misplaced_key(l, t->key);

	if (near->best[0] && near->distance <= 2 && (t->kind != TREE_SCALAR || !*place))
		return nearest_hint(near, l->arena);
	if (u && u->is_sink)
		return arena_printf(l->arena, "; did you mean a sink? Write `sinks: {%s}`", u->text);
	if (u)
		return arena_printf(l->arena,
			"; did you mean a camera's %s? Write `cameras: {NAME: {%s}}`, or `defaults: {...}` "
			"for all "
			"cameras",
			u->name, u->text);
	return *place ? place : nearest_hint(near, l->arena);
}

void misplaced_section(struct load *l, const struct tree *t)
{
	struct nearest near;
	const char *hint = t->kind == TREE_MAP ? by_content(l, t) : NULL;

	nearest_init(&near, t->key);
	for (const char *const *name = sections; *name; name++)
		nearest_try(&near, *name);
	report_error(l->report, &t->key_at, tree_path(l->arena, t),
		"unknown section%s (there are " SECTIONS_IN_WORDS("and") ")",
		hint ? hint : by_name(l, t, &near));
}

/* @return whether a section's mapping stands in place of a camera or stage; it is reported */
bool misplaced_below(struct load *l, const struct tree *t)
{
	if (!is_section(t->key) || tree_get(t, "plugin") || tree_get(t, "source"))
		return false;
	/* A camera may have everything from `defaults`, and this name. */
	if (t->kind != TREE_MAP && (!tree_is_null(t) || tree_get(l->root, "defaults")))
		return false;
	report_error(l->report, &t->key_at, tree_path(l->arena, t),
		"`%s` is a section of the file: begin its line at the left margin", t->key);
	return true;
}

bool misplaced_camera(struct load *l, const struct tree *camera)
{
	const struct tree *t = tree_get(camera, "plugin"), *source = tree_get(camera, "source");
	const struct usual *u = usual_of(l, camera->key);

	if (misplaced_below(l, camera))
		return true;
	if (!t)
		t = tree_get(camera, "url");
	if (!t || t->kind != TREE_SCALAR || (source && !tree_is_null(source)))
		return false;
	if (source)
		report_error(l->report, &t->key_at, tree_path(l->arena, t),
			"belongs under `source:`; begin its line further to the right than that");
	else if (u)
		report_error(l->report, &camera->key_at, tree_path(l->arena, camera),
			"stands where a camera's name belongs; write `cameras: {front: {%s: {...}}}`",
			camera->key);
	else
		report_error(l->report, &t->key_at, tree_path(l->arena, t),
			"belongs into a stage; write `%.32s: {" USUAL_SOURCE "}`", camera->key);
	return true;
}

static bool is_word(const char *value, const char *const *words)
{
	while (*words && strcasecmp(value, *words) != 0)
		words++;
	return *words;
}

/* @return what to write for one of the many words for on and off; NULL: it is none of them */
static const char *switch_of(const struct tree *t)
{
	static const char *const no[] = {"off", "no", "false", "none", "disabled", "0", NULL};
	static const char *const yes[] = {"on", "yes", "true", "enabled", "1", NULL};

	if (t->kind != TREE_SCALAR)
		return NULL;
	return is_word(t->value, no) ? "off" : is_word(t->value, yes) ? "on" : NULL;
}

/* A single value in place of the stage that it stands for. */
static const char *by_value(struct load *l, const struct tree *t)
{
	if (!t->secret && is_plugin(l, t->value))
		return arena_printf(l->arena, "; write `%.32s: {plugin: %s}`", t->key, t->value);
	if (!strncasecmp(t->value, "rtsp://", 7))
		return arena_printf(
			l->arena, "; write `%.32s: {plugin: rtsp_in, url: \"rtsp://...\"}`", t->key);
	return NULL;
}

/* An option that stands beside the stages. */
static const char *option_beside(struct load *l, const char *key)
{
	return strcmp(key, "plugin") != 0 && strcmp(key, "from") != 0 && strcmp(key, "required") != 0
		       ? misplaced_key(l, key)
		       : "; it belongs into a stage: `" USUAL_SOURCE "`";
}

/* @return what to write for a key beside the stages that is meant for the camera's name, NULL: it is none */
static const char *name_beside(struct load *l, const struct tree *t)
{
	if (!t->parent || !t->parent->key || t->kind != TREE_SCALAR || t->secret || t->bad ||
		!meaning_in(" name title label friendly_name display_name camera_name alias description ",
			t->key))
		return NULL;
	return arena_printf(l->arena,
		"; a camera is called by the key that it has: write `\"%.64s\": {...}` in place of `%.64s:`, "
		"and remove "
		"this line",
		t->value, t->parent->key);
}

/* @return what was most likely meant by switching off what is not there */
static const char *instead_of_off(struct load *l, const struct tree *t)
{
	static const char *const whole[] = {"enabled", "enable", "active", "disabled", "on", NULL};
	const char *place = option_beside(l, t->key);
	const struct usual *u = usual_of(l, t->key);

	if (is_word(t->key, whole))
		return "; to leave a camera out, remove it, or make its lines comments";
	if (*place)
		return place;
	if (u && u->is_sink)
		return arena_printf(l->arena, "; it is a sink of all cameras: `sinks: {%s: off}`", u->name);
	return "; remove the line";
}

bool misplaced_switch(struct load *l, const struct tree *t, const struct tree *defaults)
{
	struct nearest near;
	bool is_own = t->parent != defaults;

	if (tree_is_on(t) && *option_beside(l, t->key)) {
		report_error(
			l->report, &t->at, tree_path(l->arena, t), "is no stage%s", option_beside(l, t->key));
		return true;
	}
	if (!tree_is_off(t) || usual_stage(t->key) || (!is_own && !*option_beside(l, t->key)))
		return false;
	nearest_init(&near, t->key);
	for (const struct tree *d = is_own && defaults ? defaults->first : NULL; d; d = d->next)
		if (!tree_get(t->parent, d->key))
			nearest_try(&near, d->key);
	if (near.best[0] && near.distance <= 3)
		report_error(l->report, &t->at, tree_path(l->arena, t),
			"switches nothing off, and stage \"%s\" stays on; did you mean `%s: off`?", near.best,
			near.best);
	else
		report_error(l->report, &t->at, tree_path(l->arena, t),
			"switches nothing off, for there is no stage of that name%s", instead_of_off(l, t));
	return true;
}

/* 640x480, which is two options here. */
static const char *size_hint(struct load *l, const struct tree *t)
{
	size_t w = t->kind == TREE_SCALAR ? strspn(t->value, "0123456789") : 0,
	       h = w && tolower((unsigned char)t->value[w]) == 'x' ? strspn(t->value + w + 1, "0123456789")
								   : 0;

	return h && h < 6 && w < 6 && !t->value[w + 1 + h] && !t->secret
		       ? arena_printf(l->arena,
				 "; a size is two options, of a buffer or a viewer: `width: %.*s`, `height: "
				 "%s`",
				 (int)w, t->value, t->value + w + 1)
		       : NULL;
}

static const char *name_or_size(struct load *l, const struct tree *t)
{
	const char *name = name_beside(l, t);

	return name ? name : size_hint(l, t);
}

const char *misplaced_stage(struct load *l, const struct tree *t)
{
	const char *word = switch_of(t);
	const char *place = option_beside(l, t->key), *value = t->kind == TREE_SCALAR ? by_value(l, t) : NULL;
	const char *other = name_or_size(l, t);
	const struct usual *u = usual_of(l, t->key);

	if (word && (!strcmp(word, "off") || (u && !strcmp(t->key, u->name)) ||
			    tree_get(tree_get(l->root, "defaults"), t->key)))
		return arena_printf(l->arena, "; write %s", word);
	if (other)
		return other;
	if (*place || value)
		return *place ? place : value;
	if (t->kind == TREE_LIST)
		return "; write its options as `key: value`, without dashes and brackets";
	if (!u)
		return arena_printf(l->arena, "; write `%.32s: {plugin: NAME}`, or remove it", t->key);
	if (u->is_sink)
		return arena_printf(l->arena, "; did you mean a sink? Write `sinks: {%s}`", u->text);
	return strcmp(t->key, u->name) != 0
		       ? arena_printf(l->arena, "; did you mean \"%s\"? Write `%s`", u->name, u->text)
		       : arena_printf(l->arena, "; write `%s`", u->text);
}

/* What the first item of a list would be called. */
static const char *item_name(const struct tree *item)
{
	const struct tree *name = item && item->kind == TREE_MAP ? tree_get(item, "name") : NULL;

	if (name && name->kind == TREE_SCALAR && !name->secret && *name->value)
		return name->value;
	if (item && item->kind == TREE_MAP && item->first && item->first->kind != TREE_SCALAR)
		return item->first->key;
	return "NAME";
}

const char *misplaced_list(struct load *l, const struct tree *t)
{
	if (t->kind != TREE_LIST || !t->key)
		return "";
	return arena_printf(l->arena,
		"; write each as `NAME:` with what is its own further to the right, without a dash: "
		"`%s: {%.32s: {...}}`",
		t->key, item_name(t->first));
}
