/* SPDX-License-Identifier: MIT */
#include "lib/glob.h"

#include <string.h>

/* @return behind the character at s, which is UTF-8 */
static const char *behind(const char *s)
{
	for (s++; (*s & 0xc0) == 0x80; s++)
		;
	return s;
}

/* Linear but for one place to go back to. */
bool glob_matches(const char *p, size_t len, const char *name)
{
	const char *end = p + len;
	const char *star = NULL, *retry = NULL;

	while (*name) {
		if (p < end && *p == '*') {
			star = ++p;
			retry = name;
		} else if (p < end && *p == '?') {
			p++;
			name = behind(name);
		} else if (p < end && *p == *name) {
			p++;
			name++;
		} else if (star) {
			p = star;
			name = retry = behind(retry);
		} else {
			return false;
		}
	}
	while (p < end && *p == '*')
		p++;
	return p == end;
}

bool glob_list_matches(const char *s, const char *name)
{
	while (s) {
		const char *comma = strchr(s, ','), *end = comma ? comma : s + strlen(s);

		while (*s == ' ')
			s++;
		while (end > s && end[-1] == ' ')
			end--;
		if (glob_matches(s, (size_t)(end - s), name))
			return true;
		s = comma ? comma + 1 : NULL;
	}
	return false;
}
