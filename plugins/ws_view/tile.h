/* SPDX-License-Identifier: MIT */
/**
 * @file tile.h
 * One camera on one viewer's page: its subscription and its flow control. At most one picture is on its way to the
 * viewer and at most one waits for it, the newest, so lag cannot build up.
 */
#ifndef WS_VIEW_TILE_H
#define WS_VIEW_TILE_H
#include "server.h"
#include "view_msg.h"

struct lws;
struct tile;
struct viewer;

/** Subscribe. Sizes and rates are moved into their ranges. @return a tile, or NULL and why: a static sentence */
struct tile *tile_new(struct server *, struct viewer *, const struct wish *, const char **ret_why);
/** NULL is allowed. */
void tile_free(struct tile *);
uint32_t tile_id(const struct tile *);
/** @return whether a tile made of this wish would be the same */
bool tile_is(const struct tile *, const struct wish *);
/** @return whether a picture waits that may go out */
bool tile_has_picture(const struct tile *);
/** Send it. @return 0, -errno */
int tile_send(struct tile *, struct lws *);
void tile_ack(struct tile *, uint64_t seq);
/** @return when the picture was sent that is not acknowledged, INT64_MAX: there is none */
int64_t tile_unacked_since(const struct tile *);

/** A tile of it has a picture. [viewer.c] */
void viewer_has_picture(struct viewer *);
#endif
