/* SPDX-License-Identifier: MIT */
/**
 * @file view.h
 * What one viewer looks at: its tiles, and what it has said and is not shown yet. Of views that come faster than they
 * may be applied the newest counts, and what stays the same goes on undisturbed.
 */
#ifndef WS_VIEW_VIEW_H
#define WS_VIEW_VIEW_H
#include "plugins/ws_view/view/tile.h"

struct view {
	struct web *web;
	struct watcher *watcher;
	uint64_t owner; /**< of its wishes */
	struct tile *tiles[TILES_MAX];
	size_t n_tiles, next; /**< next: whose turn it is to send */
	struct wishes parts; /**< of a view that goes on in the next message */
	struct wishes waiting; /**< a whole view */
	bool is_waiting;
	int64_t next_ns; /**< when the next one may be applied */
	size_t n_owed; /**< pictures of tiles that have ended, on their way and not acknowledged */
	int64_t quiet_ns, quiet_until_ns; /**< a further pause for who acknowledges nothing; it doubles */
};

void view_init(struct view *, struct web *, struct watcher *);
/** End all of it. May be called twice. */
void view_end(struct view *);
/** A message has added to `parts`. @param more the view goes on @return NULL, or what is wrong: a static sentence */
const char *view_said(struct view *, bool more);
/** Apply what waits, if it is time. @return whether nothing waits any more */
bool view_apply(struct view *, int64_t now_ns);
/** @return whether an acknowledgement was one of a picture on its way */
bool view_ack(struct view *, uint32_t id, uint64_t seq);
/** @return the first tile that has a word to say, or NULL */
struct tile *view_word(struct view *);
/** @return the next tile in turn that has a picture, or NULL */
struct tile *view_picture(struct view *);
/** @return whether a tile has a word or a picture */
bool view_has_news(const struct view *);
/** @return when the oldest picture was sent that is not acknowledged, INT64_MAX: there is none */
int64_t view_unacked_since(const struct view *);
void view_rest(struct view *, int64_t now_ns);
void view_take_up(struct view *);
/** See viewers_adapt(). */
void view_adapt(struct view *);
#endif
