/* SPDX-License-Identifier: MIT */
/** @file slots.h Pictures into a ring's slots, and what its readers and the server tell each other. */
#ifndef CAM_PLUGINS_SHM_RING_SLOTS_H
#define CAM_PLUGINS_SHM_RING_SLOTS_H
#include "plugins/shm_ring/ring.h"

/** @return where the next picture goes, frame_bytes long; its slot is not valid until slots_publish() */
uint8_t *slots_begin(struct ring *);
/** Show the picture that slots_begin() made room for to the readers. */
void slots_publish(struct ring *, const struct cam_buf *, int64_t now_ns);
/** Make every picture invalid for readers; sequences go on. */
void slots_forget(struct ring *);
/** Tell readers whether pictures come, and, if not, the errno why; 0: nobody has asked. */
void slots_tell(struct ring *, bool flowing, int problem);
/** Mark the ring as ended and wake who waits. */
void slots_tell_closed(struct ring *);
/** @return how many readers have beaten within CAM_SHM_GONE_NS */
unsigned slots_readers(struct ring *, int64_t now_ns);
#endif
