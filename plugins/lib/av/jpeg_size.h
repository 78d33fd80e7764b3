/* SPDX-License-Identifier: MIT */
/** @file jpeg_size.h The size of a JPEG file's picture. Every byte may be hostile. [any] */
#ifndef CAM_LIB_AV_JPEG_SIZE_H
#define CAM_LIB_AV_JPEG_SIZE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Width and height from the frame header (ITU-T T.81, B.2.2). @return false, and nothing is set: there is none */
bool jpeg_size(const uint8_t *data, size_t len, uint32_t *ret_width, uint32_t *ret_height);
#endif
