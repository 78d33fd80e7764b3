/* SPDX-License-Identifier: MIT */
/** @file handles.h What a library has made for itself on a loop; it has no call that tells when that is closed. */
#ifndef WS_VIEW_HANDLES_H
#define WS_VIEW_HANDLES_H
#include "plugins/ws_view/ws/leftover.h"

#include <stdbool.h>
#include <stddef.h>
#include <uv.h>

enum { HANDLES_MAX = 16 };

/** All handles of a loop at a time. */
struct handle_list {
	uv_handle_t **at; /**< NULL without memory */
	size_t n, room;
};

/** Those that have come since. */
struct new_handles {
	uv_handle_t *at[HANDLES_MAX];
	unsigned n;
	struct leftover wakeup; /**< the descriptor behind one of them */
	unsigned n_open; /**< while they are counted */
};

/** Its `at` is the caller's to free. */
struct handle_list handles_list(uv_loop_t *);
/** Note which handles there are besides those before. */
void handles_note(struct new_handles *, uv_loop_t *, const struct handle_list *before);
/** @return how many of them are on the loop */
unsigned handles_open(struct new_handles *, uv_loop_t *);
#endif
