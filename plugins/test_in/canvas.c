/* SPDX-License-Identifier: MIT */
#include "plugins/test_in/canvas.h"

#include "plugins/test_in/font.h"

#include <stdlib.h>
#include <string.h>

static uint8_t to_byte(double v)
{
	return v < 0 ? 0 : v > 255 ? 255 : (uint8_t)(((int)(v * 2) + 1) / 2);
}

struct yuv canvas_colour(const struct canvas *c, double r, double g, double b)
{
	double kr = c->bt709 ? 0.2126 : 0.299, kb = c->bt709 ? 0.0722 : 0.114;
	double y = kr * r + (1 - kr - kb) * g + kb * b;
	double u = (b - y) / (2 - 2 * kb), v = (r - y) / (2 - 2 * kr);
	double y_span = c->full ? 255 : 219, c_span = c->full ? 255 : 224;

	return (struct yuv){to_byte((c->full ? 0 : 16) + y * y_span), to_byte(128 + u * c_span),
		to_byte(128 + v * c_span)};
}

static int clamp(int v, int max)
{
	return v < 0 ? 0 : v > max ? max : v;
}

static void fill(uint8_t *plane, int stride, int x0, int y0, int x1, int y1, uint8_t value)
{
	for (int y = y0; y < y1; y++)
		memset(plane + (ptrdiff_t)y * stride + x0, value, (size_t)(x1 - x0));
}

void canvas_box(struct canvas *c, int x, int y, int width, int height, struct yuv colour)
{
	int x0 = clamp(x, c->width), x1 = clamp(x + width, c->width);
	int y0 = clamp(y, c->height), y1 = clamp(y + height, c->height);

	if (x0 >= x1 || y0 >= y1)
		return;
	fill(c->plane[0], c->stride[0], x0, y0, x1, y1, colour.y);
	x0 = (x0 + 1) / 2;
	y0 = (y0 + 1) / 2;
	x1 = (x1 + 1) / 2;
	y1 = (y1 + 1) / 2;
	if (x0 >= x1 || y0 >= y1)
		return;
	fill(c->plane[1], c->stride[1], x0, y0, x1, y1, colour.u);
	fill(c->plane[2], c->stride[2], x0, y0, x1, y1, colour.v);
}

void canvas_line(struct canvas *c, int x0, int y0, int x1, int y1, int thick, struct yuv colour)
{
	int dx = abs(x1 - x0), dy = abs(y1 - y0), steps = dx > dy ? dx : dy;

	for (int i = 0; i <= steps; i++) {
		int x = steps ? x0 + (x1 - x0) * i / steps : x0, y = steps ? y0 + (y1 - y0) * i / steps : y0;

		canvas_box(c, x - thick / 2, y - thick / 2, thick, thick, colour);
	}
}

void canvas_text(struct canvas *c, int x, int y, int scale, const char *text, struct yuv colour)
{
	for (; *text; text++, x += (FONT_WIDTH + 1) * scale) {
		const uint8_t *rows = font_glyph(*text);

		for (int row = 0; row < FONT_HEIGHT; row++)
			for (int dot = 0; dot < FONT_WIDTH; dot++)
				if (rows[row] >> (FONT_WIDTH - 1 - dot) & 1)
					canvas_box(c, x + dot * scale, y + row * scale, scale, scale, colour);
	}
}

void canvas_bar_code(struct canvas *c, uint32_t number)
{
	uint32_t n = number & 0xffff, sum = ((n >> 12) + (n >> 8 & 15) + (n >> 4 & 15) + (n & 15)) & 15;
	uint32_t bits = UINT32_C(1) << 23 | n << 6 | sum << 2 | 1;

	for (int i = 0; i < 24; i++) {
		int x0 = i * c->width / 60, x1 = (i + 1) * c->width / 60, white = bits >> (23 - i) & 1;

		canvas_box(c, x0, 0, x1 - x0, c->height / 18, canvas_colour(c, white, white, white));
	}
}
