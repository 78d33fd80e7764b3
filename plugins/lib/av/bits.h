/* SPDX-License-Identifier: MIT */
/** @file bits.h Bits of a buffer, most significant first. [any] */
#ifndef CAM_LIB_AV_BITS_H
#define CAM_LIB_AV_BITS_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bits {
	const uint8_t *data;
	size_t pos, end; /**< bits; pos runs on behind the end, where there are zeros */
};

static inline struct bits bits_of(const uint8_t *data, size_t bytes)
{
	return (struct bits){data, 0, 8 * bytes};
}

/** @param n at most 32 */
static inline uint32_t bits_take(struct bits *b, unsigned n)
{
	uint32_t v = 0;

	for (; n; n--, b->pos++) {
		v <<= 1;
		if (b->pos < b->end)
			v |= b->data[b->pos / 8] >> (7 - b->pos % 8) & 1u;
	}
	return v;
}

/** @return whether more has been taken than there was */
static inline bool bits_over(const struct bits *b)
{
	return b->pos > b->end;
}
#endif
