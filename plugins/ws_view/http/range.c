/* SPDX-License-Identifier: MIT */
#include "plugins/ws_view/http/range.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

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

/* "-500": the last ones. @return whether it is that, and there are any */
static bool last_bytes(const char *range, int64_t size, int64_t *ret_from)
{
	int64_t n;

	if (!number(range, &range, &n) || *range || !n || !size)
		return false;
	*ret_from = n < size ? size - n : 0;
	return true;
}

/* "500-", "500-999" @return whether it is that */
static bool span(const char *range, int64_t *ret_from, int64_t *ret_to)
{
	if (!number(range, &range, ret_from) || *range++ != '-')
		return false;
	return !*range || (number(range, &range, ret_to) && !*range && *ret_to >= *ret_from);
}

int range_parse(const char *range, int64_t size, int64_t *ret_from, int64_t *ret_len)
{
	int64_t from = 0, to = size - 1;
	bool ok;

	if (!range || strncmp(range, "bytes=", 6))
		return 0; /* other units are to be ignored */
	range += 6;
	ok = *range == '-' ? last_bytes(range + 1, size, &from) : span(range, &from, &to);
	if (!ok || from >= size)
		return -1;
	*ret_from = from;
	*ret_len = (to < size - 1 ? to : size - 1) - from + 1;
	return 1;
}
