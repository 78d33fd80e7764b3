/* SPDX-License-Identifier: MIT */
#include "core/config/wiring.h"

#include "core/base/kind.h"
#include "core/config/loading.h"
#include "core/config/match.h"
#include "core/config/unique.h"
#include "core/config/words/nearest.h"

#include <string.h>
#include <strings.h>

static struct node_info *info_of(struct load *l, const struct config_node *n)
{
	return &l->out->infos[n - l->out->pub.nodes];
}

/* @return the node of that stage of the camera being resolved, NULL if there is none */
static const struct config_node *stage_node(const struct load *l, const char *stage)
{
	for (size_t i = l->first; stage && i < l->out->pub.n_nodes; i++)
		if (!strcmp(l->out->pub.nodes[i].stage, stage))
			return &l->out->pub.nodes[i];
	return NULL;
}

static void from_error(struct load *l, const struct config_node *n, const char *reason)
{
	const struct node_info *info = info_of(l, n);

	report_error(l->report, &info->from_at, arena_printf(l->arena, "%s.from", n->path), "%s", reason);
}

/* @return whether the stage is there and off, by the camera or else by `defaults` */
static bool is_off(const struct load *l, const char *camera, const char *stage)
{
	const struct tree *t = tree_get(tree_get(tree_get(l->root, "cameras"), camera), stage);

	t = t ? t : tree_get(tree_get(l->root, "defaults"), stage);
	return t && tree_is_off(t);
}

static void check_from(struct load *l, const struct config_node *n)
{
	const struct config_node *to = stage_node(l, n->from);
	struct nearest near;
	bool known = false;

	nearest_init(&near, n->from);
	for (size_t i = 0; i < l->n_stages; i++) {
		known |= !strcmp(l->stages[i], n->from);
		if (strcmp(l->stages[i], n->stage) != 0)
			nearest_try(&near, l->stages[i]);
	}
	if (n->plugin->kind == CAM_SOURCE)
		from_error(l, n, "a source takes nothing from another stage; remove this line");
	else if (!known)
		from_error(l, n,
			arena_printf(l->arena, "camera \"%s\" has no stage \"%.64s\"%s", n->camera, n->from,
				is_off(l, n->camera, n->from) ? ", for it is off"
				: near.best[0] && !strchr(n->from, ',')
					? nearest_hint(&near, l->arena)
					: "; `from` names one stage of the same camera"));
	else if (to && to->plugin->kind != CAM_SOURCE && to->plugin->kind != CAM_BUFFER)
		from_error(l, n,
			arena_printf(l->arena,
				"stage \"%s\" is a %s, and only a source or a buffer hands packets on",
				n->from, kind_name(to->plugin->kind)));
}

/* A walk along `from` longer than there are stages goes round. */
static void check_cycle(struct load *l, const struct config_node *n)
{
	const struct config_node *at = n;
	size_t steps = l->out->pub.n_nodes - l->first;

	while (at && at->from && steps--) {
		at = stage_node(l, at->from);
		if (at == n) {
			from_error(l, n,
				"this stage takes its packets from itself, around a circle of `from`; let "
				"one of them name the source");
			return;
		}
	}
}

static void add_codecs(struct text *out, const uint32_t *codecs)
{
	for (const uint32_t *c = codecs; *c; c++) {
		char name[5] = {(char)*c, (char)(*c >> 8), (char)(*c >> 16), (char)(*c >> 24), 0};

		text_printf(out, "%s%s", c == codecs ? "" : ", ", name);
	}
}

static bool share_codec(const uint32_t *a, const uint32_t *b)
{
	for (; *a; a++)
		for (const uint32_t *c = b; *c; c++)
			if (*a == *c)
				return true;
	return false;
}

/* @param taker a recorder or detector */
static void check_codecs(struct load *l, const struct config_node *source, const struct config_node *taker)
{
	const uint32_t *makes = source->plugin->makes, *takes = taker->plugin->takes;
	struct text lists = {0};

	if (!makes || !takes || share_codec(makes, takes))
		return;
	text_printf(&lists, "%s makes ", source->plugin->name);
	add_codecs(&lists, makes);
	text_printf(&lists, "; %s takes ", taker->plugin->name);
	add_codecs(&lists, takes);
	report_error(l->report, &info_of(l, taker)->at, taker->path,
		"no codec in common with stage \"%s\": %s", source->stage, text_str(&lists));
	text_free(&lists);
}

/* @return the camera's source; NULL, and reported unless a stage is missing for another reason */
static const struct config_node *only_source(struct load *l, const struct where *at, const char *camera)
{
	const struct config_node *source = NULL;
	const char *path = arena_printf(l->arena, "cameras.%s", camera);

	for (size_t i = l->first; i < l->out->pub.n_nodes; i++) {
		const struct config_node *n = &l->out->pub.nodes[i];

		if (n->plugin->kind != CAM_SOURCE)
			continue;
		if (source)
			report_error(l->report, &info_of(l, n)->at, n->path,
				"a second source beside stage \"%s\"; a camera has one, so make it a camera "
				"of its own",
				source->stage);
		else
			source = n;
	}
	if (!source && !l->n_lost)
		report_error(l->report, at, path,
			is_off(l, camera, "source")
				? "has no source, for it is off; to do without the camera, remove it from "
				  "`cameras`"
				: "has no source; add `source: \"rtsp://...\"`");
	return source;
}

void wiring_check_camera(struct load *l, const struct where *camera_at, const char *camera)
{
	const struct config_node *source = only_source(l, camera_at, camera);

	for (size_t i = l->first; i < l->out->pub.n_nodes; i++) {
		const struct config_node *n = &l->out->pub.nodes[i];

		if (n->from) {
			check_from(l, n);
			check_cycle(l, n);
		}
		if (source && (n->plugin->kind == CAM_RECORDER || n->plugin->kind == CAM_DETECTOR))
			check_codecs(l, source, n);
	}
}

static bool means_all(const char *pattern)
{
	static const char *const words[] = {"all", "any", "every", "everything", "cameras", ".*"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (!strcasecmp(pattern, words[i]))
			return true;
	return false;
}

/* Where patterns stand. */
struct patterns {
	const struct where *at;
	const char *path;
};

static void check_pattern(struct load *l, const struct patterns *p, const char *pattern)
{
	const struct config *c = &l->out->pub;
	struct nearest near;

	nearest_init(&near, pattern);
	for (size_t i = 0; i < c->n_cameras; i++) {
		struct config_node one = {.from = pattern};

		if (config_sees(&one, c->cameras[i]))
			return;
		nearest_try(&near, c->cameras[i]);
	}
	report_error(l->report, p->at, p->path, "%s",
		!*pattern ? "names no camera; write \"*\" for all of them"
		: means_all(pattern)
			? arena_printf(l->arena, "no camera is called \"%s\"; write \"*\" for all of them",
				  pattern)
			: arena_printf(l->arena, "no camera %s \"%.64s\"%s",
				  strpbrk(pattern, "*?") ? "has a name like" : "is called", pattern,
				  nearest_hint(&near, l->arena)));
}

/* The cameras that a sink, listener or user names. */
static void check_patterns(struct load *l, const struct patterns *p, const char *s)
{
	unsigned n = 0;

	while (s) {
		const char *end = strchr(s, ',');
		size_t len = end ? (size_t)(end - s) : strlen(s);

		if (++n > LOAD_MAX_PATTERNS) {
			report_error(l->report, p->at, p->path,
				"more than 64 patterns; use * to name many cameras");
			return;
		}
		while (len && *s == ' ') {
			s++;
			len--;
		}
		check_pattern(l, p, arena_copy(l->arena, s, len));
		s = end ? end + 1 : NULL;
	}
}

void wiring_check_all(struct load *l)
{
	const struct config *c = &l->out->pub;

	if (!l->has_twins) /* else a camera that stands twice would share all with itself */
		unique_check(l);
	for (size_t i = 0; i < c->n_nodes; i++) {
		const struct config_node *n = &c->nodes[i];
		const struct patterns p = {
			&info_of(l, n)->from_at, arena_printf(l->arena, "%s.from", n->path)};

		if (!n->camera)
			check_patterns(l, &p, n->from);
	}
	for (size_t i = 0; i < c->n_users; i++) {
		const struct patterns p = {&l->out->user_infos[i].cameras_at,
			arena_printf(l->arena, "users.%s.cameras", c->users[i].name)};

		check_patterns(l, &p, c->users[i].cameras);
	}
}
