/* SPDX-License-Identifier: MIT */
/**
 * @file ring.h
 * The server's side of a ring of pictures in shared memory (include/cam/shm_ring.h has the layout): what it is to be, and
 * where its things lie. ring_open.h makes it and takes a dead one over, space.h gives it memory and takes that back,
 * slots.h writes pictures and counts readers. One thread at a time.
 *
 * What readers can do. They open the pictures read-only and have no right to write them, unless they run as the
 * server's own user; then they could cut the object off, which ring_intact() notices between pictures. The heartbeats,
 * which readers may write and cut off at will, are never mapped here: pread() cannot fault.
 */
#ifndef CAM_PLUGINS_SHM_RING_RING_H
#define CAM_PLUGINS_SHM_RING_RING_H
#include <cam/plugin.h>
#include <cam/shm_ring.h>

/** What a ring is to be. */
struct ring_spec {
	const char *name; /**< checked by ring_name_problem(); lent for ring_open() */
	const char *camera;
	uint32_t width, height; /**< pixels */
	uint32_t fps_num, fps_den;
	int64_t span_ns; /**< how much time the pictures cover */
	uint32_t
		mode; /**< permissions of the heartbeats; the pictures have them without writing for others */
	uint32_t fill; /**< enum cam_shm_fill */
};

/** Where things lie. The pictures take width * height * 3 bytes times the rate times the span, rounded up to whole ones. */
struct ring_size {
	uint32_t slots; /**< at least RING_MIN_SLOTS */
	uint64_t frame_bytes, pictures_offset, picture_bytes, total_bytes;
};
#define RING_MIN_SLOTS 3u /**< One being written, one being read, one to go to next. */

struct ring_why {
	uint64_t shm_bytes; /**< in: what /dev/shm should have for all rings together */
	const char *option; /**< the option to change, or NULL */
	char text[400];
};

struct ring {
	char path[CAM_SHM_NAME_MAX + 2], readers_path[CAM_SHM_NAME_MAX + 16]; /* with their leading slashes */
	struct ring_size size;
	int fd, readers_fd; /* -1 while closed */
	uint8_t *map; /* NULL while closed */
	uint64_t reserved; /* bytes of the pictures that have memory, from their beginning */
	uint64_t seq; /* of the newest picture */
	const uint8_t *writing; /* what slots_begin() returned, until slots_publish(); or NULL */
};

/** @return NULL, or what is wrong with this name */
const char *ring_name_problem(const char *name);
void ring_measure(const struct ring_spec *, struct ring_size *ret);
/** @return bytes in MiB, rounded up */
static inline uint64_t ring_mib(uint64_t bytes)
{
	return (bytes + (UINT64_C(1) << 20) - 1) >> 20;
}
/** @return false: another program has removed or cut off the ring, and it is to be made anew */
bool ring_intact(const struct ring *);
#endif
