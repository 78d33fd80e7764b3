/* SPDX-License-Identifier: MIT */
/** @file font.h A font of five by seven dots: digits, capital letters and a little punctuation. */
#ifndef CAM_TEST_IN_FONT_H
#define CAM_TEST_IN_FONT_H
#include <stdint.h>

enum { FONT_WIDTH = 5, FONT_HEIGHT = 7 };

/** @return seven rows, top first; bit 4 is the leftmost dot. Small letters are drawn as capitals. Never NULL. */
const uint8_t *font_glyph(char c);
#endif
