/* SPDX-License-Identifier: MIT */
/** @file query.h Values in a URL's query. Of a name that stands twice the first counts. [any] */
#ifndef CAM_LIB_QUERY_H
#define CAM_LIB_QUERY_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** @return whether `name` stands there with a value, whatever that is */
bool query_has(const char *query, const char *name);
/** The value of `name`, percent-decoded. @return false: it is not there, malformed, has a NUL or does not fit */
bool query_value(const char *query, const char *name, char *ret, size_t room);
/** A whole number without sign. @return 1: *ret is set, 0: it is not there, -1: no number from min to max */
int query_number(const char *query, const char *name, int64_t min, int64_t max, int64_t *ret);
#endif
