/* SPDX-License-Identifier: MIT */
/**
 * @file file_name.h
 * How a camera's name stands in the names of files, folders and rings. Names are for people and hold any UTF-8; file
 * names are made of them so that no two names meet and each can be read back. Header only, for plugins and for programs
 * beside the server alike.
 */
#ifndef CAM_FILE_NAME_H
#define CAM_FILE_NAME_H
#include <stddef.h>

#define CAM_FILE_NAME_BYTES 193u /**< room for any camera's, whose name has 64 bytes at most, and its NUL */

/** @return whether a byte stands for itself in the name of a file, at its beginning too */
static inline int cam_file_name_is_plain(unsigned char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
	       c == '-';
}

/**
 * The bytes A-Z a-z 0-9 _ - and . stay as they are, a '.' at the beginning excepted; any other byte becomes % and two
 * capital hexadecimal digits, as in a URL (RFC 3986, section 2.1): "Front Door" is "Front%20Door". So `front` and
 * `camera_001` stay what they are, and a URL's decoder gives the name back.
 *
 * [any] @param ret NULL when room is 0; else ended with NUL, and cut off at room - 1 bytes
 * @return the length of the whole, without its NUL: at most three times that of name
 */
static inline size_t cam_file_name(const char *name, char *ret, size_t room)
{
	static const char digits[] = "0123456789ABCDEF";
	size_t n = 0;

	for (const char *s = name; *s; s++) {
		unsigned char c = (unsigned char)*s;
		int plain = cam_file_name_is_plain(c) || (c == '.' && s != name);
		char coded[3] = {'%', digits[c >> 4], digits[c & 15]};

		for (size_t i = 0; i < (plain ? 1u : 3u); i++, n++)
			if (n + 1 < room)
				ret[n] = plain ? *s : coded[i];
	}
	if (room)
		ret[n < room ? n : room - 1] = '\0';
	return n;
}
#endif
