/* SPDX-License-Identifier: MIT */
/** @file jpeg_tables.h The tables of ITU-T T.81, annex K, that JPEG over RTP leaves out (RFC 2435 appendix A, B). [any] */
#ifndef CAM_RTSP_IN_JPEG_TABLES_H
#define CAM_RTSP_IN_JPEG_TABLES_H
#include <stdint.h>

/** For luminance and chrominance at quality 50, in zigzag order. */
extern const uint8_t jpeg_quantisers[2][64];

/** One as a DHT segment holds it. */
struct jpeg_huffman {
	uint8_t id; /**< class (DC 0, AC 1) and number */
	uint8_t n; /**< values */
	uint8_t counts[16], values[162];
};
/** DC and AC for luminance, DC and AC for chrominance. */
extern const struct jpeg_huffman jpeg_huffman[4];
#endif
