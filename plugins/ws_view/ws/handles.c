/* SPDX-License-Identifier: MIT */
#include "plugins/ws_view/ws/handles.h"

#include <stdlib.h>

static void list_handle(uv_handle_t *handle, void *arg)
{
	struct handle_list *all = arg;

	if (all->n < all->room)
		all->at[all->n] = handle;
	all->n++;
}

static bool holds(const struct handle_list *all, const uv_handle_t *handle)
{
	for (size_t i = 0; i < all->n && i < all->room; i++)
		if (all->at[i] == handle)
			return true;
	return false;
}

struct handle_list handles_list(uv_loop_t *loop)
{
	struct handle_list all = {0};

	uv_walk(loop, list_handle, &all);
	all.room = all.n;
	all.n = 0;
	/* NOLINTNEXTLINE(bugprone-sizeof-expression): an array of pointers */
	all.at = malloc((all.room + 1) * sizeof(*all.at));
	if (all.at)
		uv_walk(loop, list_handle, &all);
	return all;
}

static void note_handle(struct new_handles *h, uv_handle_t *handle)
{
	uv_os_fd_t fd;

	if (h->n == HANDLES_MAX)
		return;
	h->at[h->n++] = handle;
	if (uv_handle_get_type(handle) == UV_POLL && !uv_fileno(handle, &fd))
		leftover_note(&h->wakeup, fd);
}

void handles_note(struct new_handles *h, uv_loop_t *loop, const struct handle_list *before)
{
	struct handle_list after = handles_list(loop);

	for (size_t i = 0; after.at && i < after.n; i++)
		if (!holds(before, after.at[i]))
			note_handle(h, after.at[i]);
	free(after.at);
}

static void count_handle(uv_handle_t *handle, void *arg)
{
	struct new_handles *h = arg;

	for (unsigned i = 0; i < h->n; i++)
		h->n_open += h->at[i] == handle;
}

unsigned handles_open(struct new_handles *h, uv_loop_t *loop)
{
	h->n_open = 0;
	uv_walk(loop, count_handle, h);
	return h->n_open;
}
