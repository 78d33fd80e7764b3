/* SPDX-License-Identifier: MIT */
/**
 * @file port.h
 * A port: where the packets of one source or buffer come out. Links hang on it; so do the ports of buffers that
 * take from it, which makes a camera's ports a tree with one lock. A buffer's history is told of each packet before
 * the port's links are, under that lock: a link that starts in the past neither misses nor repeats anything. It
 * fetches history a little at a time, as fast as its consumer takes it, and is pushed to once it has caught up. What
 * the history lets go of before that counts as dropped. A port without a history of its own has that of the nearest
 * port above it.
 */
#ifndef CAM_BUS_PORT_H
#define CAM_BUS_PORT_H
#include <pthread.h>

#include "core/bus/link.h"

struct port;

/** Who keeps a port's history: a buffer's keep() and replay(). */
struct port_history {
	void (*keep)(void *self, const struct cam_buf *buf);
	int (*replay)(
		void *self, int64_t from_ns, int (*emit)(void *arg, const struct cam_buf *buf), void *arg);
	void *self;
};

/** @param lock the tree's, which outlives the port @return a port without links; NULL without memory */
struct port *port_new(pthread_mutex_t *lock);
/** Takes it out of the tree; its children stay without a parent. NULL is allowed. */
void port_free(struct port *);

/** [any] Set or, with NULL, take away the history; no call to it is under way afterwards. */
void port_set_history(struct port *, const struct port_history *);
/** [any] Put a port under another, of the same tree, or, with NULL, under none. @return 0, -ENOMEM */
int port_set_parent(struct port *, struct port *parent);
/** [loop] @return its parent, NULL if it has none */
struct port *port_parent(const struct port *);

/** [source] Hand a packet to the history, the links and the children. @return items dropped by links */
unsigned port_publish(struct port *, const struct cam_buf *buf);

/** [any] Tell all links of packets, here and below, that the session has ended. */
void port_end_session(struct port *);
/** [any] Tell all consumers, here and below, that the camera is gone. */
void port_tell_gone(struct port *);
/**
 * [any] Hang a link on, taking a reference; it outlives the link's being behind. @param from_ns start at this monotonic
 * arrival, as far as there is history; 0: at the next keyframe @return 0, -ENOMEM
 */
int port_add(struct port *, struct link *, int64_t from_ns);
/** [any] @return when the newest video packet that came out here had arrived; 0: none has */
int64_t port_newest_ns(struct port *);
/** [any] Take it off, if it hangs there. */
void port_remove(struct port *, struct link *);
/** [any] @return the links on it and on the ports below it */
unsigned port_n_links(struct port *);
#endif
