/* SPDX-License-Identifier: MIT */
#include "core/config/cameras.h"

#include "core/base/kind.h"
#include "core/config/loading.h"
#include "core/config/mapping.h"
#include "core/config/misplaced.h"
#include "core/config/name.h"
#include "core/config/section.h"
#include "core/config/stage.h"
#include "core/config/value.h"
#include "core/config/wiring.h"

#include <string.h>

static void check_sections(struct load *l)
{
	for (const struct tree *t = l->root->first; t && l->report->n_errors < REPORT_MAX; t = t->next) {
		bool known = false;

		for (const char *const *name = sections; *name; name++)
			known |= !strcmp(*name, t->key);
		if (!known)
			misplaced_section(l, t);
	}
}

/* A stage, sink or listener as a mapping. @return false: it is off, or reported as something else */
static bool is_on(struct load *l, const struct tree *t)
{
	if (!t || t->kind == TREE_MAP || tree_is_null(t) || (tree_is_on(t) && !t->bad))
		return true;
	if (t->bad)
		value_scalar(l, t);
	else if (!tree_is_off(t) && !name_is_cut(l, t, NULL))
		report_error(l->report, &t->at, tree_path(l->arena, t),
			"must be a mapping of options, on or off, not %s%s", tree_kind_name(t),
			misplaced_stage(l, t));
	if (t->bad || !tree_is_off(t))
		l->n_lost++;
	return false;
}

/* @return whether it is a stage by its name, and no other thing that stands in place of one, which is reported */
static bool is_stage(struct load *l, const struct tree *base, const struct tree *own)
{
	const struct tree *named = own ? own : base;
	const bool switches_base = base && own && base->kind == TREE_MAP;

	return name_check(l, named, "stage") && !(own && misplaced_below(l, own)) &&
	       (switches_base || !misplaced_switch(l, named, tree_get(l->root, "defaults")));
}

/* @param base of `defaults` @param own of the camera; one of them may be NULL */
static void one_stage(
	struct load *l, const struct tree *camera, const struct tree *base, const struct tree *own)
{
	const struct tree *named = own ? own : base;
	struct stage_draft s = {.camera = camera->key, .at = own ? own->key_at : camera->key_at};

	if (!named || l->n_stages >= LOAD_MAX_STAGES) {
		report_error(l->report, &s.at, tree_path(l->arena, camera), "has more than 64 stages");
		return;
	}
	if (!is_stage(l, base, own)) {
		l->n_lost++;
		return;
	}
	if (!is_on(l, named) || (own && !is_on(l, base) && tree_is_null(own)))
		return;
	s.name = named->key;
	s.path = arena_printf(l->arena, "cameras.%s.%s", camera->key, s.name);
	s.base = base && base->kind == TREE_MAP ? base : NULL;
	s.own = own && own->kind == TREE_MAP ? own : NULL;
	l->stages[l->n_stages++] = s.name;
	l->n_lost += !stage_load(l, &s);
}

/* The stages of `defaults` in their order, then the camera's own. */
static void one_camera(struct load *l, const struct tree *camera, const struct tree *defaults)
{
	const struct tree *own = NULL;

	if (!name_check_camera(l, camera) || misplaced_camera(l, camera))
		return;
	if (camera->kind == TREE_MAP) {
		own = camera;
	} else if (!tree_is_null(camera)) {
		report_error(l->report, &camera->at, tree_path(l->arena, camera),
			"must be an address such as rtsp://192.0.2.10/stream1, or a mapping of stages, not "
			"%s%s",
			tree_kind_name(camera),
			tree_is_off(camera) ? "; to leave the camera out, remove it"
					    : misplaced_list(l, camera));
		return;
	}
	l->first = l->out->pub.n_nodes;
	l->n_stages = l->n_lost = 0;
	for (const struct tree *t = defaults ? defaults->first : NULL; t; t = t->next)
		one_stage(l, camera, t, tree_get(own, t->key));
	for (const struct tree *t = own ? own->first : NULL; t; t = t->next)
		if (!tree_get(defaults, t->key))
			one_stage(l, camera, NULL, t);
	wiring_check_camera(l, &camera->key_at, camera->key);
}

/* @return whether no sink has the name: nodes are told apart by theirs */
static bool is_free(struct load *l, const struct tree *t, uint32_t kind)
{
	const struct tree *other = tree_get(tree_get(l->root, kind_section(CAM_SINK)), t->key);

	if (kind == CAM_SINK || !other || tree_is_off(other))
		return true;
	report_error(l->report, &t->key_at, tree_path(l->arena, t),
		"a sink has this name; give the %s another", kind_name(kind));
	return false;
}

/* A node beside the cameras. */
static void one_node(struct load *l, const struct tree *t, uint32_t kind)
{
	struct stage_draft s = {
		.kind = kind, .name = t->key, .at = t->key_at, .path = tree_path(l->arena, t)};

	if (!name_check(l, t, kind_name(kind)) || !is_on(l, t) || !is_free(l, t, kind))
		return;
	s.own = t->kind == TREE_MAP ? t : NULL;
	stage_load(l, &s);
}

/* @param beside the sections of nodes by kind @return whether sizes are within bounds; room for all nodes is made */
static bool make_room(struct load *l, const struct tree *defaults, const struct tree *cameras,
	const struct tree *const *beside)
{
	size_t n_cameras = mapping_count(cameras), n = 0, n_defaults = mapping_count(defaults), most = 0;

	for (uint32_t kind = 0; kind <= KIND_LAST; kind++) {
		n += mapping_count(beside[kind]);
		most = mapping_count(beside[kind]) > most ? mapping_count(beside[kind]) : most;
	}
	if (n_cameras > LOAD_MAX_CAMERAS || most > LOAD_MAX_SINKS || n_defaults > LOAD_MAX_STAGES) {
		report_error(l->report, NULL, NULL,
			"more than %d cameras, %d sinks or listeners, or %d stages; split them over several "
			"servers",
			LOAD_MAX_CAMERAS, LOAD_MAX_SINKS, LOAD_MAX_STAGES);
		return false;
	}
	for (const struct tree *t = cameras->first; t; t = t->next)
		n += n_defaults + mapping_count(t);
	if (n > LOAD_MAX_NODES) {
		report_error(l->report, NULL, NULL,
			"more than %d stages in all; split them over several servers", LOAD_MAX_NODES);
		return false;
	}
	l->nodes_room = n;
	l->out->pub.nodes = arena_alloc(l->arena, (n + 1) * sizeof(struct config_node));
	l->out->infos = arena_alloc(l->arena, (n + 1) * sizeof(struct node_info));
	return !l->arena->failed;
}

static bool list_cameras(struct load *l, const struct tree *cameras)
{
	const char **names = arena_alloc(l->arena, (mapping_count(cameras) + 1) * sizeof(*names));
	size_t n = 0;

	for (const struct tree *t = cameras->first; names && t; t = t->next)
		names[n++] = t->key;
	l->out->pub.cameras = names;
	l->out->pub.n_cameras = n;
	return names != NULL;
}

/* What is no mapping is reported as that. */
static void tell_no_camera(struct load *l)
{
	const struct tree *given = tree_get(l->root, "cameras");

	if (!given || given->kind == TREE_MAP || tree_is_null(given))
		report_error(l->report, given ? &given->key_at : &l->root->at, NULL,
			"there is no camera; add one: `cameras: {front: \"rtsp://...\"}`");
}

void cameras_load(struct load *l)
{
	const struct tree *defaults = mapping_section(l, "defaults");
	const struct tree *cameras = mapping_section(l, "cameras");
	const struct tree *beside[KIND_LAST + 1] = {NULL};

	for (uint32_t kind = CAM_SOURCE; kind <= KIND_LAST; kind++)
		beside[kind] = kind_section(kind) ? mapping_section(l, kind_section(kind)) : NULL;
	check_sections(l);
	if (!cameras || !cameras->first) {
		tell_no_camera(l);
		return;
	}
	if (!make_room(l, defaults, cameras, beside) || !list_cameras(l, cameras))
		return;
	for (const struct tree *t = cameras->first; t && l->report->n_errors < REPORT_MAX; t = t->next)
		one_camera(l, t, defaults);
	for (uint32_t kind = CAM_SOURCE; kind <= KIND_LAST; kind++)
		for (const struct tree *t = beside[kind] ? beside[kind]->first : NULL; t; t = t->next)
			one_node(l, t, kind);
	wiring_check_all(l);
}
