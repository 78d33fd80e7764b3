/* SPDX-License-Identifier: MIT */
#include "core/config/config.h"

#include <string.h>

/* @return behind the character at s, which is UTF-8 */
static const char *behind(const char *s)
{
	for (s++; (*s & 0xc0) == 0x80; s++)
		;
	return s;
}

/* '*' and '?' against a whole name; linear but for one place to go back to. */
static bool matches(const char *p, const char *end, const char *name)
{
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

static bool matches_one(const char *s, const char *camera)
{
	while (s) {
		const char *comma = strchr(s, ','), *end = comma ? comma : s + strlen(s);

		while (*s == ' ')
			s++;
		while (end > s && end[-1] == ' ')
			end--;
		if (matches(s, end, camera))
			return true;
		s = comma ? comma + 1 : NULL;
	}
	return false;
}

bool config_sees(const struct config_node *node, const char *camera)
{
	return matches_one(node->from ? node->from : "*", camera);
}

bool config_user_sees(const struct config_user *user, const char *camera)
{
	return matches_one(user->cameras, camera);
}
