/* SPDX-License-Identifier: MIT */
/*
 * The life of the two objects. The server holds a write lock on the first byte of /NAME for as long as it lives, which
 * the kernel lets go of when it dies, however that happens: so a lock says "living owner" and none says "left over".
 * What was left over is unlinked and made anew rather than used again: readers that still map it see it unchanged.
 */
#include "plugins/shm_ring/ring_open.h"

#include "plugins/shm_ring/slots.h"
#include "plugins/shm_ring/space.h"

enum { MAX_TRIES = 8 }; /* at taking the name, while others do the same */

/* @return 0: locked, 1: only readers hold locks, -EBUSY: a living server does, or another errno */
static int lock_object(int fd)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_len = 1};

	if (!fcntl(fd, F_OFD_SETLK, &lock))
		return 0;
	if (errno != EAGAIN && errno != EACCES)
		return -errno;
	/* Readers can hold read locks, if only to annoy: those do not make an owner. */
	return !fcntl(fd, F_OFD_GETLK, &lock) && lock.l_type != F_WRLCK ? 1 : -EBUSY;
}

static int say(struct ring_why *why, int err, const char *option, const char *path, const char *what)
{
	why->option = option;
	snprintf(why->text, sizeof(why->text), "/dev/shm%s %s (%s)", path, what, strerrordesc_np(-err));
	return err;
}

/* The object under the name, of which we hold the lock: may it be removed? */
static int judge(int fd, const char *path, uint64_t *ret_generation, struct ring_why *why)
{
	struct cam_shm_header h = {0};
	ssize_t n = pread(fd, &h, sizeof(h), 0);

	if (n > 0 && h.magic != CAM_SHM_MAGIC)
		return say(why, -EEXIST, "name", path,
			"belongs to something else than cam_server: choose another name, or remove it");
	if (n == (ssize_t)sizeof(h) && h.generation > *ret_generation)
		*ret_generation = h.generation;
	/* For readers that still map it. */
	h.state = CAM_SHM_CLOSED;
	if (n == (ssize_t)sizeof(h) &&
		pwrite(fd, &h.state, sizeof(h.state), offsetof(struct cam_shm_header, state)) < 0)
		return say(why, -errno, "name", path, "cannot be marked as ended");
	return 0;
}

/* Remove what has the name, unless a living server does. @return 0: try to make it */
static int evict(const char *path, uint64_t *ret_generation, struct ring_why *why)
{
	struct cam_shm_header h = {0};
	struct stat st;
	int err, fd = shm_open(path, O_RDWR, 0);

	if (fd < 0 && errno == ENOENT)
		return 0;
	if (fd < 0)
		return say(
			why, -errno, "name", path, "cannot be taken over: choose another name, or remove it");
	err = lock_object(fd);
	if (err == -EBUSY) {
		if (pread(fd, &h, sizeof(h), 0) < 0 || h.magic != CAM_SHM_MAGIC)
			h.writer_pid = 0;
		why->option = "name";
		snprintf(why->text, sizeof(why->text),
			"/dev/shm%s belongs to the running process %u: choose another name, or stop that one",
			path, (unsigned)h.writer_pid);
	} else if (err < 0) {
		say(why, err, "name", path, "cannot be locked");
	} else if (fstat(fd, &st) || !st.st_nlink) {
		err = 0; /* somebody else was faster */
	} else {
		err = judge(fd, path, ret_generation, why);
		if (!err && shm_unlink(path) && errno != ENOENT)
			err = say(why, -errno, "name", path, "cannot be removed");
	}
	close(fd);
	return err;
}

/* Make /NAME and hold its lock. @return 0 and r->fd */
static int take_name(struct ring *r, uint64_t *ret_generation, struct ring_why *why)
{
	uint64_t magic = CAM_SHM_MAGIC;
	struct stat st;
	int err = 0;

	for (int tries = 0; tries < MAX_TRIES && !err; tries++) {
		r->fd = shm_open(r->path, O_RDWR | O_CREAT | O_EXCL, 0600);
		if (r->fd < 0 && errno != EEXIST)
			return say(why, -errno, "name", r->path, "cannot be made");
		if (r->fd < 0) {
			err = evict(r->path, ret_generation, why);
			continue;
		}
		/* Another server may take it for left over before the lock holds. */
		if (!lock_object(r->fd) && !fstat(r->fd, &st) && st.st_nlink) {
			if (pwrite(r->fd, &magic, sizeof(magic), 0) == (ssize_t)sizeof(magic))
				return 0;
			err = space_refusal(r, -errno, why);
			shm_unlink(r->path);
		}
		close(r->fd);
		r->fd = -1;
	}
	return err ? err : say(why, -EBUSY, "name", r->path, "is being taken by others");
}

static int make_readers(struct ring *r, uint32_t mode, struct ring_why *why)
{
	if (shm_unlink(r->readers_path) && errno != ENOENT)
		return say(why, -errno, "name", r->readers_path, "is left over and cannot be removed");
	r->readers_fd = shm_open(r->readers_path, O_RDWR | O_CREAT | O_EXCL, 0600);
	if (r->readers_fd < 0 || fchmod(r->readers_fd, mode))
		return say(why, -errno, "name", r->readers_path, "cannot be made");
	if (ftruncate(r->readers_fd, CAM_SHM_PAGE))
		return say(why, -errno, "name", r->readers_path, "cannot be sized");
	return 0;
}

/* Cut off between characters, which are UTF-8. */
static void copy_name(char *to, size_t room, const char *name)
{
	size_t n = strnlen(name, room);

	while (n == room || (n && (name[n] & 0xc0) == 0x80))
		n--;
	memcpy(to, name, n);
	to[n] = '\0';
}

static void fill_header(struct ring *r, const struct ring_spec *spec, uint64_t old_generation)
{
	struct cam_shm_header *h = (struct cam_shm_header *)(void *)r->map;
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	h->created_wall_ns = (int64_t)t.tv_sec * CAM_SECOND + t.tv_nsec;
	h->generation = (uint64_t)h->created_wall_ns > old_generation ? (uint64_t)h->created_wall_ns
								      : old_generation + 1;
	h->header_bytes = CAM_SHM_PAGE;
	h->total_bytes = r->size.total_bytes;
	h->writer_pid = (uint32_t)getpid();
	h->fill = spec->fill;
	h->width = spec->width;
	h->height = spec->height;
	h->stride = spec->width * 3;
	h->format = CAM_SHM_BGR3;
	h->frame_bytes = r->size.frame_bytes;
	h->slots_offset = CAM_SHM_PAGE;
	h->pictures_offset = r->size.pictures_offset;
	h->slot_count = r->size.slots;
	h->slot_bytes = sizeof(struct cam_shm_slot);
	h->fps_num = spec->fps_num;
	h->fps_den = spec->fps_den;
	copy_name(h->camera, sizeof(h->camera), spec->camera);
	h->state = CAM_SHM_OPEN;
	slots_forget(r);
	__atomic_store_n(&h->version, CAM_SHM_VERSION, __ATOMIC_RELEASE);
}

static int make_objects(struct ring *r, const struct ring_spec *spec, struct ring_why *why)
{
	uint64_t generation = 0;
	void *map;
	int err = take_name(r, &generation, why);

	if (!err)
		err = make_readers(r, spec->mode, why);
	if (err)
		return err;
	if (ftruncate(r->fd, (off_t)r->size.total_bytes))
		return space_refusal(r, -errno, why);
	err = space_allocate(r->readers_fd, 0, CAM_SHM_PAGE);
	if (!err)
		err = space_allocate(r->fd, 0, r->size.pictures_offset);
	if (err)
		return space_refusal(r, err, why);
	map = mmap(NULL, r->size.total_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, r->fd, 0);
	if (map == MAP_FAILED)
		return say(why, -errno, "seconds", r->path, "cannot be mapped");
	r->map = map;
	madvise(map, r->size.total_bytes, MADV_DONTDUMP); /* nobody's pictures in core files */
	fill_header(r, spec, generation);
	/* Readable by others only now that it is whole; writable by none. */
	if (fchmod(r->fd, (spec->mode & 0444) | 0600))
		return say(why, -errno, "mode", r->path, "cannot be given these permissions");
	return 0;
}

int ring_open(struct ring *r, const struct ring_spec *spec, struct ring_why *why)
{
	int err;

	memset(r, 0, sizeof(*r));
	r->fd = r->readers_fd = -1;
	snprintf(r->path, sizeof(r->path), "/%s", spec->name);
	snprintf(r->readers_path, sizeof(r->readers_path), "/%s%s", spec->name, CAM_SHM_SUFFIX);
	ring_measure(spec, &r->size);
	err = make_objects(r, spec, why);
	if (err)
		ring_close(r);
	return err;
}

/* Removes the name, if it is still that of this object. */
static void unlink_own(int fd, const char *path)
{
	struct stat st;

	if (!fstat(fd, &st) && st.st_nlink)
		shm_unlink(path);
}

void ring_close(struct ring *r)
{
	struct stat st;

	if (r->map) {
		/* Touched only where there is something left to touch: see ring_intact(). */
		if (!fstat(r->fd, &st) && st.st_size >= (off_t)CAM_SHM_PAGE)
			slots_tell_closed(r);
		munmap(r->map, r->size.total_bytes);
		r->map = NULL;
	}
	if (r->readers_fd >= 0) {
		unlink_own(r->readers_fd, r->readers_path);
		close(r->readers_fd);
	}
	if (r->fd >= 0) {
		unlink_own(r->fd, r->path);
		close(r->fd);
	}
	r->fd = r->readers_fd = -1;
}
