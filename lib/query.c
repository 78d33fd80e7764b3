/* SPDX-License-Identifier: MIT */
#include "lib/query.h"

#include "lib/hex.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* @return the value of name and its length, or NULL */
static const char *find(const char *query, const char *name, size_t *ret_len)
{
	size_t len = strlen(name);

	while (*query) {
		size_t n = strcspn(query, "&");

		if (n > len && !strncmp(query, name, len) && query[len] == '=') {
			*ret_len = n - len - 1;
			return query + len + 1;
		}
		query += n + (query[n] == '&');
	}
	return NULL;
}

/* @return whether these bytes are whole, without NUL, and fit */
static bool decode(const char *in, size_t len, char *ret, size_t room)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		int c = in[i] == '+' ? ' ' : (unsigned char)in[i];

		if (c == '%') {
			c = i + 2 < len ? hex_byte(in + i + 1) : -1;
			i += 2;
		}
		if (c <= 0 || n + 1 >= room)
			return false;
		ret[n++] = (char)c;
	}
	ret[n] = '\0';
	return true;
}

bool query_has(const char *query, const char *name)
{
	size_t len;

	return find(query, name, &len);
}

bool query_value(const char *query, const char *name, char *ret, size_t room)
{
	size_t len;
	const char *value = find(query, name, &len);

	return value && decode(value, len, ret, room);
}

int query_number(const char *query, const char *name, int64_t min, int64_t max, int64_t *ret)
{
	char text[24], *end;
	long long value;

	if (!query_has(query, name))
		return 0;
	if (!query_value(query, name, text, sizeof(text)) || text[0] < '0' || text[0] > '9')
		return -1;
	errno = 0;
	value = strtoll(text, &end, 10);
	if (errno || *end || value < min || value > max)
		return -1;
	*ret = value;
	return 1;
}
