/* SPDX-License-Identifier: MIT */
#include "core/config/stage.h"

#include "core/config/overlay/usual.h"
#include "core/config/required.h"
#include "core/config/swap.h"
#include "core/config/value.h"
#include "core/config/words/nearest.h"

#include "core/base/kind.h"

#include "core/config/hears.h"
#include "core/config/misplaced.h"
#include "core/config/option/listen.h"
#include "core/config/option/option.h"
#include "core/config/secret.h"
#include "core/config/tree/keys.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* One stage on its way to be a node. */
struct making {
	struct load *load;
	const struct stage_draft *stage;
	const struct tree *plugin_word;
	const char *meant[8]; /* options that a misspelt key most likely was */
	size_t n_meant;
	struct config_node node;
	struct node_info info;
};

static const struct tree *get(const struct stage_draft *s, const char *key)
{
	const struct tree *t = tree_get(s->own, key);

	return t ? t : tree_get(s->base, key);
}

/* Later layers win; within one, the camera's own mapping. */
static unsigned rank(const struct stage_draft *s, const struct tree *t)
{
	return (unsigned)t->layer * 2 + (t->parent == s->own);
}

static void try_name(void *arg, const char *name)
{
	nearest_try(arg, name);
}

static bool is_called(const char *example, const char *name)
{
	size_t n = strlen(name);

	return !strncmp(example, name, n) && example[n] == ':';
}

/* Most likely the word `plugin` is misspelt, or the name of a stage that `defaults` have. */
static void tell_no_plugin(const struct making *m)
{
	struct load *l = m->load;
	const struct stage_draft *s = m->stage;
	struct nearest word, stage;
	const char *maybe = "", *example = misplaced_example(l, s->name);

	nearest_init(&word, "plugin");
	keys_try(&word, s->base);
	keys_try(&word, s->own);
	nearest_init(&stage, s->name);
	if (s->camera && !s->base)
		keys_try(&stage, tree_get(l->root, "defaults"));
	if (strchr(word.best, ':'))
		maybe = arena_printf(l->arena, "; put a blank behind the colon of \"%s\"", word.best);
	else if (word.best[0])
		maybe = arena_printf(l->arena, "; is \"%s\" the word `plugin`?", word.best);
	else if (stage.best[0])
		maybe = arena_printf(l->arena, "; is it the stage \"%s\"?", stage.best);
	else if (s->camera && !strcmp(s->name, "source"))
		maybe = arena_printf(l->arena,
			" and no address; write the camera as `%s: \"rtsp://...\"`, or add `plugin: NAME` "
			"(cam_server --plugins lists them)",
			s->camera);
	else if (example)
		maybe = arena_printf(l->arena,
			is_called(example, s->name) ? "; write it as `%s`" : "; did you mean `%s`?", example);
	report_error(l->report, s->own || !s->base ? &s->at : &s->base->key_at,
		s->own || !s->base ? s->path : tree_path(l->arena, s->base), "names no plugin%s",
		*maybe ? maybe : "; add `plugin: NAME` (cam_server --plugins lists them)");
}

/* The word as it would stand in the stage. @return NULL: there is no usual plugin for it */
static struct tree *usual_word(const struct making *m)
{
	const char *name = usual_plugin(m->stage);
	struct tree *t =
		name ? tree_add(m->load->arena, NULL, "plugin", &(struct where){.source = LOAD_BUILT_IN})
		     : NULL;

	if (t) {
		t->value = name;
		t->layer = LAYER_BUILT_IN;
	}
	return t;
}

static const char *path_of_word(const struct making *m)
{
	struct arena *a = m->load->arena;

	return m->plugin_word->layer == LAYER_BUILT_IN ? arena_printf(a, "%s.plugin", m->stage->path)
						       : tree_path(a, m->plugin_word);
}

static bool find_plugin(struct making *m)
{
	struct load *l = m->load;
	const struct config_plugins *plugins = &l->in->plugins;
	const struct tree *t = get(m->stage, "plugin");
	const char *name, *why = NULL;
	struct nearest near;

	t = m->plugin_word = t ? t : usual_word(m);
	if (!t) {
		tell_no_plugin(m);
		return false;
	}
	name = value_shown(l, t);
	if (!name)
		return false;
	m->node.plugin = plugins->find(plugins->arg, name, &why);
	m->info.plugin = value_origin(l, t);
	if (m->node.plugin)
		return true;
	nearest_init(&near, name);
	plugins->names(plugins->arg, try_name, &near);
	report_error(l->report, &t->at, path_of_word(m), "plugin \"%.64s\": %s%s", name,
		why ? why : "not found",
		!near.best[0]             ? "; cam_server --plugins lists what there is"
		: strcmp(near.best, name) ? nearest_hint(&near, l->arena)
					  : "");
	return false;
}

static bool right_kind(struct making *m)
{
	const struct cam_plugin *p = m->node.plugin;
	const char *section = kind_section(p->kind), *path = path_of_word(m);
	struct report *r = m->load->report;

	/* A sink may be a camera's stage: it serves that one. A listener has no camera. */
	if (m->stage->camera ? p->kind != CAM_LISTENER : p->kind == m->stage->kind)
		return true;
	if (m->stage->camera)
		report_error(r, &m->plugin_word->at, path, "%s is a %s; it belongs under `%s`", p->name,
			kind_name(p->kind), section);
	else if (section)
		report_error(r, &m->plugin_word->at, path, "%s is not a %s but a %s; it belongs under `%s`",
			p->name, kind_name(m->stage->kind), kind_name(p->kind), section);
	else
		report_error(r, &m->plugin_word->at, path,
			"%s is not a %s; it belongs under a camera or under `defaults`", p->name,
			kind_name(m->stage->kind));
	return false;
}

static bool common_from(struct making *m)
{
	const struct tree *t = get(m->stage, "from");

	m->info.from_at = t ? t->at : m->stage->at;
	m->info.from = t ? value_origin(m->load, t) : "default";
	m->node.from = t ? value_joined(m->load, t) : m->stage->camera ? NULL : "*";
	return !t || m->node.from;
}

static bool common_required(struct making *m)
{
	const struct cam_opt *o = &config_required_option;
	const struct tree *t = get(m->stage, o->name);
	const char *text = t ? value_shown(m->load, t) : o->def;
	char why[OPTION_WHY];

	m->info.required = t ? value_origin(m->load, t) : "default";
	if (!text)
		return false;
	if (!option_set(o, text, &m->node, why))
		return true;
	report_error(m->load->report, &t->at, tree_path(m->load->arena, t), "%s", why);
	return false;
}

/* The tree node that gives an option its value: its key, or the NAME_file of a secret. */
static const struct tree *value_of(struct making *m, const struct cam_opt *o, bool *ret_file)
{
	const char *key = secret_key(m->load, m->node.plugin->options, o);
	const struct tree *v = get(m->stage, o->name), *f = key ? get(m->stage, key) : NULL;

	return secret_or_file(m->load, v, v ? rank(m->stage, v) : 0, f, f ? rank(m->stage, f) : 0, ret_file);
}

static const char *text_of(struct making *m, const struct cam_opt *o, const struct tree *t, bool is_file)
{
	struct load *l = m->load;
	const char *text = value_scalar(l, t);

	if (text && is_file)
		return secret_read(l, t, value_names_in(l, text, m->stage));
	if (text && (o->flags & CAM_REQUIRED) && !*text) {
		report_error(l->report, &t->at, tree_path(l->arena, t), "must not be empty: %s",
			o->help ? o->help : o->name);
		return NULL;
	}
	return text && o->type == CAM_STRING && !(o->flags & CAM_SECRET) ? value_names_in(l, text, m->stage)
									 : text;
}

static bool use_default(struct making *m, const struct cam_opt *o, size_t i)
{
	struct load *l = m->load;
	char why[OPTION_WHY];

	m->info.options[i] = "default";
	for (size_t k = 0; k < m->n_meant; k++)
		if (!o->def && !strcmp(m->meant[k], o->name))
			return false;
	if (!o->def) {
		report_error(l->report, &m->stage->at, m->info.paths[i], "is required: %s",
			o->help ? o->help : "give it a value");
		return false;
	}
	if (!option_set(o, value_names_in(l, o->def, m->stage), m->node.config, why))
		return true;
	report_error(l->report, &m->stage->at, m->info.paths[i], "the default of plugin %s is wrong: %s",
		m->node.plugin->name, why);
	return false;
}

static int fit(const struct cam_opt *o, const char *text, void *config, char *why)
{
	char key[LISTEN_KEY];

	if (!(o->flags & CAM_LISTEN) || o->type != CAM_STRING || listen_key(text, key))
		return option_set(o, text, config, why);
	snprintf(why, OPTION_WHY,
		"\"%.64s\" is no address to listen on; write it as 127.0.0.1:5000, [::1]:5000, or :5000 for "
		"all",
		text);
	return -EINVAL;
}

static bool one_option(struct making *m, const struct cam_opt *o, size_t i)
{
	struct load *l = m->load;
	bool is_file;
	const struct tree *t = value_of(m, o, &is_file);
	const char *text;
	char why[OPTION_WHY];

	m->info.places[i] = t ? t->at : m->stage->at;
	m->info.paths[i] =
		t ? tree_path(l->arena, t) : arena_printf(l->arena, "%s.%s", m->stage->path, o->name);
	if (!t)
		return use_default(m, o, i);
	m->info.options[i] = value_origin(l, t);
	m->info.masked[i] = is_file || t->secret;
	text = text_of(m, o, t, is_file);
	if (!text || !value_text_ok(l, o, t, text))
		return false;
	if (!fit(o, text, m->node.config, why))
		return true;
	report_error(l->report, &t->at, m->info.paths[i], "%s",
		m->info.masked[i] ? "the value does not fit" : why);
	return false;
}

static bool all_options(struct making *m)
{
	const struct cam_plugin *p = m->node.plugin;
	struct arena *a = m->load->arena;
	bool ok = true;
	size_t n = 0;

	while (p->options && p->options[n].name)
		n++;
	m->node.config = p->config_size ? arena_alloc(a, p->config_size) : NULL;
	m->info.options = arena_alloc(a, (n + 1) * sizeof(*m->info.options));
	m->info.masked = arena_alloc(a, (n + 1) * sizeof(*m->info.masked));
	m->info.paths = arena_alloc(a, (n + 1) * sizeof(*m->info.paths));
	m->info.places = arena_alloc(a, (n + 1) * sizeof(*m->info.places));
	if (a->failed)
		return false;
	for (size_t i = 0; i < n; i++)
		ok &= one_option(m, &p->options[i], i);
	return ok;
}

static void unknown_keys(struct making *m, const struct tree *map)
{
	const size_t room = sizeof(m->meant) / sizeof(m->meant[0]);

	for (const struct tree *t = map ? map->first : NULL; t; t = t->next) {
		const char *meant = swap_is_key(m->node.plugin, t->key)
					    ? NULL
					    : swap_unknown_key(m->load, m->node.plugin, t, m->plugin_word);

		if (meant && m->n_meant < room)
			m->meant[m->n_meant++] = meant;
	}
}

/* The plugin's own rules, once all values are there. */
static bool plugin_check(struct making *m)
{
	const struct cam_plugin *p = m->node.plugin;
	struct load *l = m->load;
	struct cam_why why = {0};
	const struct cam_opt *o;
	size_t i;

	if (!p->check || !p->check(m->node.config, &why))
		return true;
	why.text[sizeof(why.text) - 1] = 0;
	o = why.option ? option_find(p->options, why.option) : NULL;
	i = o ? (size_t)(o - p->options) : 0;
	report_error(l->report, o ? &m->info.places[i] : &m->stage->at, o ? m->info.paths[i] : m->stage->path,
		"%s", why.text[0] ? why.text : "refused by the plugin");
	return false;
}

static bool keep(struct making *m)
{
	struct config_loaded *out = m->load->out;

	if (out->pub.n_nodes >= m->load->nodes_room)
		return false;
	out->pub.nodes[out->pub.n_nodes] = m->node;
	out->infos[out->pub.n_nodes] = m->info;
	out->pub.n_nodes++;
	return true;
}

bool stage_load(struct load *l, const struct stage_draft *s)
{
	struct making m = {.load = l, .stage = s};
	bool ok;

	m.node.name = s->camera ? arena_printf(l->arena, "%s.%s", s->camera, s->name) : s->name;
	m.node.camera = s->camera;
	m.node.stage = s->name;
	m.node.path = s->path;
	m.info.at = s->at;
	m.info.origin = value_origin(l, &(struct tree){.at = s->at});
	if (!find_plugin(&m))
		return false;
	ok = right_kind(&m);
	ok &= common_from(&m);
	ok &= common_required(&m);
	ok &= hears_load(l, get(s, "on"), get(s, config_min_score_option.name), &m.node, &m.info);
	unknown_keys(&m, s->base);
	unknown_keys(&m, s->own);
	ok &= all_options(&m);
	m.info.broken = !ok || !plugin_check(&m);
	return keep(&m);
}
