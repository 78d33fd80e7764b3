/* SPDX-License-Identifier: MIT */
#include "core/base/kind.h"

#include <string.h>

static const struct {
	const char *name, *section;
} kinds[] = {
	{"plugin", NULL},
	[CAM_SOURCE] = {"source", NULL},
	[CAM_BUFFER] = {"buffer", NULL},
	[CAM_RECORDER] = {"recorder", NULL},
	[CAM_SINK] = {"sink", "sinks"},
	[CAM_DETECTOR] = {"detector", NULL},
	[CAM_LISTENER] = {"listener", "listeners"},
};
_Static_assert(sizeof(kinds) / sizeof(kinds[0]) == KIND_LAST + 1, "each kind has a name");

const char *kind_name(uint32_t kind)
{
	return kinds[kind <= KIND_LAST ? kind : 0].name;
}

const char *kind_section(uint32_t kind)
{
	return kinds[kind <= KIND_LAST ? kind : 0].section;
}

uint32_t kind_of_section(const char *section)
{
	for (uint32_t kind = CAM_SOURCE; kind <= KIND_LAST; kind++)
		if (kinds[kind].section && !strcmp(kinds[kind].section, section))
			return kind;
	return 0;
}
