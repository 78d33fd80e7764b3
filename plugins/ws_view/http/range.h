/* SPDX-License-Identifier: MIT */
/** @file range.h The part of a file that is asked for. */
#ifndef WS_VIEW_RANGE_H
#define WS_VIEW_RANGE_H
#include <stdint.h>

/**
 * A Range (RFC 9110, 14): one range of bytes. @return 0: send all, 1: *ret_from and *ret_len say what, -1: 416
 */
int range_parse(const char *range, int64_t size, int64_t *ret_from, int64_t *ret_len);
#endif
