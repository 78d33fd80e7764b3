/* SPDX-License-Identifier: MIT */

#include "core/config/words/nearest.h"

#include "core/config/words/meaning.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* What is typed in another way counts less than one wrong letter, a part of the name less than two. */
enum { LONGEST = 64, EDIT = 2, MEANT = 1, PART = 3 };

/* Names differ in more than case; what is typed often does not. */
static bool same(char a, char b)
{
	return tolower((unsigned char)a) == tolower((unsigned char)b);
}

static unsigned min3(unsigned a, unsigned b, unsigned c)
{
	unsigned m = a < b ? a : b;

	return m < c ? m : c;
}

/* Optimal string alignment: insertions, deletions, replacements and swaps of neighbours. */
static unsigned edit_distance(const char *a, size_t na, const char *b, size_t nb)
{
	unsigned rows[3][LONGEST + 1];
	unsigned *before = rows[0], *above = rows[1], *row = rows[2], *spare;

	for (size_t j = 0; j <= nb; j++)
		before[j] = above[j] = (unsigned)j;
	for (size_t i = 1; i <= na; i++) {
		row[0] = (unsigned)i;
		for (size_t j = 1; j <= nb; j++) {
			row[j] = min3(above[j] + 1, row[j - 1] + 1, above[j - 1] + !same(a[i - 1], b[j - 1]));
			if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) && same(a[i - 2], b[j - 1]) &&
				row[j] > before[j - 2] + 1)
				row[j] = before[j - 2] + 1;
		}
		spare = before;
		before = above;
		above = row;
		row = spare;
	}
	return above[nb];
}

void nearest_init(struct nearest *n, const char *want)
{
	size_t len = strlen(want);

	n->want = want;
	n->best[0] = 0;
	n->spelling = false;
	n->distance = len > LONGEST ? 0 : EDIT * (unsigned)(len < 3 ? 2 : len < 6 ? 3 : len / 2 + 1);
}

void nearest_init_spelling(struct nearest *n, const char *want, unsigned edits)
{
	nearest_init(n, want);
	n->distance = n->distance ? EDIT * edits + 1 : 0;
	n->spelling = true;
}

static void better(struct nearest *n, const char *name, unsigned distance)
{
	if (distance >= n->distance)
		return;
	n->distance = distance;
	snprintf(n->best, sizeof(n->best), "%s", name);
}

void nearest_try(struct nearest *n, const char *name)
{
	size_t na = strlen(n->want), nb = strlen(name);

	if (!n->distance || nb > LONGEST)
		return;
	if (!n->spelling && meaning_is(n->want, name))
		better(n, name, MEANT);
	if (!n->spelling && meaning_shares(n->want, name))
		better(n, name, PART);
	if (na * EDIT <= nb * EDIT + n->distance && nb * EDIT <= na * EDIT + n->distance)
		better(n, name, EDIT * edit_distance(n->want, na, name, nb));
}

const char *nearest_hint(const struct nearest *n, struct arena *a)
{
	return n->best[0] ? arena_printf(a, "; did you mean \"%s\"?", n->best) : "";
}
