/* SPDX-License-Identifier: MIT */
/**
 * @file colour.h
 * From the colours of a camera's YUV (matrix, limited or full range) to JFIF's: BT.601, full range.
 */
#ifndef CAM_MEDIA_COLOUR_H
#define CAM_MEDIA_COLOUR_H
#include <stdbool.h>
#include <stdint.h>

/** Where the red and blue weights of luma are those of... (ITU-T H.273, matrix_coefficients) */
enum colour_matrix { COLOUR_601, COLOUR_709, COLOUR_2020, COLOUR_240M, COLOUR_FCC };

/**
 * The conversion in 1/128 for samples with 128 taken off: it fits 16 bits.
 *   y'  = yy * y + yu * u + yv * v + y0
 *   u'  =          uu * u + uv * v
 *   v'  =          vu * u + vv * v
 */
struct colour {
	int16_t yy, yu, yv, y0, uu, uv, vu, vv;
	bool same; /**< Nothing to convert. */
};

/** @return the conversion for planes of that matrix and range */
struct colour colour_from(enum colour_matrix matrix, bool full_range);

/** Three planes of 4:2:0. */
struct colour_planes {
	uint8_t *data[3];
	int stride[3];
};

/**
 * Convert a picture of width * height pixels; in and out may be the same planes. Reads and writes exactly the
 * pixels: rows need neither padding nor alignment.
 */
void colour_convert(const struct colour *, const struct colour_planes *in, const struct colour_planes *out,
	int width, int height);
#endif
