/* SPDX-License-Identifier: MIT */
#include "plugins/test_in/pattern.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <time.h>

#define NS_PER_S INT64_C(1000000000)
#define NS_PER_MS INT64_C(1000000)
#define TURN 6.283185307179586

/* A position that runs from 0 to max and back in period_ns. */
static int bounce(int64_t elapsed_ns, int64_t period_ns, int max)
{
	int64_t t = elapsed_ns % period_ns * 2;

	if (t > period_ns)
		t = 2 * period_ns - t;
	return (int)(t * max / period_ns);
}

static void draw_bars(struct canvas *c, const struct scene *s)
{
	static const double rgb[8][3] = {
		{1, 1, 1}, {1, 1, 0}, {0, 1, 1}, {0, 1, 0}, {1, 0, 1}, {1, 0, 0}, {0, 0, 1}, {0, 0, 0}};
	int side = c->height / 6;

	for (int i = 0; i < 8; i++) {
		int x0 = i * c->width / 8, x1 = (i + 1) * c->width / 8;

		canvas_box(c, x0, 0, x1 - x0, c->height,
			canvas_colour(c, 0.75 * rgb[i][0], 0.75 * rgb[i][1], 0.75 * rgb[i][2]));
	}
	canvas_box(c, bounce(s->elapsed_ns, 7 * NS_PER_S, c->width - side),
		c->height / 6 + bounce(s->elapsed_ns, 3 * NS_PER_S, c->height / 2), side, side,
		canvas_colour(c, 1, 1, 1));
}

static void draw_gradient(struct canvas *c, const struct scene *s)
{
	int shift = (int)(s->elapsed_ns / (NS_PER_S / 60) % 512);
	int low = c->full ? 0 : 16, span = c->full ? 256 : 220;

	for (int y = 0; y < c->height; y++) {
		uint8_t *row = c->plane[0] + (ptrdiff_t)y * c->stride[0];

		for (int x = 0; x < c->width; x++) {
			int v = (x + y + shift) & 511;

			row[x] = (uint8_t)(low + (v < 256 ? v : 511 - v) * span / 256);
		}
	}
	for (int y = 0; y < (c->height + 1) / 2; y++)
		for (int x = 0; x < (c->width + 1) / 2; x++) {
			c->plane[1][(ptrdiff_t)y * c->stride[1] + x] = (uint8_t)(64 + x * 256 / c->width);
			c->plane[2][(ptrdiff_t)y * c->stride[2] + x] = (uint8_t)(64 + y * 256 / c->height);
		}
}

static void draw_hand(struct canvas *c, double turns, double length, int thick, struct yuv colour)
{
	int x = c->width / 2, y = c->height / 2;

	canvas_line(c, x, y, x + (int)(length * sin(turns * TURN)), y - (int)(length * cos(turns * TURN)),
		thick, colour);
}

static void draw_clock(struct canvas *c, const struct scene *s)
{
	int64_t day = s->wall_ns % (86400 * NS_PER_S);
	double seconds = (double)day / 1e9, radius = 0.32 * (c->height < c->width ? c->height : c->width);
	int unit = c->height / 90 + 1;

	canvas_box(c, 0, 0, c->width, c->height, canvas_colour(c, 0.1, 0.2, 0.35));
	for (int i = 0; i < 60; i++) {
		int x = c->width / 2 + (int)(radius * sin(i * TURN / 60));
		int y = c->height / 2 - (int)(radius * cos(i * TURN / 60)), size = i % 5 ? unit : 3 * unit;

		canvas_box(c, x - size / 2, y - size / 2, size, size, canvas_colour(c, 0.9, 0.9, 0.9));
	}
	draw_hand(c, seconds / 43200, radius * 0.55, 3 * unit, canvas_colour(c, 1, 1, 1));
	draw_hand(c, seconds / 3600, radius * 0.8, 2 * unit, canvas_colour(c, 1, 1, 1));
	draw_hand(c, seconds / 60, radius * 0.9, unit, canvas_colour(c, 1, 0.3, 0.2));
}

/* Squares of four by four pixels, another picture each frame. */
static void draw_noise(struct canvas *c, const struct scene *s)
{
	uint32_t seed = s->number * UINT32_C(2654435761) + 1;

	canvas_box(c, 0, 0, c->width, c->height, canvas_colour(c, 0.5, 0.5, 0.5));
	for (int y = 0; y < c->height; y += 4) {
		for (int x = 0; x < c->width; x += 4) {
			struct yuv grey = {0, 128, 128};

			seed ^= seed << 13;
			seed ^= seed >> 17;
			seed ^= seed << 5;
			grey.y = (uint8_t)(64 + (seed >> 25));
			canvas_box(c, x, y, 4, 4, grey);
		}
	}
}

static void draw_text(struct canvas *c, const struct scene *s)
{
	int scale = c->height / 180 + 1, line = 9 * scale, y = c->height - 2 * line - scale;
	time_t seconds = (time_t)(s->wall_ns / NS_PER_S);
	struct yuv white = canvas_colour(c, 1, 1, 1);
	char date[32], text[64];
	struct tm tm;

	if (!gmtime_r(&seconds, &tm) || !strftime(date, sizeof(date), "%Y-%m-%d %H:%M:%S", &tm))
		date[0] = '\0';
	snprintf(text, sizeof(text), "%s.%03dZ", date, (int)(s->wall_ns % NS_PER_S / NS_PER_MS));
	canvas_box(c, 0, y - scale, 25 * 6 * scale, 2 * line + 2 * scale, canvas_colour(c, 0, 0, 0));
	canvas_text(c, scale, y + scale, scale, s->camera, white);
	canvas_text(c, scale, y + line + scale, scale, text, white);
}

void pattern_draw(struct canvas *c, const struct scene *s)
{
	switch (s->pattern) {
	case PATTERN_BARS:
		draw_bars(c, s);
		break;
	case PATTERN_GRADIENT:
		draw_gradient(c, s);
		break;
	case PATTERN_CLOCK:
		draw_clock(c, s);
		break;
	case PATTERN_NOISE:
		draw_noise(c, s);
		break;
	}
	draw_text(c, s);
	canvas_bar_code(c, s->number);
}
