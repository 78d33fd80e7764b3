/* SPDX-License-Identifier: MIT */
/*
 * Short forms, and what is built in: `front: "rtsp://..."` becomes the tree that it stands for before anything else looks
 * at it, so that environment and --set reach into it and each value knows where it came from (doc/adr/0025).
 *
 * A camera is short when it is written as its address, or when nobody names its source's plugin. Only such a camera gets
 * a buffer, and only beside one there is a viewer, if no other buffer or sink is there: a configuration that names the
 * plugins is taken at its word.
 */
#include "core/base/kind.h"
#include "core/config/load.h"

#include <string.h>

const struct usual load_usual[] = {
	{"source", "rtsp_in", LOAD_SOURCE_TEXT, false},
	{"buffer", "shm_ring", "buffer: {plugin: shm_ring}", false},
	{"recorder", "recorder_mp4", "recorder: {plugin: recorder_mp4, directory: /recordings}", false},
	{"web", "ws_view", "web: {plugin: ws_view, listen: \"127.0.0.1:5000\"}", true},
	{NULL, NULL, NULL, false},
};

const struct usual *load_usual_stage(const char *name)
{
	for (const struct usual *u = load_usual; u->name; u++)
		if (!u->is_sink && !strcmp(u->name, name))
			return u;
	return NULL;
}

static bool has_address(const struct tree *source)
{
	return tree_get(source, "url") || tree_get(source, "url_file");
}

const char *load_usual_plugin(const struct stage *s)
{
	/* Of the sources, one takes an address; it judges the scheme in its own words. */
	if (s->camera && !strcmp(s->name, "source") && !has_address(s->own) && !has_address(s->base))
		return NULL;
	for (const struct usual *u = load_usual; u->name; u++)
		if (!strcmp(u->name, s->name) && u->is_sink == (s->kind == CAM_SINK) &&
			(s->camera || u->is_sink))
			return u->plugin;
	return NULL;
}

/* @return whether a text stands where a mapping belongs, and is an address; one that could not be expanded may be one */
static bool is_address(const struct tree *t)
{
	return t && t->kind == TREE_SCALAR && (t->bad || strstr(t->value, "://"));
}

/* `t: TEXT` becomes `t: {key: TEXT}`. @return the key's value; NULL without memory */
static struct tree *wrap(struct load *l, struct tree *t, const char *key)
{
	struct tree *value = tree_add(l->arena, t, key, &t->at);

	if (!value)
		return NULL;
	value->layer = t->layer;
	value->plain = t->plain;
	value->secret = t->secret;
	value->value = t->value;
	value->bad = t->bad;
	t->kind = TREE_MAP;
	t->value = "";
	t->bad = NULL;
	t->secret = false;
	return value;
}

/* @return the new mapping; NULL without memory */
static struct tree *add_mapping(struct load *l, struct tree *parent, const char *key, const struct where *at)
{
	struct tree *t = tree_add(l->arena, parent, key, at);

	if (t)
		t->kind = parent->kind = TREE_MAP;
	return t;
}

/* @param but the name of a stage that does not count, NULL: none @return whether a stage is of a plugin of this kind */
static bool has_kind(const struct load *l, const struct tree *stages, uint32_t kind, const char *but)
{
	const struct config_plugins *plugins = &l->in->plugins;

	for (const struct tree *t = stages ? stages->first : NULL; t; t = t->next) {
		const struct tree *word = tree_get(t, "plugin");
		const char *why;
		const struct cam_plugin *p = word && word->kind == TREE_SCALAR
						     ? plugins->find(plugins->arg, word->value, &why)
						     : NULL;

		if (p && p->kind == kind && !(but && t->key && !strcmp(t->key, but)))
			return true;
	}
	return false;
}

bool load_may_add_stage(const struct load *l, const struct usual *u, const struct tree *stages)
{
	const struct config_plugins *plugins = &l->in->plugins;
	const struct tree *defaults = tree_get(l->root, "defaults"), *cameras = tree_get(l->root, "cameras");
	const char *why;
	const struct cam_plugin *p = plugins->find(plugins->arg, u->plugin, &why);

	if (!p || has_kind(l, stages, p->kind, u->name) || has_kind(l, defaults, p->kind, u->name))
		return false;
	for (const struct tree *t = stages == defaults && cameras ? cameras->first : NULL; t; t = t->next)
		if (has_kind(l, t, p->kind, u->name))
			return false;
	return true;
}

/* @return whether it is short; its addresses are where they belong then, and it has a buffer */
static bool shorten(struct load *l, struct tree *camera, const struct tree *defaults)
{
	const struct tree *base = tree_get(defaults, "source");
	bool is_short = is_address(camera);
	struct tree *source = is_short ? wrap(l, camera, "source") : tree_get(camera, "source");

	if (is_address(source))
		wrap(l, source, "url");
	is_short |= !tree_get(source, "plugin") && !tree_get(base, "plugin") &&
		    (has_address(source) || has_address(base));
	if (is_short && !tree_get(camera, "buffer") && !tree_get(defaults, "buffer") &&
		!has_kind(l, camera, CAM_BUFFER, NULL) && !has_kind(l, defaults, CAM_BUFFER, NULL))
		add_mapping(l, camera, "buffer", &camera->key_at);
	return is_short;
}

static bool has_sink(const struct load *l, const struct tree *cameras, const struct tree *defaults)
{
	const struct tree *sinks = tree_get(l->root, kind_section(CAM_SINK));

	if ((sinks && !tree_is_null(sinks)) || has_kind(l, defaults, CAM_SINK, NULL))
		return true;
	for (const struct tree *t = cameras->first; t; t = t->next)
		if (has_kind(l, t, CAM_SINK, NULL))
			return true;
	return false;
}

void load_short_forms(struct load *l)
{
	static const struct where built_in = {.source = LOAD_BUILT_IN};
	const struct tree *defaults = tree_get(l->root, "defaults");
	struct tree *cameras = tree_get(l->root, "cameras"), *sinks;
	bool any = false;

	for (struct tree *t = cameras && cameras->kind == TREE_MAP ? cameras->first : NULL; t; t = t->next)
		if (t->kind == TREE_MAP || tree_is_null(t) || is_address(t))
			any |= shorten(l, t, defaults);
	if (!any || has_sink(l, cameras, defaults))
		return;
	sinks = tree_get(l->root, kind_section(CAM_SINK));
	if (!sinks)
		sinks = add_mapping(l, l->root, kind_section(CAM_SINK), &built_in);
	if (sinks)
		add_mapping(l, sinks, "web", &built_in);
}
