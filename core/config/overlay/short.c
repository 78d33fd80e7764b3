/* SPDX-License-Identifier: MIT */
/*
 * Short forms, and what is built in: `front: "rtsp://..."` becomes the tree that it stands for before anything else looks
 * at it, so that environment and --set reach into it and each value knows where it came from (doc/adr/0025).
 *
 * A camera is short when it is written as its address, or when nobody names its source's plugin. Only such a camera gets
 * a buffer, and only beside one there is a viewer, if no other buffer or sink is there: a configuration that names the
 * plugins is taken at its word.
 */

#include "core/config/overlay/short.h"

#include "core/base/kind.h"
#include "core/config/overlay/usual.h"

#include <string.h>

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

/* @return whether it is short; its addresses are where they belong then, and it has a buffer */
static bool shorten(struct load *l, struct tree *camera, const struct tree *defaults)
{
	const struct tree *base = tree_get(defaults, "source");
	bool is_short = is_address(camera);
	struct tree *source = is_short ? wrap(l, camera, "source") : tree_get(camera, "source");

	if (is_address(source))
		wrap(l, source, "url");
	is_short |= !tree_get(source, "plugin") && !tree_get(base, "plugin") &&
		    (usual_has_address(source) || usual_has_address(base));
	if (is_short && !tree_get(camera, "buffer") && !tree_get(defaults, "buffer") &&
		!usual_has_kind(l, camera, CAM_BUFFER, NULL) &&
		!usual_has_kind(l, defaults, CAM_BUFFER, NULL))
		add_mapping(l, camera, "buffer", &camera->key_at);
	return is_short;
}

static bool has_sink(const struct load *l, const struct tree *cameras, const struct tree *defaults)
{
	const struct tree *sinks = tree_get(l->root, kind_section(CAM_SINK));

	if ((sinks && !tree_is_null(sinks)) || usual_has_kind(l, defaults, CAM_SINK, NULL))
		return true;
	for (const struct tree *t = cameras->first; t; t = t->next)
		if (usual_has_kind(l, t, CAM_SINK, NULL))
			return true;
	return false;
}

void short_write_out(struct load *l)
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
