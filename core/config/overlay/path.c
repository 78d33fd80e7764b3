/* SPDX-License-Identifier: MIT */

#include "core/config/overlay/path.h"

#include "core/base/kind.h"
#include "core/config/overlay/env_near.h"
#include "core/config/overlay/usual.h"
#include "core/config/section.h"
#include "core/config/tree/keys.h"
#include "core/config/words/nearest.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

enum { TOLD = 8 };

/* @return how many bytes of the character at s, which cannot stand in the name of a variable, 0: it can */
static size_t foreign(const char *s)
{
	size_t n = 1;

	if (isalnum((unsigned char)*s) || *s == '_')
		return 0;
	while ((s[n] & 0xc0) == 0x80)
		n++;
	return n;
}

/* In a variable's name case does not count, and `_` stands for each character that such a name cannot hold. */
static bool take_char(const struct path *o, const char **wanted, const char **key)
{
	size_t n = o->layer == LAYER_SET || **wanted != '_' ? 0 : foreign(*key);

	if (!n && **wanted != **key &&
		(o->layer == LAYER_SET || tolower((unsigned char)**wanted) != tolower((unsigned char)**key)))
		return false;
	*wanted += 1;
	*key += n ? n : 1;
	return true;
}

/* @return how much of the rest is key, 0: it does not begin with key */
static size_t match(const struct path *o, const char *key)
{
	const char *rest = o->rest;

	while (*key)
		if (!*rest || !take_char(o, &rest, &key))
			return 0;
	return !*rest || !strncmp(rest, o->separator, strlen(o->separator)) ? (size_t)(rest - o->rest) : 0;
}

static void advance(struct path *o, size_t n)
{
	o->rest += n;
	if (*o->rest)
		o->rest += strlen(o->separator);
}

/* Take the next level as it is written. @return false and reported: there is none */
static bool take_any(struct path *o)
{
	const char *end = strstr(o->rest, o->separator);
	size_t n = end ? (size_t)(end - o->rest) : strlen(o->rest);

	if (!n || n > PATH_NAME_MAX || (end && !end[strlen(o->separator)])) {
		report_error(o->report, &o->at, o->path, "%s",
			n > PATH_NAME_MAX ? "a name in this path is longer than 64 characters"
					  : "a name in this path is empty");
		return false;
	}
	for (size_t i = 0; i < n; i++)
		o->name[i] = o->layer == LAYER_SET ? o->rest[i] : (char)tolower((unsigned char)o->rest[i]);
	o->name[n] = 0;
	advance(o, n);
	return true;
}

/* The longest of the names, shorter than below, that the rest begins with; it may hold the separator. */
static void longest_below(const struct path *o, const struct tree *map, struct path_found *f, size_t below)
{
	for (const struct tree *t = map ? map->first : NULL; t; t = t->next) {
		size_t n = t->key ? match(o, t->key) : 0;
		bool is_exact = n && !strncmp(o->rest, t->key, n) && !t->key[n];

		if (n >= below)
			continue;
		if (n > f->n || (n && n == f->n && is_exact))
			*f = (struct path_found){t->key, NULL, n, is_exact};
		else if (n && n == f->n && !f->is_exact && strcmp(t->key, f->key) != 0)
			f->other = t->key;
	}
}

void path_longest(const struct path *o, const struct tree *map, struct path_found *f)
{
	longest_below(o, map, f, SIZE_MAX);
}

/* @return the usual stage that the rest begins with, and that may be added to these; NULL: none */
static const char *usual(const struct path *o, const struct tree *stages)
{
	const bool is_off = !strcmp(o->value, "off") || !strcmp(o->value, "false");

	for (const struct usual *u = usual_stages; u->name; u++) {
		size_t n = u->is_sink ? 0 : match(o, u->name);

		if (n)
			return (is_off && !o->rest[n]) || !usual_may_add(o->load, u, stages) ? NULL : u->name;
	}
	return NULL;
}

/* Levels that are joined by one underscore are told apart in the whole name. */
static const char *hint(const struct path *o, const struct nearest *near)
{
	const char *name = o->layer == LAYER_ENVIRONMENT ? strrchr(o->at.source, ' ') : NULL, *right = "";
	size_t n = strlen(near->best);

	if (name && (env_near_is_option(o->name) ||
			    (n && !strncasecmp(o->name, near->best, n) && o->name[n] == '_')))
		right = env_near_spelled(o->root, name + sizeof(OVERRIDE_PREFIX), o->arena);
	return *right && strcmp(right, name + 1) != 0 ? arena_printf(o->arena, "; did you mean %s?", right)
						      : nearest_hint(near, o->arena);
}

/* @return what there is, for one who named nothing that is near any of it; "" when it is too much to tell */
static const char *there_are(const struct path *o, const struct tree *map)
{
	const char *list = "";
	unsigned n = 0;

	for (const struct tree *t = map ? map->first : NULL; t; t = t->next)
		if (t->key && ++n <= TOLD)
			list = arena_printf(o->arena, "%s%s\"%s\"", list, n > 1 ? ", " : "", t->key);
	if (!n || n > TOLD)
		return "";
	return arena_printf(o->arena, n > 1 ? "; there are %s" : "; there is %s", list);
}

/* The level last taken is no key of a or b, and no usual stage. */
static void tell_unknown(struct path *o, const char *what, const struct tree *a, const struct tree *b)
{
	struct nearest near;
	const bool is_stage = !strcmp(what, "stage");
	const char *maybe;

	nearest_init(&near, o->name);
	keys_try(&near, a);
	keys_try(&near, b);
	for (const struct usual *u = usual_stages; is_stage && u->name; u++)
		if (!u->is_sink && strcmp(u->name, o->name) != 0)
			nearest_try(&near, u->name);
	maybe = hint(o, &near);
	report_error(o->report, &o->at, o->path, "there is no %s \"%s\"%s", what, o->name,
		*maybe || b ? maybe : there_are(o, a));
}

/* Take the next level, which must be a key of a or b. @return the key, NULL and reported */
static const char *take_known(struct path *o, const char *what, const struct tree *a, const struct tree *b)
{
	struct path_found f = {0};
	const bool is_stage = !strcmp(what, "stage");

	path_longest(o, a, &f);
	path_longest(o, b, &f);
	if (f.other) {
		report_error(o->report, &o->at, o->path,
			"means the %s \"%s\" as well as \"%s\"; use --set, or rename one of them", what,
			f.key, f.other);
		return NULL;
	}
	if (!f.key && is_stage) {
		f.key = usual(o, a);
		f.n = f.key ? match(o, f.key) : 0;
	}
	if (f.key) {
		advance(o, f.n);
		return f.key;
	}
	if (take_any(o))
		tell_unknown(o, what, a, b);
	return NULL;
}

/* @return whether what follows n of the rest is a stage of that camera, or may be one */
static bool is_followed(struct path o, size_t n, const struct tree *camera, const struct tree *defaults)
{
	struct path_found f = {0};

	advance(&o, n);
	path_longest(&o, camera, &f);
	path_longest(&o, defaults, &f);
	return f.n || usual(&o, camera);
}

/* How a variable writes the name of a camera that it cannot hold. @return whether that is told */
static bool told_how_it_is_written(struct path *o, const struct tree *cameras)
{
	for (const struct tree *t = cameras ? cameras->first : NULL; t; t = t->next) {
		const char *written = "", *s = t->key ? t->key : "";

		for (size_t n; *s; s += n ? n : 1) {
			n = foreign(s);
			written =
				arena_printf(o->arena, "%s%c", written, n ? '_' : toupper((unsigned char)*s));
		}
		if (*written != '_')
			continue;
		report_error(o->report, &o->at, o->path,
			"no camera is called so; write \"%s\" as %s, an underscore for each character that "
			"a variable's name cannot hold, or use --set",
			t->key, written);
		return true;
	}
	return false;
}

/* A camera's name may hold the separator, so that a path begins with several: it is the longest before a stage. */
static const char *take_camera(struct path *o, const struct tree *cameras, const struct tree *defaults)
{
	struct path_found f = {0}, g;

	path_longest(o, cameras, &f);
	if (!f.n && *o->rest == '_' && o->layer == LAYER_ENVIRONMENT && told_how_it_is_written(o, cameras))
		return NULL;
	for (g = f; g.n && !is_followed(*o, g.n, tree_get(cameras, g.key), defaults);) {
		const size_t below = g.n;

		g = (struct path_found){0};
		longest_below(o, cameras, &g, below);
	}
	if (!g.n || g.n == f.n || g.other)
		return take_known(o, "camera", cameras, NULL);
	advance(o, g.n);
	return g.key;
}

/* @return the child of that name, made if need be, as a mapping; NULL and reported */
static struct tree *enter(struct path *o, struct tree *parent, const char *key)
{
	struct tree *t = tree_get(parent, key);

	if (!t) {
		t = tree_add(o->arena, parent, key, &o->at);
		if (!t)
			return NULL;
		t->layer = o->layer;
	}
	/* What is on may have options as well. */
	if (tree_is_null(t) || tree_is_on(t))
		t->kind = TREE_MAP;
	if (t->kind == TREE_MAP)
		return t;
	report_error(o->report, &o->at, o->path, "%s is %s, so nothing below it can be set",
		tree_path(o->arena, t), tree_is_off(t) ? "off" : tree_kind_name(t));
	return NULL;
}

static void put(struct path *o, struct tree *parent, const char *key)
{
	struct tree *t = tree_get(parent, key);

	if (!t)
		t = tree_add(o->arena, parent, key, &o->at);
	if (!t)
		return;
	t->kind = TREE_SCALAR;
	t->first = t->last = NULL;
	t->bad = NULL;
	t->plain = t->secret = false;
	t->layer = o->layer;
	t->value = o->value;
	t->at = t->key_at = o->at;
}

/* Below a stage, a sink or listener, or `server`: one key, whichever; the option tables judge it later. */
static void put_option(struct path *o, struct tree *map)
{
	if (!map || !take_any(o))
		return;
	if (*o->rest) {
		report_error(o->report, &o->at, o->path, "%s.%s has nothing below it",
			tree_path(o->arena, map), o->name);
		return;
	}
	put(o, map, arena_copy(o->arena, o->name, strlen(o->name)));
}

/* `on` takes nothing away from what is written there. */
static bool is_on_already(const struct path *o, const struct tree *t)
{
	return t && t->kind == TREE_MAP && (!strcmp(o->value, "on") || !strcmp(o->value, "true"));
}

/* A stage, sink or listener of parent, whole (on, off, an address) or one key of it. */
static void put_stage(struct path *o, const char *what, struct tree *parent, const struct tree *also)
{
	const char *stage = parent ? take_known(o, what, parent, also) : NULL;

	if (!stage)
		return;
	if (!*o->rest && !is_on_already(o, tree_get(parent, stage)))
		put(o, parent, stage);
	else if (*o->rest)
		put_option(o, enter(o, parent, stage));
}

/* A user need not be in the file: one of the environment's is written in small letters. */
static const char *take_user(struct path *o, const struct tree *users)
{
	struct path_found f = {0};

	path_longest(o, users, &f);
	if (f.n)
		return take_known(o, "user", users, NULL);
	return take_any(o) ? arena_copy(o->arena, o->name, strlen(o->name)) : NULL;
}

/* One key of a user. */
static void put_user(struct path *o, struct tree *users)
{
	const char *user = users ? take_user(o, users) : NULL;

	if (user && !*o->rest)
		report_error(o->report, &o->at, NULL, "users.%s is no value; name one below it", user);
	else if (user)
		put_option(o, enter(o, users, user));
}

/* A camera that is its address, as in the file; other stages that it has stay. */
static void put_address(struct path *o, struct tree *cameras, const char *name)
{
	struct tree *camera = tree_get(cameras, name), *source = tree_get(camera, "source");

	if (!strstr(o->value, "://"))
		report_error(o->report, &o->at, NULL,
			"cameras.%s takes an address, rtsp://..., or name a stage below it", name);
	else if (!camera || camera->kind != TREE_MAP)
		put(o, cameras, name);
	else if (source && source->kind == TREE_MAP)
		put(o, source, "url");
	else
		put(o, camera, "source");
}

void path_apply(struct path *o)
{
	const struct tree *defaults = tree_get(o->root, "defaults");
	struct tree *cameras = tree_get(o->root, "cameras");
	const char *section = NULL, *camera;
	struct nearest near;

	for (const char *const *s = sections; *s && !section; s++)
		if (match(o, *s))
			section = *s;
	if (!section) {
		if (!take_any(o))
			return;
		nearest_init(&near, o->name);
		for (const char *const *s = sections; *s; s++)
			nearest_try(&near, *s);
		report_error(o->report, &o->at, o->path,
			"nothing is called \"%s\"%s (a path begins with " SECTIONS_IN_WORDS("or") ")",
			o->name, hint(o, &near));
		return;
	}
	advance(o, strlen(section));
	if (!*o->rest) {
		report_error(o->report, &o->at, o->path, "%s is no value; name one below it", section);
	} else if (!strcmp(section, "server")) {
		put_option(o, enter(o, o->root, section));
	} else if (!strcmp(section, "users")) {
		put_user(o, enter(o, o->root, section));
	} else if (!strcmp(section, "cameras")) {
		camera = take_camera(o, cameras, defaults);
		if (camera && !*o->rest)
			put_address(o, cameras, camera);
		else if (camera)
			put_stage(o, "stage", enter(o, cameras, camera), defaults);
	} else {
		uint32_t kind = kind_of_section(section);

		put_stage(o, kind ? kind_name(kind) : "stage", enter(o, o->root, section), NULL);
	}
}
