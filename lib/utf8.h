/* SPDX-License-Identifier: MIT */
/** @file utf8.h Walking over text that may not be UTF-8. */
#ifndef CAM_LIB_UTF8_H
#define CAM_LIB_UTF8_H
#include <stddef.h>

/** @return the bytes of the UTF-8 sequence at s (RFC 3629), 0 when it is none; s ends with a NUL */
static inline size_t utf8_length(const unsigned char *s)
{
	unsigned char low = 0x80, high = 0xbf;
	size_t n = s[0] < 0x80   ? 1
		   : s[0] < 0xc2 ? 0
		   : s[0] < 0xe0 ? 2
		   : s[0] < 0xf0 ? 3
		   : s[0] < 0xf5 ? 4
				 : 0;

	if (s[0] == 0xe0)
		low = 0xa0;
	else if (s[0] == 0xf0)
		low = 0x90;
	if (s[0] == 0xed)
		high = 0x9f;
	else if (s[0] == 0xf4)
		high = 0x8f;
	for (size_t i = 1; i < n; i++, low = 0x80, high = 0xbf)
		if (s[i] < low || s[i] > high)
			return 0;
	return n;
}
#endif
