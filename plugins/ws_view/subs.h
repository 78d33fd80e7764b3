/* SPDX-License-Identifier: MIT */
/**
 * @file subs.h
 * Whose subscription it is: the server names a subscription by its pointer, this finds the taker. A hash table, since
 * a thousand viewers with thirty tiles make thirty thousand subscriptions.
 */
#ifndef WS_VIEW_SUBS_H
#define WS_VIEW_SUBS_H
#include <cam/plugin.h>

/** Sits inside what takes the pictures. */
struct taker {
	struct cam_sub *sub; /**< NULL: not subscribed */
	/** Answers like consume(). */
	int (*take)(struct taker *, const struct cam_buf *);
	bool later; /**< CAM_LATER was said, resume() is owed. */
};

/** Zero-initialise it. */
struct subs {
	struct taker **slots;
	size_t n_slots, n; /**< n_slots is a power of two */
};

/** Subscribe and remember whose it is. @return 0, or what subscribe() said */
int subs_open(struct subs *, const struct cam_host *, struct cam_node *, const char *camera,
	const struct cam_want *, struct taker *);
/** Unsubscribe and forget. May be called twice. */
void subs_close(struct subs *, const struct cam_host *, struct cam_node *, struct taker *);
/** @return the taker, or NULL */
struct taker *subs_find(const struct subs *, const struct cam_sub *);
void subs_free(struct subs *);
#endif
