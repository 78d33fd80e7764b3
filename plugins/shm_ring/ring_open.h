/* SPDX-License-Identifier: MIT */
/** @file ring_open.h The life of a ring's two objects: making them, taking a dead server's over, ending them. */
#ifndef CAM_PLUGINS_SHM_RING_RING_OPEN_H
#define CAM_PLUGINS_SHM_RING_RING_OPEN_H
#include "plugins/shm_ring/ring.h"

/**
 * Make the two objects, without memory for the pictures; takes over what a dead server has left under the name.
 * @return 0; -EBUSY: a living process has the name; -EACCES, -ENOSPC, …, with *ret_why, and *ret closed
 */
int ring_open(struct ring *ret, const struct ring_spec *, struct ring_why *ret_why);
/** Tells the readers, removes the names, unmaps. A closed one is allowed. */
void ring_close(struct ring *);
#endif
