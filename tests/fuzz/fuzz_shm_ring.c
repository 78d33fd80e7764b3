/* SPDX-License-Identifier: MIT */
/*
 * The reader of a ring whose server is hostile. Input: the header as it is opened, then 32 bytes of what changes in it
 * later, then slots and pictures; its size is a multiple of 64.
 */
#include "include/cam/shm_ring.h"
#include "tests/fuzz/fuzz.h"

enum {
	CHANGING = offsetof(struct cam_shm_header, newest),
	HEADER = sizeof(struct cam_shm_header),
	ROOM = 1 << 16
};

static void read_pictures(struct cam_shm *r, uint64_t seq)
{
	static uint8_t pixels[ROOM];
	struct cam_shm_frame frame;
	const uint8_t *bgr;

	if (!cam_shm_begin(r, seq, &bgr, &frame)) {
		HOLDS(bgr >= r->map && bgr + r->frame_bytes <= r->map + r->map_bytes && frame.seq == seq);
		memcpy(pixels, bgr, r->frame_bytes < ROOM ? r->frame_bytes : ROOM);
		cam_shm_end(r, &frame);
	}
	if (!cam_shm_read(r, seq, pixels, ROOM, &frame))
		HOLDS(frame.width == r->width && frame.stride * frame.height == r->frame_bytes);
}

static void use(struct cam_shm *r, int64_t bytes, const uint8_t *later, size_t len)
{
	uint64_t seq;

	HOLDS(r->map_bytes == (uint64_t)bytes && r->frame_bytes && r->slot_count);
	HOLDS(pwrite(r->fd, later, len, CHANGING) == (ssize_t)len);
	for (int i = 0; i < 2; i++) {
		read_pictures(r, cam_shm_newest(r));
		read_pictures(r, cam_shm_oldest(r));
		read_pictures(r, UINT64_MAX - (unsigned)i);
		if (!cam_shm_wait(r, (uint64_t)i, 0, &seq))
			read_pictures(r, seq);
	}
	cam_shm_alive(r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static int fd = -1;
	struct cam_shm r = {.readers_fd = -1};
	struct fuzz f = {data, len};
	size_t n_head, n_later;
	uint8_t *head = fuzz_take(&f, HEADER, &n_head), *later = fuzz_take(&f, HEADER - CHANGING, &n_later);
	int64_t bytes = (int64_t)(n_head + f.len);

	if (fd < 0)
		fd = memfd_create("fuzz", MFD_CLOEXEC);
	HOLDS(fd >= 0 && !ftruncate(fd, 0) && !ftruncate(fd, bytes));
	HOLDS(pwrite(fd, head, n_head, 0) == (ssize_t)n_head);
	HOLDS(pwrite(fd, f.data, f.len, HEADER) == (ssize_t)f.len);
	r.fd = fd;
	if (!cam_shm_map(&r)) {
		use(&r, bytes, later, n_later);
		munmap((void *)(uintptr_t)r.map, (size_t)r.map_bytes);
	}
	free(head);
	free(later);
	return 0;
}
