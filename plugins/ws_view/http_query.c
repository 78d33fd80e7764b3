/* SPDX-License-Identifier: MIT */
#include "http_head.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int hex_value(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = c ? strchr(digits, c >= 'A' && c <= 'F' ? c | 0x20 : c) : NULL;

	return at ? (int)(at - digits) : -1;
}

/* Decode len bytes of a query. @return whether they are whole, without NUL, and fit */
static bool decode(const char *in, size_t len, char *ret, size_t room)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		int c = in[i] == '+' ? ' ' : (unsigned char)in[i];

		if (c == '%') {
			int high = i + 2 < len ? hex_value(in[i + 1]) : -1;
			int low = high < 0 ? -1 : hex_value(in[i + 2]);

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

bool http_query(const char *query, const char *name, char *ret, size_t room)
{
	size_t len;
	const char *value = find(query, name, &len);

	return value && decode(value, len, ret, room);
}

/* A whole number without sign. @return false when it is none or does not fit */
static bool number(const char *s, const char **ret_end, int64_t *ret)
{
	char *end;

	if (*s < '0' || *s > '9')
		return false;
	errno = 0;
	*ret = strtoll(s, &end, 10);
	*ret_end = end;
	return !errno;
}

int http_query_int(const char *query, const char *name, int min, int max, int *ret)
{
	char text[16];
	const char *end;
	size_t len;
	int64_t value;

	if (!find(query, name, &len))
		return 0;
	if (!http_query(query, name, text, sizeof(text)) || !number(text, &end, &value) || *end ||
		value < min || value > max)
		return -1;
	*ret = (int)value;
	return 1;
}

int http_range(const char *range, int64_t size, int64_t *ret_from, int64_t *ret_len)
{
	int64_t from = 0, to = size - 1;

	if (!range || strncmp(range, "bytes=", 6))
		return 0; /* other units are to be ignored */
	range += 6;
	if (*range == '-') {
		if (!number(range + 1, &range, &from) || *range || !from || !size)
			return -1;
		from = from < size ? size - from : 0;
	} else {
		if (!number(range, &range, &from) || *range++ != '-')
			return -1;
		if (*range && (!number(range, &range, &to) || *range || to < from))
			return -1;
	}
	if (from >= size)
		return -1;
	*ret_from = from;
	*ret_len = (to < size - 1 ? to : size - 1) - from + 1;
	return 1;
}
