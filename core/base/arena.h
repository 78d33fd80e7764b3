/* SPDX-License-Identifier: MIT */
/**
 * @file arena.h
 * Memory that is given back all at once. One thread at a time.
 *
 * Without memory, arena_alloc() says NULL, the string functions say "", and `failed` stays set: a long piece of work
 * checks it once, at its end.
 */
#ifndef CAM_BASE_ARENA_H
#define CAM_BASE_ARENA_H
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "lib/text.h"

struct arena_block;

/** Zero-initialise it. */
struct arena {
	struct arena_block *head;
	bool failed;
};

/** @return zeroed bytes, aligned for any type, NULL without memory; owned by the arena */
void *arena_alloc(struct arena *, size_t bytes);
/** @return a copy of the first n bytes of s, NUL-terminated; never NULL; owned by the arena */
const char *arena_copy(struct arena *, const char *s, size_t n);
/** @return the formatted text; never NULL; owned by the arena */
const char *arena_printf(struct arena *, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/** Free a text. @return a copy of it; never NULL; owned by the arena */
const char *arena_take(struct arena *, struct text *);
/** Wipe and free everything: secrets are kept here too. */
void arena_free(struct arena *);
#endif
