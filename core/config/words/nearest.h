/* SPDX-License-Identifier: MIT */
/** @file nearest.h Which of some names was most likely meant. [any] */
#ifndef CAM_CONFIG_WORDS_NEAREST_H
#define CAM_CONFIG_WORDS_NEAREST_H
#include <stdbool.h>

#include "core/base/arena.h"

/** The closest of some names to a wanted one: by spelling, by a part of it, or by meaning (meaning.h). */
struct nearest {
	const char *want;
	char best[65]; /**< "" when nothing is near enough */
	unsigned distance; /**< twice the edits */
	bool spelling; /**< Only what is misspelt counts. */
};

/** Begin. @param want lives as long */
void nearest_init(struct nearest *, const char *want);
/** For names that are not ours alone: by spelling only, and at most so many edits away. */
void nearest_init_spelling(struct nearest *, const char *want, unsigned edits);
/** One name that it may be. */
void nearest_try(struct nearest *, const char *name);
/** @return `; did you mean "url"?`, or "" */
const char *nearest_hint(const struct nearest *, struct arena *);
#endif
