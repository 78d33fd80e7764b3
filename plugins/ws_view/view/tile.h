/* SPDX-License-Identifier: MIT */
/**
 * @file tile.h
 * One camera on one viewer's page: its subscription and its flow control. At most one picture is on its way to the
 * viewer and at most one waits for it, the newest, so lag cannot build up. A tile outlives its camera: it says that
 * the camera is not there, and takes it up again when it is.
 */
#ifndef WS_VIEW_TILE_H
#define WS_VIEW_TILE_H
#include "lib/text.h"
#include "plugins/ws_view/view/message.h"
#include "plugins/ws_view/view/watcher.h"
#include "plugins/ws_view/ws/ws.h"

struct tile;

/**
 * Subscribe. Sizes and rates are moved into their ranges. @param owner of the wish @param before the tile of this id
 * that it takes the place of, NULL: none @return a tile, NULL without memory
 */
struct tile *tile_new(
	struct web *, struct watcher *, uint64_t owner, const struct wish *, const struct tile *before);
/** NULL is allowed. */
void tile_free(struct tile *);
uint32_t tile_id(const struct tile *);
/** @return whether a tile made of this wish would be the same; it is the tile's wish then */
bool tile_is(struct tile *, const struct wish *);
/** @return whether the viewer is to be told that there are no pictures, or others than wished, or no longer so */
bool tile_has_word(const struct tile *);
/** Add that message. It counts as told. */
void tile_word(struct tile *, struct text *);
/** @return whether a picture waits that may go out */
bool tile_has_picture(const struct tile *);
/** Send it. @return 0, -errno */
int tile_send(struct tile *, struct ws_socket *);
/** @return whether this is the picture that was on its way */
bool tile_ack(struct tile *, uint64_t seq);
/** @return when the picture was sent that is not acknowledged, INT64_MAX: there is none */
int64_t tile_unacked_since(const struct tile *);
/** Let nothing be made for a viewer that does not acknowledge; its acknowledgement ends that. */
void tile_rest(struct tile *, int64_t now_ns);
/** The cameras, or who may see them, are others now: subscribe if there was nothing to subscribe to, or end. */
void tile_take_up(struct tile *);
/** The options are others now: subscribe to what they make of its wish. */
void tile_adapt(struct tile *);
#endif
