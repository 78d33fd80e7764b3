/* SPDX-License-Identifier: MIT */
#include "core/config/server_section.h"

#include "core/config/name.h"
#include "core/config/server_options.h"
#include "core/config/value.h"
#include "core/config/words/nearest.h"

#include "core/config/misplaced.h"
#include "core/config/option/option.h"
#include "core/config/option/zone.h"

#include <string.h>

static const char *there_are(struct load *l)
{
	const char *list = "; there are";

	for (const struct cam_opt *o = server_options; o->name; o++)
		list = arena_printf(l->arena, "%s%s %s", list, o == server_options ? "" : ",", o->name);
	return list;
}

static const char *unknown(struct load *l, const char *key)
{
	const char *place = misplaced_key(l, key);
	struct nearest near;

	nearest_init(&near, key);
	for (const struct cam_opt *o = server_options; o->name; o++)
		nearest_try(&near, o->name);
	if (near.best[0] && !*place)
		return nearest_hint(&near, l->arena);
	place = *place ? place : misplaced_word(l, key);
	return *place ? place : there_are(l);
}

static void one_key(struct load *l, const struct tree *t)
{
	const struct cam_opt *o = option_find(server_options, t->key);
	const char *path = tree_path(l->arena, t), *text, *fault;
	char why[OPTION_WHY];

	if (l->report->n_errors >= REPORT_MAX)
		return;
	if (!o) {
		report_error(l->report, &t->key_at, path, "unknown key%s%s", name_odd_character(l, t->key),
			unknown(l, t->key));
		return;
	}
	text = value_shown(l, t);
	if (!text)
		return;
	l->out->server_origins[o - server_options] = value_origin(l, t);
	if (option_set(o, text, &l->out->pub.server, why))
		report_error(l->report, &t->at, path, "%s", why);
	fault = !strcmp(o->name, "timezone") ? zone_fault(text, l->arena) : NULL;
	if (fault)
		report_error(l->report, &t->at, path, "\"%.64s\" %s", text, fault);
}

void server_load(struct load *l)
{
	const struct tree *server = tree_get(l->root, "server");
	char why[OPTION_WHY];

	for (const struct cam_opt *o = server_options; o->name; o++) {
		option_set(o, o->def, &l->out->pub.server, why);
		l->out->server_origins[o - server_options] = "default";
	}
	if (!server || tree_is_null(server))
		return;
	if (server->kind != TREE_MAP) {
		report_error(l->report, &server->at, "server", "must be a mapping of options, not %s",
			tree_kind_name(server));
		return;
	}
	for (const struct tree *t = server->first; t && l->report->n_errors < REPORT_MAX; t = t->next)
		one_key(l, t);
}
