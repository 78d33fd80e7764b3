/* SPDX-License-Identifier: MIT */
/** @file taker.h Who takes pictures: what a subscription and its answers have in common. */
#ifndef WS_VIEW_TAKER_H
#define WS_VIEW_TAKER_H
#include <cam/plugin.h>

struct web;
struct taker;

/** What comes of a subscription; each may close it. */
struct taker_ops {
	/** Answers like consume(). */
	int (*take)(struct taker *, const struct cam_buf *);
	/** As struct cam_plugin has it. */
	void (*refused)(struct taker *, int err, const char *why);
	/** The camera has been taken out; the subscription has been closed. */
	void (*gone)(struct taker *);
};

/** Sits inside what takes the pictures. */
struct taker {
	const struct taker_ops *ops;
	struct cam_sub *sub; /**< NULL: not subscribed */
	bool later; /**< CAM_LATER was said, resume() is owed. */
};

/** Subscribe; its ops must be set. @return 0, or what subscribe() said */
int taker_open(struct taker *, struct web *, const char *camera, const struct cam_want *);
/** Subscribe to something else of the camera; what both need goes on. @return as above; not 0: it is as it was */
int taker_change(struct taker *, struct web *, const char *camera, const struct cam_want *);
/** Unsubscribe. May be called twice. */
void taker_close(struct taker *, struct web *);
/** Take pictures again. */
void taker_resume(struct taker *, struct web *);

/** The descriptor's. */
int taker_consume(struct web *, struct cam_sub *, const struct cam_buf *);
void taker_refused(struct web *, struct cam_sub *, int err, const char *why);
void taker_gone(struct web *, struct cam_sub *);
#endif
