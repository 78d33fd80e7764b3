/* SPDX-License-Identifier: MIT */
/** @file pattern.h The pictures that test_in can show. */
#ifndef CAM_TEST_IN_PATTERN_H
#define CAM_TEST_IN_PATTERN_H
#include "plugins/test_in/canvas.h"

enum pattern { PATTERN_BARS = 1, PATTERN_GRADIENT, PATTERN_CLOCK, PATTERN_NOISE };

/** What a picture shows besides its pattern. */
struct scene {
	enum pattern pattern;
	const char *camera; /**< its name, written into the picture */
	uint32_t number; /**< of the frame; the bar code */
	int64_t elapsed_ns; /**< since the first frame; movement follows it */
	int64_t wall_ns; /**< CLOCK_REALTIME, written in UTC */
};

/** Draw the whole picture. */
void pattern_draw(struct canvas *, const struct scene *);
#endif
