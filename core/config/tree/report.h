/* SPDX-License-Identifier: MIT */
/**
 * @file report.h
 * The errors and warnings of one load, a line each: "place: path: reason". A line is told once, however often it
 * is found; after REPORT_MAX errors the rest is left out.
 */
#ifndef CAM_CONFIG_TREE_REPORT_H
#define CAM_CONFIG_TREE_REPORT_H
#include "core/config/tree/tree.h"

enum { REPORT_MAX = 100 };

struct report {
	struct text *errors;
	struct text warnings;
	unsigned n_errors;
};

/** @param at NULL: no place @param path NULL or "": none */
void report_error(struct report *, const struct where *at, const char *path, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
void report_warning(struct report *, const struct where *at, const char *path, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
/** Say so if errors may have been left out. */
void report_end(struct report *);

/**
 * @return whether s, which is UTF-8, holds what controls a terminal, turns text around or is not seen; the joiners U+200C
 * and U+200D may stand in words
 */
bool report_is_unseen(const char *s);
#endif
