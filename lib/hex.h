/* SPDX-License-Identifier: MIT */
/** @file hex.h Hexadecimal digits in texts that others write. [any] */
#ifndef CAM_LIB_HEX_H
#define CAM_LIB_HEX_H

/** @return 0 to 15, or -1: no digit */
static inline int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/** Reads s[1] only if s[0] is a digit: the end of a text is none. @return the byte that two digits write, or -1 */
static inline int hex_byte(const char *s)
{
	int high = hex_digit(s[0]), low = high < 0 ? -1 : hex_digit(s[1]);

	return low < 0 ? -1 : high << 4 | low;
}
#endif
