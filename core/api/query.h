/* SPDX-License-Identifier: MIT */
/** @file query.h Values in a URL's query. [any] */
#ifndef CAM_API_QUERY_H
#define CAM_API_QUERY_H
#include <stdbool.h>
#include <stddef.h>

/** The first value of `name`, percent-decoded. @return false: it is not there, malformed, has a NUL or does not fit */
bool query_value(const char *query, const char *name, char *ret, size_t room);
#endif
