/* SPDX-License-Identifier: MIT */
#include "core/config/report.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum { LONGEST = 64 };

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
	n->distance = len > LONGEST ? 0 : (unsigned)(len < 3 ? 2 : len < 6 ? 3 : len / 2 + 1);
}

void nearest_try(struct nearest *n, const char *name)
{
	size_t na = strlen(n->want), nb = strlen(name);
	unsigned d;

	if (!n->distance || nb > LONGEST || na > nb + n->distance || nb > na + n->distance)
		return;
	d = edit_distance(n->want, na, name, nb);
	if (d >= n->distance)
		return;
	n->distance = d;
	snprintf(n->best, sizeof(n->best), "%s", name);
}

const char *nearest_hint(const struct nearest *n, struct arena *a)
{
	return n->best[0] ? arena_printf(a, "; did you mean \"%s\"?", n->best) : "";
}
