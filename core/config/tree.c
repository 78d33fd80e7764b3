/* SPDX-License-Identifier: MIT */
#include "core/config/tree.h"

#include "core/config/report.h"

#include <stdlib.h>
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

static int by_key(const void *a, const void *b)
{
	const struct tree *x = *(const struct tree *const *)a, *y = *(const struct tree *const *)b;
	int c = strcmp(x->key, y->key);

	if (c)
		return c;
	if (x->key_at.line != y->key_at.line)
		return x->key_at.line < y->key_at.line ? -1 : 1;
	return x->key_at.col < y->key_at.col ? -1 : x->key_at.col > y->key_at.col;
}

static void find_duplicates(const struct tree *map, struct arena *a, struct report *r)
{
	const struct tree **keys;
	size_t n = 0, i = 0;

	for (const struct tree *t = map->first; t; t = t->next)
		n++;
	if (n < 2)
		return;
	keys = calloc(n, sizeof(const struct tree *));
	if (!keys) {
		a->failed = true;
		return;
	}
	for (const struct tree *t = map->first; t; t = t->next)
		keys[i++] = t;
	qsort(keys, n, sizeof(const struct tree *), by_key);
	for (i = 1; i < n; i++)
		if (!strcmp(keys[i]->key, keys[i - 1]->key))
			report_error(r, &keys[i]->key_at, tree_path(a, keys[i]),
				"stands at line %u too; remove one", keys[i - 1]->key_at.line);
	free(keys);
}

void tree_check_keys(const struct tree *t, struct arena *a, struct report *r)
{
	if (t->kind == TREE_MAP)
		find_duplicates(t, a, r);
	for (const struct tree *c = t->first; c; c = c->next)
		tree_check_keys(c, a, r);
}
