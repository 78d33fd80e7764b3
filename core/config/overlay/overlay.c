/* SPDX-License-Identifier: MIT */
#include "core/config/overlay/overlay.h"

#include "core/config/overlay/env_near.h"
#include "core/config/overlay/path.h"
#include "core/config/tree/env.h"

#include <stdlib.h>
#include <string.h>

static void start(struct path *o, const char *value)
{
	const char *fault = env_text_fault(value);

	if (!*value) {
		report_error(o->report, &o->at, o->path, "is empty; give it a value%s",
			o->layer == LAYER_ENVIRONMENT ? " or unset it" : "");
	} else if (fault) {
		report_error(o->report, &o->at, o->path, "the value %s", fault);
	} else {
		o->value = arena_copy(o->arena, value, strlen(value));
		path_apply(o);
	}
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void one_variable(struct path o, const char *variable)
{
	size_t n = strcspn(variable, "=");
	const char *name = arena_copy(o.arena, variable, n);

	o.at.source = arena_printf(o.arena, "environment %s", name);
	o.rest = name + strlen(OVERRIDE_PREFIX);
	start(&o, variable + n + 1);
}

void overlay_environment(struct load *l)
{
	char *const *variables = l->in->environ;
	const char **found;
	size_t n = 0;

	env_near_overrides(l->root, variables, l->arena, l->report);
	for (char *const *e = variables; e && *e; e++)
		n += !strncmp(*e, OVERRIDE_PREFIX, strlen(OVERRIDE_PREFIX)) && strchr(*e, '=');
	found = n ? arena_alloc(l->arena, n * sizeof(*found)) : NULL;
	if (!found)
		return;
	n = 0;
	for (char *const *e = variables; e && *e; e++)
		if (!strncmp(*e, OVERRIDE_PREFIX, strlen(OVERRIDE_PREFIX)) && strchr(*e, '='))
			found[n++] = *e;
	/* The environment has no order: by name, what is set whole comes before what is set inside. */
	qsort(found, n, sizeof(*found), by_text);
	for (size_t i = 0; i < n; i++)
		one_variable((struct path){.load = l,
				     .root = l->root,
				     .arena = l->arena,
				     .report = l->report,
				     .layer = LAYER_ENVIRONMENT,
				     .separator = "__"},
			found[i]);
}

/* @return how much of "cameras.NAME..." lies before the end of NAME: a camera's, or a user's, may hold the '=' */
static size_t name_in(struct path *o, const char *set)
{
	static const char *const of_people[] = {"cameras", "users"};

	for (size_t i = 0; i < sizeof(of_people) / sizeof(of_people[0]); i++) {
		const size_t n = strlen(of_people[i]);
		struct path_found f = {0};

		if (strncmp(set, of_people[i], n) != 0 || set[n] != '.')
			continue;
		o->rest = set + n + 1;
		path_longest(o, tree_get(o->root, of_people[i]), &f);
		return n + 1 + f.n;
	}
	return 0;
}

static void one_set(struct path o, const char *set, unsigned number)
{
	const char *equals = strchr(set + name_in(&o, set), '=');

	/* Not shown: without a path before it, it may be a secret. */
	if (!equals || equals == set) {
		report_error(o.report, &o.at, NULL, "no. %u is not PATH=VALUE, as in server.log_level=debug",
			number);
		return;
	}
	o.path = o.rest = arena_copy(o.arena, set, (size_t)(equals - set));
	if (!strchr(o.rest, '.')) {
		report_error(
			o.report, &o.at, NULL, "\"%.40s\" is not a path such as server.log_level", o.rest);
		return;
	}
	start(&o, equals + 1);
}

void overlay_sets(struct load *l)
{
	const char *const *sets = l->in->sets;

	for (unsigned i = 0; sets && sets[i]; i++)
		one_set((struct path){.load = l,
				.root = l->root,
				.arena = l->arena,
				.report = l->report,
				.layer = LAYER_SET,
				.separator = ".",
				.at = {.source = "--set"}},
			sets[i], i + 1);
}
