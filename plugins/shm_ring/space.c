/* SPDX-License-Identifier: MIT */
#include "plugins/shm_ring/space.h"

#include "plugins/shm_ring/slots.h"

#include <sys/statvfs.h>

#define FOLDER "/dev/shm"

static uint64_t min_u64(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

uint64_t space_free_bytes(void)
{
	struct statvfs fs;

	/* A tmpfs mounted with size=0 has no limit and says 0 blocks. */
	return statvfs(FOLDER, &fs) || !fs.f_blocks ? UINT64_MAX : (uint64_t)fs.f_bavail * fs.f_frsize;
}

/* The size that is right for all rings, or more where other programs have taken of it. @return MiB */
static uint64_t right_size(uint64_t shm_bytes, uint64_t need)
{
	struct statvfs fs;
	uint64_t least =
		statvfs(FOLDER, &fs) ? 0 : (uint64_t)(fs.f_blocks - fs.f_bavail) * fs.f_frsize + need;

	return ring_mib(least > shm_bytes ? least : shm_bytes);
}

int space_allocate(int fd, uint64_t from, uint64_t bytes)
{
	int err = EINTR;

	/* tmpfs gives up at a signal; pages it has reserved by then stay, so that this gets on. */
	for (int tries = 0; err == EINTR && tries < 100; tries++)
		err = posix_fallocate(fd, (off_t)from, (off_t)bytes);
	return -err;
}

int space_refusal(const struct ring *r, int err, struct ring_why *why)
{
	/* Once it is mapped, the header and the slots have theirs. */
	uint64_t need = (r->map ? r->size.picture_bytes : r->size.total_bytes) - r->reserved;

	unsigned long long size = right_size(why->shm_bytes, need + CAM_SHM_PAGE);

	why->option = "seconds";
	if (err == -ENOSPC)
		snprintf(why->text, sizeof(why->text),
			"the ring needs %llu bytes in %s, which has %llu free: for all rings give it %llu "
			"MiB (docker "
			"run --shm-size=%llum, else mount -o remount,size=%lluM %s), or lower seconds, fps "
			"or size",
			(unsigned long long)need, FOLDER, (unsigned long long)space_free_bytes(), size, size,
			size, FOLDER);
	else
		snprintf(why->text, sizeof(why->text), "cannot reserve %llu bytes in %s: %s",
			(unsigned long long)need, FOLDER, strerrordesc_np(-err));
	return err;
}

int space_reserve(struct ring *r, uint64_t step, struct ring_why *why)
{
	uint64_t left = r->size.picture_bytes - r->reserved;
	int err;

	if (!left)
		return 1;
	/* Looked at first, so that a ring that does not fit never takes what is left from others. */
	if (!r->reserved && space_free_bytes() < left)
		return space_refusal(r, -ENOSPC, why);
	step = min_u64(step, left);
	err = space_allocate(r->fd, r->size.pictures_offset + r->reserved, step);
	if (err)
		return space_refusal(r, err, why);
	r->reserved += step;
	return r->reserved == r->size.picture_bytes;
}

int space_release(struct ring *r, uint64_t step)
{
	uint64_t keep, end;

	slots_forget(r);
	if (!r->reserved)
		return 1;
	keep = (r->reserved - min_u64(step, r->reserved)) / CAM_SHM_PAGE * CAM_SHM_PAGE;
	/* To the end of the last page: tmpfs frees whole pages only. */
	end = (r->reserved + CAM_SHM_PAGE - 1) / CAM_SHM_PAGE * CAM_SHM_PAGE;
	if (fallocate(r->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
		    (off_t)(r->size.pictures_offset + keep), (off_t)(end - keep)) &&
		errno == EINTR)
		return 0;
	r->reserved = keep;
	return !keep;
}
