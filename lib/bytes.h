/* SPDX-License-Identifier: MIT */
/** @file bytes.h Numbers in the order of networks, most significant byte first. [any] */
#ifndef CAM_LIB_BYTES_H
#define CAM_LIB_BYTES_H
#include <stdint.h>

static inline uint16_t be16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static inline uint32_t be32(const uint8_t *p)
{
	return (uint32_t)be16(p) << 16 | be16(p + 2);
}

static inline uint64_t be64(const uint8_t *p)
{
	return (uint64_t)be32(p) << 32 | be32(p + 4);
}
#endif
