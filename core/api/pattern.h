/* SPDX-License-Identifier: MIT */
/** @file pattern.h Patterns of routes against paths; see cam_route.pattern. [any] */
#ifndef CAM_API_PATTERN_H
#define CAM_API_PATTERN_H
#include <stdbool.h>
#include <stddef.h>

#define PATTERN_CAMERA "{camera}"

struct pattern_hit {
	const char *tail; /**< what '*' stood for, in the path; "" without one */
	const char *camera; /**< what {camera} stood for, in the path, not ended; NULL without one */
	size_t camera_len;
};

/** @return whether a path is of a pattern, with *ret */
bool pattern_matches(const char *pattern, const char *path, struct pattern_hit *ret);
#endif
