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

int range_parse(const char *range, int64_t size, int64_t *ret_from, int64_t *ret_len)
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
