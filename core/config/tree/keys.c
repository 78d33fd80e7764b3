/* SPDX-License-Identifier: MIT */

#include "core/config/tree/keys.h"

#include <stdlib.h>
#include <string.h>

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
			report_error(r, &keys[i]->key_at, tree_path(a, keys[i]->cut ? map : keys[i]),
				"stands at line %u too; remove one", keys[i - 1]->key_at.line);
	free(keys);
}

void keys_check(const struct tree *t, struct arena *a, struct report *r)
{
	if (t->kind == TREE_MAP)
		find_duplicates(t, a, r);
	for (const struct tree *c = t->first; c; c = c->next)
		keys_check(c, a, r);
}

void keys_try(struct nearest *near, const struct tree *map)
{
	for (const struct tree *t = map ? map->first : NULL; t; t = t->next)
		nearest_try(near, t->key ? t->key : "");
}
