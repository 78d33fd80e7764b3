/* SPDX-License-Identifier: MIT */
#include "core/api/pattern.h"

#include <string.h>

static bool is_camera(const char *pattern, size_t len)
{
	return len == sizeof(PATTERN_CAMERA) - 1 && !memcmp(pattern, PATTERN_CAMERA, len);
}

bool pattern_matches(const char *pattern, const char *path, struct pattern_hit *ret)
{
	*ret = (struct pattern_hit){.tail = ""};
	for (;;) {
		size_t want = strcspn(pattern, "/"), have = strcspn(path, "/");

		if (want && !strcmp(pattern + want - 1, "*")) { /* the rest, whatever it is */
			ret->tail = strncmp(pattern, path, want - 1) ? "" : path + want - 1;
			return *ret->tail;
		}
		if (is_camera(pattern, want) && have) {
			ret->camera = path;
			ret->camera_len = have;
		} else if (want != have || memcmp(pattern, path, want) != 0) {
			return false;
		}
		pattern += want;
		path += have;
		if (!*pattern || !*path)
			return !*pattern && !*path;
		pattern++;
		path++;
	}
}
