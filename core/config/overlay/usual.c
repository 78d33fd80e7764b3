/* SPDX-License-Identifier: MIT */

#include "core/config/overlay/usual.h"

#include "core/base/kind.h"

#include <string.h>

const struct usual usual_stages[] = {
	{"source", "rtsp_in", USUAL_SOURCE, false},
	{"buffer", "shm_ring", "buffer: {plugin: shm_ring}", false},
	{"recorder", "recorder_mp4", "recorder: {plugin: recorder_mp4, directory: /recordings}", false},
	{"web", "ws_view", "web: {plugin: ws_view, listen: \"127.0.0.1:5000\"}", true},
	{NULL, NULL, NULL, false},
};

const struct usual *usual_stage(const char *name)
{
	for (const struct usual *u = usual_stages; u->name; u++)
		if (!u->is_sink && !strcmp(u->name, name))
			return u;
	return NULL;
}

bool usual_has_address(const struct tree *source)
{
	return tree_get(source, "url") || tree_get(source, "url_file");
}

const char *usual_plugin(const struct stage_draft *s)
{
	/* Of the sources, one takes an address; it judges the scheme in its own words. */
	if (s->camera && !strcmp(s->name, "source") && !usual_has_address(s->own) &&
		!usual_has_address(s->base))
		return NULL;
	for (const struct usual *u = usual_stages; u->name; u++)
		if (!strcmp(u->name, s->name) && u->is_sink == (s->kind == CAM_SINK) &&
			(s->camera || u->is_sink))
			return u->plugin;
	return NULL;
}

bool usual_has_kind(const struct load *l, const struct tree *stages, uint32_t kind, const char *but)
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

bool usual_may_add(const struct load *l, const struct usual *u, const struct tree *stages)
{
	const struct config_plugins *plugins = &l->in->plugins;
	const struct tree *defaults = tree_get(l->root, "defaults"), *cameras = tree_get(l->root, "cameras");
	const char *why;
	const struct cam_plugin *p = plugins->find(plugins->arg, u->plugin, &why);

	if (!p || usual_has_kind(l, stages, p->kind, u->name) ||
		usual_has_kind(l, defaults, p->kind, u->name))
		return false;
	for (const struct tree *t = stages == defaults && cameras ? cameras->first : NULL; t; t = t->next)
		if (usual_has_kind(l, t, p->kind, u->name))
			return false;
	return true;
}
