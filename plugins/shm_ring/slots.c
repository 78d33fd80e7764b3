/* SPDX-License-Identifier: MIT */
#include "plugins/shm_ring/slots.h"

#include <limits.h>

static struct cam_shm_header *header_of(const struct ring *r)
{
	return (struct cam_shm_header *)(void *)r->map;
}

static struct cam_shm_slot *slot_of(const struct ring *r, uint64_t seq)
{
	return (struct cam_shm_slot *)(void *)(r->map + CAM_SHM_PAGE) + seq % r->size.slots;
}

/* The one writer: nobody else changes a lock, so that plain loads of it will do. */
static void lock_slot(struct cam_shm_slot *slot)
{
	uint32_t lock = __atomic_load_n(&slot->lock, __ATOMIC_RELAXED);

	__atomic_store_n(&slot->lock, lock | 1, __ATOMIC_RELAXED);
	__atomic_store_n(&slot->seq, 0, __ATOMIC_RELAXED);
	__sync_synchronize(); /* Readers see the odd lock before any byte of what comes. */
}

static void unlock_slot(struct cam_shm_slot *slot)
{
	uint32_t lock = __atomic_load_n(&slot->lock, __ATOMIC_RELAXED);

	__sync_synchronize(); /* The whole picture, also when it was written past the cache, comes before. */
	__atomic_store_n(&slot->lock, lock + 1, __ATOMIC_RELEASE);
}

static void wake(struct ring *r)
{
	uint32_t *word = &header_of(r)->futex;

	__atomic_add_fetch(word, 1, __ATOMIC_RELEASE);
	syscall(SYS_futex, word, 1 /* FUTEX_WAKE */, INT_MAX, NULL, NULL, 0);
}

uint8_t *slots_begin(struct ring *r)
{
	uint64_t seq = r->seq + 1;
	uint8_t *to;

	/* A picture that was begun and never came has left the slot locked; it is simply begun again. */
	lock_slot(slot_of(r, seq));
	to = r->map + r->size.pictures_offset + seq % r->size.slots * r->size.frame_bytes;
	r->writing = to;
	return to;
}

void slots_publish(struct ring *r, const struct cam_buf *buf, int64_t now_ns)
{
	struct cam_shm_header *h = header_of(r);
	struct cam_shm_slot *slot = slot_of(r, ++r->seq);

	__atomic_store_n(&slot->seq, r->seq, __ATOMIC_RELAXED);
	__atomic_store_n(
		&slot->flags, buf->flags & (CAM_SHM_DISCONTINUITY | CAM_SHM_CORRUPT), __ATOMIC_RELAXED);
	__atomic_store_n(&slot->pts_ns, buf->pts_ns, __ATOMIC_RELAXED);
	__atomic_store_n(&slot->wall_ns, buf->wall_ns, __ATOMIC_RELAXED);
	__atomic_store_n(&slot->arrival_ns, buf->arrival_ns, __ATOMIC_RELAXED);
	__atomic_store_n(&slot->published_ns, now_ns, __ATOMIC_RELAXED);
	__atomic_store_n(&slot->width, h->width, __ATOMIC_RELAXED);
	__atomic_store_n(&slot->height, h->height, __ATOMIC_RELAXED);
	__atomic_store_n(&slot->source_seq, buf->seq, __ATOMIC_RELAXED);
	unlock_slot(slot);
	r->writing = NULL;
	__atomic_store_n(&h->newest, r->seq, __ATOMIC_RELEASE);
	wake(r);
}

void slots_tell(struct ring *r, bool flowing, int problem)
{
	struct cam_shm_header *h = header_of(r);

	__atomic_store_n(&h->problem, (uint32_t)problem, __ATOMIC_RELAXED);
	__atomic_store_n(&h->flowing, flowing, __ATOMIC_RELAXED);
	wake(r);
}

void slots_forget(struct ring *r)
{
	struct cam_shm_header *h = header_of(r);

	__atomic_store_n(&h->first, r->seq + 1, __ATOMIC_RELEASE);
	for (uint64_t i = 0; i < r->size.slots; i++)
		lock_slot(slot_of(r, i));
	r->writing = NULL;
}

void slots_tell_closed(struct ring *r)
{
	__atomic_store_n(&header_of(r)->state, CAM_SHM_CLOSED, __ATOMIC_RELEASE);
	wake(r);
}

unsigned slots_readers(struct ring *r, int64_t now_ns)
{
	struct cam_shm_reader all[CAM_SHM_READERS];
	ssize_t n = pread(r->readers_fd, all, sizeof(all), 0);
	unsigned found = 0;

	/* A reader has cut it off: whole again, so that the next heartbeats count. */
	if (n < (ssize_t)sizeof(all) && ftruncate(r->readers_fd, sizeof(all)))
		return 0;
	for (size_t i = 0; n > 0 && i < (size_t)n / sizeof(all[0]); i++) {
		int64_t beat = all[i].beat_ns;

		/* Taken between the limits one by one: the numbers may be anything. */
		if (all[i].id && beat > now_ns - CAM_SHM_GONE_NS && beat <= now_ns + CAM_SHM_GONE_NS)
			found++;
	}
	return found;
}
