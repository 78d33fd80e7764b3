/* SPDX-License-Identifier: MIT */
#include "plugins/ws_view/view/view.h"

#include "lib/clock.h"

#include <stdlib.h>

/* Between two views: a window that is drawn larger says several a second. */
#define VIEW_NS (CAM_SECOND / 10)
/* For each tile that a view has begun: a page full of them, once a second. */
#define TILE_NS (CAM_SECOND / TILES_MAX)
/* The first and the longest pause after a view of which no picture was acknowledged. */
#define QUIET_NS CAM_SECOND
#define QUIET_MAX_NS (8 * CAM_SECOND)

void view_init(struct view *v, struct web *w, struct watcher *watcher)
{
	*v = (struct view){.web = w, .watcher = watcher, .owner = web_owner(w)};
}

void view_end(struct view *v)
{
	while (v->n_tiles)
		tile_free(v->tiles[--v->n_tiles]);
	message_free_wishes(&v->parts);
	message_free_wishes(&v->waiting);
	v->is_waiting = false;
}

static struct tile **find(struct view *v, uint32_t id)
{
	for (size_t i = 0; i < v->n_tiles; i++)
		if (v->tiles[i] && tile_id(v->tiles[i]) == id)
			return &v->tiles[i];
	return NULL;
}

/* @return the tile of this id, which is no part of the view any more, or NULL */
static struct tile *take_out(struct view *v, uint32_t id)
{
	struct tile **at = find(v, id), *t = at ? *at : NULL;

	if (at)
		*at = NULL;
	return t;
}

/* NULL is allowed. */
static void end_tile(struct view *v, struct tile *t)
{
	if (t && tile_unacked_since(t) != INT64_MAX)
		v->n_owed++;
	tile_free(t);
}

/* The new tile begins before the old one ends, so that what both need goes on. @return how many were begun */
static size_t begin_tiles(struct view *v, struct tile **now, struct tile **before)
{
	const struct wish *wishes = v->waiting.at;
	size_t begun = 0;

	v->n_tiles = 0;
	for (size_t i = 0; i < v->waiting.n; i++) {
		if (!now[i]) {
			now[i] = tile_new(v->web, v->watcher, v->owner, &wishes[i], before[i]);
			begun++;
		}
		end_tile(v, before[i]);
		if (now[i])
			v->tiles[v->n_tiles++] = now[i];
		else
			v->watcher->limited(v->watcher, LIMIT_MEMORY);
	}
	return begun;
}

/* @return how many tiles were begun */
static size_t replace(struct view *v)
{
	struct tile *now[TILES_MAX] = {NULL}, *before[TILES_MAX] = {NULL};

	for (size_t i = 0; i < v->waiting.n; i++) {
		const struct wish *wish = &v->waiting.at[i];
		struct tile *t = take_out(v, wish->id);

		*(t && tile_is(t, wish) ? &now[i] : &before[i]) = t;
	}
	for (size_t i = 0; i < v->n_tiles; i++)
		end_tile(v, v->tiles[i]);
	v->next = 0;
	return begin_tiles(v, now, before);
}

/* First pictures are made even for who never acknowledges one: such a viewer has new tiles less and less often. */
static void grow_quiet(struct view *v, int64_t now)
{
	if (view_unacked_since(v) == INT64_MAX)
		return;
	v->quiet_ns = !v->quiet_ns ? QUIET_NS : v->quiet_ns < QUIET_MAX_NS ? v->quiet_ns * 2 : QUIET_MAX_NS;
	v->quiet_until_ns = now + v->quiet_ns;
}

bool view_apply(struct view *v, int64_t now)
{
	int64_t pause;

	if (!v->is_waiting)
		return true;
	if (now < v->next_ns || now < v->quiet_until_ns)
		return false;
	grow_quiet(v, now);
	pause = (int64_t)replace(v) * TILE_NS;
	v->next_ns = now + (pause > VIEW_NS ? pause : VIEW_NS);
	message_free_wishes(&v->waiting);
	v->is_waiting = false;
	return true;
}

static bool has_twins(const struct wishes *w)
{
	for (size_t i = 0; i < w->n; i++)
		for (size_t j = 0; j < i; j++)
			if (w->at[i].id == w->at[j].id)
				return true;
	return false;
}

const char *view_said(struct view *v, bool more)
{
	if (more)
		return NULL;
	if (has_twins(&v->parts))
		return "two tiles have one id";
	if (v->is_waiting)
		v->watcher->limited(v->watcher, LIMIT_VIEWS);
	message_free_wishes(&v->waiting);
	v->waiting = v->parts;
	v->is_waiting = true;
	v->parts = (struct wishes){0};
	if (!view_apply(v, clock_mono_ns()))
		web_pace(v->web);
	return NULL;
}

bool view_ack(struct view *v, uint32_t id, uint64_t seq)
{
	struct tile **at = find(v, id);

	if (!at || !tile_ack(*at, seq)) { /* it may cross the view that ends its tile */
		if (!v->n_owed)
			return false;
		v->n_owed--;
	}
	v->quiet_ns = v->quiet_until_ns = 0;
	return true;
}

struct tile *view_word(struct view *v)
{
	for (size_t i = 0; i < v->n_tiles; i++)
		if (tile_has_word(v->tiles[i]))
			return v->tiles[i];
	return NULL;
}

struct tile *view_picture(struct view *v)
{
	for (size_t i = 0; i < v->n_tiles; i++) {
		struct tile *t = v->tiles[(v->next + i) % v->n_tiles];

		if (tile_has_picture(t)) {
			v->next = (v->next + i + 1) % v->n_tiles;
			return t;
		}
	}
	return NULL;
}

bool view_has_news(const struct view *v)
{
	for (size_t i = 0; i < v->n_tiles; i++)
		if (tile_has_word(v->tiles[i]) || tile_has_picture(v->tiles[i]))
			return true;
	return false;
}

int64_t view_unacked_since(const struct view *v)
{
	int64_t since = INT64_MAX;

	for (size_t i = 0; i < v->n_tiles; i++)
		if (tile_unacked_since(v->tiles[i]) < since)
			since = tile_unacked_since(v->tiles[i]);
	return since;
}

void view_rest(struct view *v, int64_t now)
{
	for (size_t i = 0; i < v->n_tiles; i++)
		tile_rest(v->tiles[i], now);
}

void view_take_up(struct view *v)
{
	for (size_t i = 0; i < v->n_tiles; i++)
		tile_take_up(v->tiles[i]);
}

void view_adapt(struct view *v)
{
	for (size_t i = 0; i < v->n_tiles; i++)
		tile_adapt(v->tiles[i]);
}
