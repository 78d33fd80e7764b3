/* SPDX-License-Identifier: MIT */
/** @file canvas.h Drawing on a planar 4:2:0 picture. Whatever lies outside of it is cut off. */
#ifndef CAM_TEST_IN_CANVAS_H
#define CAM_TEST_IN_CANVAS_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** A picture and how its colours are written. The planes are the caller's. */
struct canvas {
	uint8_t *plane[3];
	int stride[3];
	int width, height;
	bool bt709; /**< ITU-R BT.709, or BT.601 */
	bool full; /**< 0 to 255 as in JPEG, or 16 to 235 */
};

struct yuv {
	uint8_t y, u, v;
};

/** Red, green and blue from 0 to 1. */
struct yuv canvas_colour(const struct canvas *, double r, double g, double b);
/** Fill a rectangle; chroma samples belong to whoever covers their upper left luma sample. */
void canvas_box(struct canvas *, int x, int y, int width, int height, struct yuv);
/** A line of squares, `thick` pixels wide. */
void canvas_line(struct canvas *, int x0, int y0, int x1, int y1, int thick, struct yuv);
/** Text in 5x7 cells of `scale` pixels a dot, six dots to the next letter; what the font lacks is a blank. */
void canvas_text(struct canvas *, int x, int y, int scale, const char *text, struct yuv);
/**
 * The frame number as a bar code for machines: 24 cells of width/60 by height/18 pixels from the upper left corner.
 * White, black, 16 bits of the number (most significant first, white is 1), 4 bits of checksum (the sum of the
 * number's four nibbles modulo 16), black, white. Read luma at the cells' centres against 128.
 */
void canvas_bar_code(struct canvas *, uint32_t number);
#endif
