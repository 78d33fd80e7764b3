/* SPDX-License-Identifier: MIT */
#include "core/api/query.h"

#include <string.h>

/* @return the value of a hexadecimal digit, -1: it is none */
static int digit(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = c ? strchr(digits, c >= 'A' && c <= 'F' ? c | 0x20 : c) : NULL;

	return at ? (int)(at - digits) : -1;
}

static bool decode(const char *in, size_t len, char *ret, size_t room)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		int c = in[i] == '+' ? ' ' : (unsigned char)in[i];

		if (c == '%') {
			int high = i + 2 < len ? digit(in[i + 1]) : -1,
			    low = high < 0 ? -1 : digit(in[i + 2]);

			c = low < 0 ? 0 : high * 16 + low;
			i += 2;
		}
		if (!c || n + 1 >= room)
			return false;
		ret[n++] = (char)c;
	}
	ret[n] = '\0';
	return true;
}

bool query_value(const char *query, const char *name, char *ret, size_t room)
{
	size_t len = strlen(name);

	while (*query) {
		size_t n = strcspn(query, "&");

		if (n > len && !strncmp(query, name, len) && query[len] == '=')
			return decode(query + len + 1, n - len - 1, ret, room);
		query += n + (query[n] == '&');
	}
	return false;
}
