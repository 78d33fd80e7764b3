/* SPDX-License-Identifier: MIT */
/** @file ring_parts.h What the files that make up ring.h's calls share. */
#ifndef CAM_PLUGINS_SHM_RING_RING_PARTS_H
#define CAM_PLUGINS_SHM_RING_RING_PARTS_H
#include "plugins/shm_ring/ring.h"

/** Give a range of the object memory. @return 0, -ENOSPC, … */
int ring_allocate(int fd, uint64_t from, uint64_t bytes);
/** Put a failed reservation into words. @return err */
int ring_no_room(const struct ring *, int err, struct ring_why *ret_why);
/** Make every picture invalid for readers; sequences go on. */
void ring_forget(struct ring *);
/** Mark the ring as ended and wake who waits. */
void ring_say_closed(struct ring *);
#endif
