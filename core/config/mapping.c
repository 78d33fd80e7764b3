/* SPDX-License-Identifier: MIT */

#include "core/config/mapping.h"

#include "core/base/kind.h"
#include "core/config/misplaced.h"

const struct tree *mapping_section(struct load *l, const char *name)
{
	const struct tree *t = tree_get(l->root, name);

	if (!t || tree_is_null(t))
		return NULL;
	if (t->kind == TREE_MAP)
		return t;
	report_error(l->report, &t->at, tree_path(l->arena, t), "must be a mapping of names, not %s%s",
		tree_kind_name(t),
		tree_is_off(t) && kind_of_section(name) == CAM_SINK
			? "; to have none, write `sinks: {web: off}`"
			: misplaced_list(l, t));
	return NULL;
}

size_t mapping_count(const struct tree *map)
{
	size_t n = 0;

	for (const struct tree *t = map ? map->first : NULL; t; t = t->next)
		n++;
	return n;
}
