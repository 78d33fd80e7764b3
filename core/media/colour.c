/* SPDX-License-Identifier: MIT */
#include "core/media/colour.h"

#include <math.h>
#include <stddef.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

/*
 * The coefficients. With Y in 0..1, Cb and Cr in -1/2..1/2, and Kr, Kb, Kg = 1 - Kr - Kb the source's weights:
 *   R = Y + 2(1 - Kr) Cr,  B = Y + 2(1 - Kb) Cb,  G = (Y - Kr R - Kb B) / Kg
 *     = Y - 2 Kb(1 - Kb)/Kg Cb - 2 Kr(1 - Kr)/Kg Cr
 * and back with BT.601's 0.299, 0.587, 0.114:
 *   Y'  = 0.299 R + 0.587 G + 0.114 B = Y + a Cb + b Cr  with
 *         a = 0.114 * 2(1 - Kb) - 0.587 * 2 Kb(1 - Kb)/Kg
 *         b = 0.299 * 2(1 - Kr) - 0.587 * 2 Kr(1 - Kr)/Kg
 *   Cb' = (B - Y') / 1.772 = ((2(1 - Kb) - a) Cb - b Cr) / 1.772
 *   Cr' = (R - Y') / 1.402 = (-a Cb + (2(1 - Kr) - b) Cr) / 1.402
 * Limited range is y = 16 + 219 Y, c = 128 + 224 C; full range y = 255 Y, c = 128 + 255 C. So a luma step grows by
 * 255/219 and a chroma step by 255/224 from limited to full. With 128 taken off on both sides luma gets the
 * constant 255/219 * (128 - 16) - 128.
 * Scaled by 128, the largest sum is (149 + 15 + 29) * 128 + 309, for BT.709: below 2^15.
 */
struct colour colour_from(enum colour_matrix matrix, bool full_range)
{
	static const struct {
		double kr, kb;
	} weights[] = {
		[COLOUR_601] = {0.299, 0.114},
		[COLOUR_709] = {0.2126, 0.0722},
		[COLOUR_2020] = {0.2627, 0.0593},
		[COLOUR_240M] = {0.212, 0.087},
		[COLOUR_FCC] = {0.30, 0.11},
	};
	double kr = weights[matrix].kr, kb = weights[matrix].kb, kg = 1 - kr - kb;
	double a = 0.114 * 2 * (1 - kb) - 0.587 * 2 * kb * (1 - kb) / kg;
	double b = 0.299 * 2 * (1 - kr) - 0.587 * 2 * kr * (1 - kr) / kg;
	double luma = full_range ? 128 : 128 * 255.0 / 219, chroma = full_range ? 128 : 128 * 255.0 / 224;
	struct colour c = {
		.yy = (int16_t)lrint(luma),
		.yu = (int16_t)lrint(chroma * a),
		.yv = (int16_t)lrint(chroma * b),
		.y0 = (int16_t)(full_range ? 0 : lrint(luma * (128 - 16) - 128 * 128)),
		.uu = (int16_t)lrint(chroma * (2 * (1 - kb) - a) / 1.772),
		.uv = (int16_t)lrint(chroma * -b / 1.772),
		.vu = (int16_t)lrint(chroma * -a / 1.402),
		.vv = (int16_t)lrint(chroma * (2 * (1 - kr) - b) / 1.402),
		.same = full_range && matrix == COLOUR_601,
	};
	return c;
}

/* GCC's and clang's vectors: eight 16-bit numbers, on any machine, at any optimisation level. */
typedef int16_t v8 __attribute__((vector_size(16)));
typedef uint8_t b8 __attribute__((vector_size(8)));

/* Eight samples with 128 taken off. */
static inline v8 load(const uint8_t *p)
{
	b8 b;

	memcpy(&b, p, sizeof(b));
	return __builtin_convertvector(b, v8) - 128;
}

/* From 1/128 to samples, rounded and clipped; v goes to *p, w to *q. */
#ifdef __SSE2__
static inline void store(uint8_t *p, v8 v, uint8_t *q, v8 w)
{
	/* The one thing that compilers do not find by themselves: packing clips. */
	__m128i packed = _mm_packs_epi16((__m128i)((v + 64) >> 7), (__m128i)((w + 64) >> 7));

	packed = _mm_xor_si128(packed, _mm_set1_epi8(-128));
	_mm_storel_epi64((__m128i *)(void *)p, packed);
	_mm_storel_epi64((__m128i *)(void *)q, _mm_unpackhi_epi64(packed, packed));
}
#else
static inline void store_one(uint8_t *p, v8 v)
{
	v8 low, high;
	b8 b;

	v = (v + 64) >> 7;
	low = v < -128;
	v = (v & ~low) | (low & -128);
	high = v > 127;
	v = ((v & ~high) | (high & 127)) + 128;
	b = __builtin_convertvector(v, b8);
	memcpy(p, &b, sizeof(b));
}

static inline void store(uint8_t *p, v8 v, uint8_t *q, v8 w)
{
	store_one(p, v);
	store_one(q, w);
}
#endif

/* A patch: 16 * 2 of luma (two rows), 8 of each chroma. */
struct patch {
	const uint8_t *y[2], *u, *v;
	uint8_t *to_y[2], *to_u, *to_v;
};

static inline void convert_patch(const struct colour *c, const struct patch *k)
{
	v8 u = load(k->u), v = load(k->v);
	v8 add = u * c->yu + v * c->yv + c->y0;
	v8 left = __builtin_shufflevector(add, add, 0, 0, 1, 1, 2, 2, 3, 3);
	v8 right = __builtin_shufflevector(add, add, 4, 4, 5, 5, 6, 6, 7, 7);

	for (int row = 0; row < 2; row++) {
		v8 l = load(k->y[row]), r = load(k->y[row] + 8);

		store(k->to_y[row], l * c->yy + left, k->to_y[row] + 8, r * c->yy + right);
	}
	store(k->to_u, u * c->uu + v * c->uv, k->to_v, u * c->vu + v * c->vv);
}

/* A block of which only n < 16 columns exist. */
static void convert_tail(const struct colour *c, const struct patch *k, int n)
{
	uint8_t y[2][16] = {{0}}, u[8] = {0}, v[8] = {0};
	struct patch t = {{y[0], y[1]}, u, v, {y[0], y[1]}, u, v};
	size_t luma = (size_t)n, chroma = (size_t)(n + 1) / 2;

	memcpy(y[0], k->y[0], luma);
	memcpy(y[1], k->y[1], luma);
	memcpy(u, k->u, chroma);
	memcpy(v, k->v, chroma);
	convert_patch(c, &t);
	memcpy(k->to_y[0], y[0], luma);
	memcpy(k->to_y[1], y[1], luma);
	memcpy(k->to_u, u, chroma);
	memcpy(k->to_v, v, chroma);
}

void colour_convert(const struct colour *c, const struct colour_planes *in, const struct colour_planes *out,
	int width, int height)
{
	struct colour coefficients = *c; /* a copy that no store below can alias */

	for (int y = 0; y < height; y += 2) {
		int second = y + 1 < height; /* an odd picture ends with a single row */
		struct patch k = {
			.u = in->data[1] + (ptrdiff_t)y / 2 * in->stride[1],
			.v = in->data[2] + (ptrdiff_t)y / 2 * in->stride[2],
			.to_u = out->data[1] + (ptrdiff_t)y / 2 * out->stride[1],
			.to_v = out->data[2] + (ptrdiff_t)y / 2 * out->stride[2],
		};
		uint8_t spare[16];
		int x;

		k.y[0] = in->data[0] + (ptrdiff_t)y * in->stride[0];
		k.to_y[0] = out->data[0] + (ptrdiff_t)y * out->stride[0];
		k.y[1] = second ? k.y[0] + in->stride[0] : k.y[0];
		k.to_y[1] = second ? k.to_y[0] + out->stride[0] : spare;
		for (x = 0; x + 16 <= width; x += 16) {
			convert_patch(&coefficients, &k);
			k.y[0] += 16, k.to_y[0] += 16, k.u += 8, k.to_u += 8, k.v += 8, k.to_v += 8;
			if (second)
				k.y[1] += 16, k.to_y[1] += 16;
			else
				k.y[1] = k.y[0];
		}
		if (x < width)
			convert_tail(&coefficients, &k, width - x);
	}
}
