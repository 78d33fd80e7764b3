/* SPDX-License-Identifier: MIT */
/** @file out.h Text that grows: JSON for viewers. */
#ifndef WS_VIEW_OUT_H
#define WS_VIEW_OUT_H
#include <stdbool.h>
#include <stddef.h>

/** Zero-initialise it. Without memory it stays as it is and says so in `failed`. */
struct out {
	char *data;
	size_t len, room;
	bool failed;
};

void out_add(struct out *, const char *data, size_t len);
void out_printf(struct out *, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/** Add s as a JSON string with its quotes; bytes that are not UTF-8 text become '?'. */
void out_json(struct out *, const char *s);
void out_free(struct out *);
#endif
