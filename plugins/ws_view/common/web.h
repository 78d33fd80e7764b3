/* SPDX-License-Identifier: MIT */
/**
 * @file web.h
 * What all rooms of ws_view share: the node, its options, its figures and its timers. All of it lives on the loop: no
 * thread, no lock.
 *
 *   common/   this, and who takes pictures         http/   bytes to requests, answers to bytes
 *   ws/       WebSockets (libwebsockets)           view/   pictures over both, and the protocol of viewers
 *   page/     the page                             routes.c, ws_view.c   which path does what; the plugin
 */
#ifndef WS_VIEW_WEB_H
#define WS_VIEW_WEB_H
#include <cam/plugin.h>
#include <uv.h>

/** Filled from the option table. */
struct ws_view_conf {
	const char *listen, *hosts;
	int64_t width, height, fps, quality;
	int64_t max_connections;
};

/** In the order of the plugin's table. */
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

struct web;

/** What the timers call; who has all rooms at hand gives these. */
struct web_ops {
	/** Once a second while there are connections. */
	void (*second)(struct web *, int64_t now_ns);
	/** The set of cameras or the state of one has changed. */
	void (*changed)(struct web *);
	/** What had to wait for its time may go on. @return whether nothing waits any more */
	bool (*go_on)(struct web *, int64_t now_ns);
};

struct web {
	struct cam_node *node;
	const struct cam_host *host;
	const struct ws_view_conf *conf;
	const struct web_ops *ops;
	uv_loop_t *loop;
	uv_timer_t clock; /**< once a second while there are connections */
	uv_timer_t push; /**< the pause between two looks at the cameras */
	uv_timer_t pace; /**< while something waits for its time */
	uint64_t last_owner;
	bool cameras_dirty;
	unsigned n_conns; /**< sockets, viewers among them */
	unsigned n_viewers;
	unsigned pending; /**< handles and requests of ours that libuv still holds */
	bool stopping;
};

/** Start the timers. */
void web_open(struct web *);
/** End them; what else is pending has ended before the state is CAM_STOPPED. */
void web_close(struct web *);

void web_stat(struct web *, unsigned stat, int64_t value);
/** One socket more or less. */
void web_count(struct web *, int change);
/** A handle or request has ended: the last one ends stop(). */
void web_released(struct web *);
/** The cameras are others, or one has another state: tell of it, at most four times a second. */
void web_push_cameras(struct web *);
/** Something waits for its time: go_on() soon. */
void web_pace(struct web *);
/** @return a new owner of wishes: a connection */
uint64_t web_owner(struct web *);
/** @return whether somebody may see a camera; NULL: any, where it is asked for each one by one */
bool web_may_view(const struct web *, const struct cam_who *, const char *camera);
/** @return a wish for JPEGs with the options' values */
struct cam_want web_want(const struct web *, uint64_t owner);
#endif
