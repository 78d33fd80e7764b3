/* SPDX-License-Identifier: MIT */
/** @file space.h What room there is in /dev/shm, and giving it to a ring's pictures or taking it back. */
#ifndef CAM_PLUGINS_SHM_RING_SPACE_H
#define CAM_PLUGINS_SHM_RING_SPACE_H
#include "plugins/shm_ring/ring.h"

/** @return bytes free in /dev/shm; UINT64_MAX when it has no limit or that cannot be told */
uint64_t space_free_bytes(void);
/** Give a range of the object memory. @return 0, -ENOSPC, … */
int space_allocate(int fd, uint64_t from, uint64_t bytes);
/** Put a failed reservation into words. @return err */
int space_refusal(const struct ring *, int err, struct ring_why *ret_why);
/** Give up to `step` more bytes of the pictures memory. @return 1: done, 0: call again, -ENOSPC, … */
int space_reserve(struct ring *, uint64_t step, struct ring_why *ret_why);
/** Take up to `step` bytes of the pictures' memory back; the pictures are gone for readers at once. @return 1: done, 0: again */
int space_release(struct ring *, uint64_t step);
#endif
