/* SPDX-License-Identifier: MIT */
/* What room there is in /dev/shm, and giving it to the pictures or taking it back. */
#include "plugins/shm_ring/ring.h"
#include "plugins/shm_ring/ring_parts.h"

#include <dirent.h>
#include <sys/statvfs.h>

#define FOLDER "/dev/shm"
enum { MAX_OBJECTS = 4096 }; /* looked at when adding up; more than that is not the rings' doing */

static uint64_t min_u64(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

uint64_t ring_free_bytes(void)
{
	struct statvfs fs;

	/* A tmpfs mounted with size=0 has no limit and says 0 blocks. */
	return statvfs(FOLDER, &fs) || !fs.f_blocks ? UINT64_MAX : (uint64_t)fs.f_bavail * fs.f_frsize;
}

uint64_t ring_size_mib(uint64_t bytes)
{
	struct statvfs fs;

	return statvfs(FOLDER, &fs) ? 0
				    : ring_mib((uint64_t)(fs.f_blocks - fs.f_bavail) * fs.f_frsize + bytes);
}

uint64_t ring_overcommits(const struct ring *r, uint64_t *ret_total)
{
	uint64_t need = 0, total;
	struct statvfs fs;
	struct dirent *entry;
	struct stat st;
	DIR *dir;

	if (statvfs(FOLDER, &fs) || !(dir = opendir(FOLDER)))
		return 0;
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): a stream of its own */
	for (int i = 0; i < MAX_OBJECTS && (entry = readdir(dir)); i++)
		if (!fstatat(dirfd(dir), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) && S_ISREG(st.st_mode))
			need += ((uint64_t)st.st_size + CAM_SHM_PAGE - 1) / CAM_SHM_PAGE * CAM_SHM_PAGE;
	closedir(dir);
	total = (uint64_t)fs.f_blocks * fs.f_frsize;
	*ret_total = total;
	return total && need > total && need - r->size.total_bytes <= total ? need : 0;
}

int ring_allocate(int fd, uint64_t from, uint64_t bytes)
{
	int err = EINTR;

	/* tmpfs gives up at a signal; pages it has reserved by then stay, so that this gets on. */
	for (int tries = 0; err == EINTR && tries < 100; tries++)
		err = posix_fallocate(fd, (off_t)from, (off_t)bytes);
	return -err;
}

int ring_no_room(const struct ring *r, int err, struct ring_why *why)
{
	/* Once it is mapped, the header and the slots have theirs. */
	uint64_t need = (r->map ? r->size.picture_bytes : r->size.total_bytes) - r->reserved;

	why->option = "seconds";
	if (err == -ENOSPC)
		snprintf(why->text, sizeof(why->text),
			"the ring needs %llu bytes (%llu MiB) in %s, which has %llu bytes free: "
			"make it larger (docker run --shm-size=%llum, mount -o remount,size=%lluM %s), "
			"or lower seconds, fps, width or height",
			(unsigned long long)need, (unsigned long long)ring_mib(need), FOLDER,
			(unsigned long long)ring_free_bytes(),
			(unsigned long long)ring_size_mib(need + CAM_SHM_PAGE),
			(unsigned long long)ring_size_mib(need + CAM_SHM_PAGE), FOLDER);
	else
		snprintf(why->text, sizeof(why->text), "cannot reserve %llu bytes in %s: %s",
			(unsigned long long)need, FOLDER, strerrordesc_np(-err));
	return err;
}

int ring_reserve(struct ring *r, uint64_t step, struct ring_why *why)
{
	uint64_t left = r->size.picture_bytes - r->reserved;
	int err;

	if (!left)
		return 1;
	/* Looked at first, so that a ring that does not fit never takes what is left from others. */
	if (!r->reserved && ring_free_bytes() < left)
		return ring_no_room(r, -ENOSPC, why);
	step = min_u64(step, left);
	err = ring_allocate(r->fd, r->size.pictures_offset + r->reserved, step);
	if (err)
		return ring_no_room(r, err, why);
	r->reserved += step;
	return r->reserved == r->size.picture_bytes;
}

int ring_release(struct ring *r, uint64_t step)
{
	uint64_t keep, end;

	ring_forget(r);
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
