/* SPDX-License-Identifier: MIT */
/**
 * @file server.h
 * What the files of ws_view share. All of it lives on the loop: no thread, no lock.
 *
 *   listen.c   the listening socket            http_head.c, http_range.c  bytes to requests
 *   conn.c     one HTTP request and its answer  send_file.c  a recording    feed.c  MJPEG and snapshots
 *   routes.c   which path does what             page.c  the page
 *   ws.c       WebSockets (libwebsockets)       viewer.c  the protocol on them   view_msg.c  its messages
 *   view.c     what a viewer looks at           tile.c  one camera of it         limit.c  how much it may say
 *   taker.c    subscriptions
 */
#ifndef WS_VIEW_SERVER_H
#define WS_VIEW_SERVER_H
#include "http_head.h"
#include "lib/text.h"
#include "limit.h"
#include "list.h"
#include "taker.h"

#include "lib/clock.h"

#include <uv.h>

struct ws;

/** Filled from the option table. */
struct ws_view_conf {
	const char *listen, *hosts;
	int64_t width, height, fps, quality;
	int64_t max_connections;
};

enum {
	STAT_CONNECTIONS,
	STAT_VIEWERS,
	STAT_PICTURES,
	STAT_BYTES,
	STAT_REFUSED,
	STAT_CLOSED_SLOW,
	STAT_TILES_REFUSED,
	STAT_VIEWS_PASSED,
	STAT_HELD
};

/** Time without progress after which a peer is given up (faults V1, V2). */
#define PATIENCE_NS (10 * CAM_SECOND)

struct server {
	struct cam_node *node;
	const struct cam_host *host;
	const struct ws_view_conf *conf;
	uv_loop_t *loop;
	uv_tcp_t listener;
	uv_timer_t clock; /**< once a second while there are connections */
	uv_timer_t push; /**< the pause between two lists of cameras */
	uv_timer_t pace; /**< while something of a viewer waits for its time */
	struct list conns, viewers;
	struct ws *ws;
	struct limit_log limits;
	uint64_t last_owner;
	struct text cameras; /**< the last list of cameras, JSON */
	bool cameras_dirty;
	unsigned max_conns; /**< the option, or less where descriptors are few */
	unsigned n_conns; /**< sockets, viewers among them */
	unsigned n_viewers;
	unsigned pending; /**< handles and requests of ours that libuv still holds */
	bool stopping;
};

void server_stat(struct server *, unsigned stat, int64_t value);
/** One socket more or less. */
void server_count(struct server *, int change);
/** A handle or request has ended: the last one ends stop(). */
void server_released(struct server *);
/** The set of cameras or the state of one has changed: tell all viewers, at most four times a second. */
void server_push_cameras(struct server *);
/** Something of a viewer waits: viewers_go_on() soon. */
void server_pace(struct server *);
/** @return a new owner of wishes: a connection */
uint64_t server_owner(struct server *);
/** @return a wish for JPEGs with the options' values */
struct cam_want server_want(const struct server *, uint64_t owner);

/** Bind and listen, nothing of libuv yet. @return a descriptor, or -errno with host->error() said */
int listen_bind(struct server *);
/** Accept from now on; takes fd over. */
void listen_start(struct server *, int fd);
void listen_close(struct server *);
/** What is answered here, and how; for the descriptor. [operations.c] */
extern const struct cam_route ws_view_routes[];
extern const struct cam_operation ws_view_operations[];
#endif
