/* SPDX-License-Identifier: MIT */
#include "core/config/users_section.h"

#include "core/config/name.h"
#include "core/config/option/hash.h"
#include "core/config/user_options.h"
#include "core/config/value.h"
#include "core/config/words/nearest.h"

#include "core/config/mapping.h"
#include "core/config/option/option.h"
#include "core/config/secret.h"
#include "core/config/words/meaning.h"

#include <string.h>

static bool name_ok(struct load *l, const struct tree *t)
{
	const char *fault = t->broken                        ? NULL
			    : !*t->key                       ? "is empty; write 1 to 64 bytes"
			    : strlen(t->key) > LOAD_NAME_MAX ? "is longer than 64 bytes"
			    : strchr(t->key, ':')            ? "cannot hold ':', which ends it in a login"
			    : report_is_unseen(t->key)
				    ? "cannot hold characters that control a terminal or are not seen"
				    : NULL;

	if (fault)
		report_error(l->report, &t->key_at, tree_path(l->arena, t), "the name %s", fault);
	return !fault && !t->broken;
}

/* @return whether a user may have this key */
static bool is_key(struct load *l, const char *key)
{
	const char *file = secret_key(l, user_options, &user_options[USER_HASH]);

	return option_find(user_options, key) || (file && !strcmp(key, file));
}

/* One user on the way. */
struct user_making {
	struct load *load;
	const struct tree *tree;
	struct config_user *user;
	struct user_info *info;
	unsigned meant; /* 1 << option: a misspelt key most likely was it, which is reported */
};

static void unknown_key(struct user_making *m, const struct tree *t)
{
	struct load *l = m->load;
	const char *list = "; there are", *file = secret_key(l, user_options, &user_options[USER_HASH]);
	struct nearest near;

	nearest_init(&near, t->key);
	for (const struct cam_opt *o = user_options; o->name; o++) {
		nearest_try(&near, o->name);
		list = arena_printf(l->arena, "%s%s %s", list, o == user_options ? "" : ",", o->name);
	}
	nearest_try(&near, file ? file : "");
	for (unsigned i = 0; i < LOAD_USER_OPTIONS; i++)
		if (!strncmp(near.best, user_options[i].name, strlen(user_options[i].name)))
			m->meant |= 1u << i;
	if (name_is_cut(l, t, near.best))
		return;
	report_error(l->report, &t->key_at, tree_path(l->arena, t), "unknown key%s%s",
		name_odd_character(l, t->key),
		meaning_is(t->key, "hash")
			? "; a hash of the password belongs here: `hash: '...'`, as `cam_server --password` "
			  "prints it"
		: near.best[0] ? nearest_hint(&near, l->arena)
			       : list);
}

/* @return the value of an option as a text, NULL and reported */
static const char *text_of(struct load *l, const struct cam_opt *o, const struct tree *t, bool is_file)
{
	const char *text;

	if (is_file) {
		text = value_scalar(l, t);
		return text ? secret_read(l, t, text) : NULL;
	}
	if (o == &user_options[USER_CAMERAS])
		return value_joined(l, t);
	return o->flags & CAM_SECRET ? value_scalar(l, t) : value_shown(l, t);
}

/* @return a hint at a user of the file whose name is near that of one who was made by a variable or --set, "" */
static const char *other_user(const struct user_making *m)
{
	struct nearest near;

	nearest_init_spelling(&near, m->tree->key, 2);
	for (const struct tree *t = m->tree->parent->first; t && m->tree->layer != LAYER_FILE; t = t->next)
		if (t->layer == LAYER_FILE)
			nearest_try(&near, t->key);
	return near.best[0] ? arena_printf(m->load->arena, " (did you mean the user \"%s\"?)", near.best)
			    : "";
}

/* What an option is that nobody has written. @return whether it has a default */
static bool use_default(struct user_making *m, const struct cam_opt *o)
{
	char why[OPTION_WHY];

	if (o->def)
		return !option_set(o, o->def, m->user, why);
	if (!(m->meant & 1u << (o - user_options)))
		report_error(m->load->report, &m->tree->key_at, tree_path(m->load->arena, m->tree),
			"has no %s%s: %s", o->name, other_user(m), o->help);
	return false;
}

/* @return whether the option has a value; if not, that is reported */
static bool one_option(struct user_making *m, const struct cam_opt *o)
{
	struct load *l = m->load;
	const char *key = secret_key(l, user_options, o), *text, *fault;
	const struct tree *v = tree_get(m->tree, o->name), *f = key ? tree_get(m->tree, key) : NULL, *t;
	bool is_file;
	char why[OPTION_WHY];

	t = secret_or_file(l, v, v ? (unsigned)v->layer : 0, f, f ? (unsigned)f->layer : 0, &is_file);
	m->info->origins[o - user_options] = t ? value_origin(l, t) : "default";
	if (o == &user_options[USER_CAMERAS])
		m->info->cameras_at = t ? t->at : m->tree->key_at;
	if (!t)
		return use_default(m, o);
	text = text_of(l, o, t, is_file);
	if (!text || !value_text_ok(l, o, t, text))
		return false;
	fault = o == &user_options[USER_HASH] ? hash_fault(text) : NULL;
	if (!fault && option_set(o, text, m->user, why))
		fault = why;
	if (fault)
		report_error(l->report, &t->at, tree_path(l->arena, t), "%s", fault);
	return !fault;
}

/* @return whether it is whole; all that is wrong is reported */
static bool one_user(struct user_making *m)
{
	struct load *l = m->load;
	const struct tree *t = m->tree;
	bool ok = true;

	if (!name_ok(l, t))
		return false;
	if (t->kind != TREE_MAP) {
		report_error(l->report, &t->at, tree_path(l->arena, t),
			"must be a mapping, as in `%.64s: {role: view, hash: '...'}`, not %s", t->key,
			tree_is_null(t) ? "empty" : tree_kind_name(t));
		return false;
	}
	m->user->name = t->key;
	for (const struct tree *key = t->first; key; key = key->next)
		if (!key->broken && !is_key(l, key->key))
			unknown_key(m, key);
	for (const struct cam_opt *o = user_options; o->name; o++)
		ok &= one_option(m, o);
	return ok;
}

void users_load(struct load *l)
{
	const struct tree *users = mapping_section(l, "users");
	size_t n = mapping_count(users), k = 0;
	struct config_user *list;

	if (!n)
		return;
	if (n > LOAD_MAX_USERS) {
		report_error(l->report, &users->key_at, "users", "more than %d users", LOAD_MAX_USERS);
		return;
	}
	list = arena_alloc(l->arena, n * sizeof(*list));
	l->out->user_infos = arena_alloc(l->arena, n * sizeof(*l->out->user_infos));
	if (l->arena->failed)
		return;
	for (const struct tree *t = users->first; t && l->report->n_errors < REPORT_MAX; t = t->next) {
		struct user_making m = {l, t, &list[k], &l->out->user_infos[k], 0};

		k += one_user(&m);
	}
	l->out->pub.users = list;
	l->out->pub.n_users = k;
}
