/* SPDX-License-Identifier: MIT */

#include "core/config/tree/tree.h"

#include <string.h>

enum { NAME_SHOWN = 64 };

/* Without what follows a ':' or '=': `password:secret`, the blank forgotten, is a key. @return how much is shown */
static int shown(const char *key, const char **ret_more)
{
	size_t n = strcspn(key, ":=");

	*ret_more = key[n] ? "..." : "";
	n += key[n] != 0;
	return n < NAME_SHOWN ? (int)n : NAME_SHOWN;
}

void where_print(const struct where *w, struct text *out)
{
	if (w->via)
		text_printf(out, "environment %s via ", w->via);
	text_add(out, w->source);
	if (w->line)
		text_printf(out, ":%u", w->line);
	if (w->line && !w->via)
		text_printf(out, ":%u", w->col);
}

struct tree *tree_add(struct arena *a, struct tree *parent, const char *key, const struct where *at)
{
	struct tree *t = arena_alloc(a, sizeof(*t));

	if (!t)
		return NULL;
	t->kind = TREE_SCALAR;
	t->plain = true;
	t->key = key;
	t->value = "";
	t->key_at = t->at = *at;
	t->parent = parent;
	if (parent && parent->last)
		parent->last->next = t;
	else if (parent)
		parent->first = t;
	if (parent)
		parent->last = t;
	return t;
}

struct tree *tree_get(const struct tree *parent, const char *key)
{
	struct tree *t = parent ? parent->first : NULL;

	while (t && (!t->key || strcmp(t->key, key) != 0))
		t = t->next;
	return t;
}

bool tree_is_null(const struct tree *t)
{
	return t->kind == TREE_SCALAR && t->plain && !t->bad &&
	       (!*t->value || !strcmp(t->value, "~") || !strcmp(t->value, "null"));
}

bool tree_is_off(const struct tree *t)
{
	return t->kind == TREE_SCALAR && (!strcmp(t->value, "off") || !strcmp(t->value, "false"));
}

bool tree_is_on(const struct tree *t)
{
	return t->kind == TREE_SCALAR && (!strcmp(t->value, "on") || !strcmp(t->value, "true"));
}

const char *tree_kind_name(const struct tree *t)
{
	return t->kind == TREE_MAP ? "a mapping" : t->kind == TREE_LIST ? "a list" : "a single value";
}

const char *tree_path(struct arena *a, const struct tree *t)
{
	const char *above, *more;
	int n;

	if (!t)
		return "";
	above = tree_path(a, t->parent);
	if (!t->key)
		return above;
	n = shown(t->key, &more);
	return arena_printf(a, "%s%s%.*s%s", above, *above ? "." : "", n, t->key, more);
}
