/* SPDX-License-Identifier: MIT */
/**
 * @file shm_ring.h
 * The pictures of a cam_server camera in shared memory: the layout, and a reader in this one header, for C and C++.
 * Linux, little-endian; compile with -std=gnu11 (or define _GNU_SOURCE). doc/shm-ring.md tells the same in prose.
 *
 *     struct cam_shm ring;
 *     struct cam_shm_frame f;
 *     uint64_t seq = 0;
 *     if (cam_shm_open("cam_server.front", &ring) == 0)
 *             while (cam_shm_wait(&ring, seq, CAM_SHM_SECOND, &seq) == 0)
 *                     if (cam_shm_read(&ring, seq, pixels, size, &f) == 0)
 *                             use(pixels, f.width, f.height, f.stride);
 *
 * Two POSIX shared-memory objects make a ring:
 *   /NAME          header page, slot table, pictures. Only the server writes; readers open it read-only.
 *   /NAME.readers  one page of heartbeats, 256 × 16 bytes. Readers write it; the server believes nothing in it but
 *                  "somebody wants pictures".
 * A struct cam_shm belongs to one thread at a time; calls return 0 or -errno. What the header says is checked against
 * the object's size and copied when it is opened, so that a server gone wrong cannot lead a reader out of its mapping.
 */
#ifndef CAM_SHM_RING_H
#define CAM_SHM_RING_H

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "the ring's fields are little-endian"
#endif

#ifdef __cplusplus
extern "C" {
#define CAM_SHM_ASSERT(cond, text) static_assert(cond, text)
#else
#define CAM_SHM_ASSERT(cond, text) _Static_assert(cond, text)
#endif

/* ---- Layout ---------------------------------------------------------------------------------------------------- */

#define CAM_SHM_MAGIC UINT64_C(0x31474e52304d4143) /**< "CAM0RNG1" in memory */
#define CAM_SHM_VERSION 1u /**< Another layout is another version. */
#define CAM_SHM_PAGE 4096u /**< The header's size, and that of the readers' object. */
#define CAM_SHM_BGR3 UINT32_C(0x33524742) /**< "BGR3": blue, green, red, a byte each */
#define CAM_SHM_READERS 256u /**< heartbeats in the readers' object */
#define CAM_SHM_NAME_MAX 240u /**< bytes in a ring's name */
#define CAM_SHM_SUFFIX ".readers"
#define CAM_SHM_SECOND INT64_C(1000000000)
#define CAM_SHM_BEAT_NS (CAM_SHM_SECOND / 4) /**< A reader beats so often … */
#define CAM_SHM_GONE_NS (CAM_SHM_SECOND * 2) /**< … and counts as gone after so long. */

enum cam_shm_state { CAM_SHM_OPEN = 1, CAM_SHM_CLOSED };
enum cam_shm_fill { CAM_SHM_DEMAND = 0, CAM_SHM_ALWAYS };

/** Flags of a picture: the same bits as those of the plugin ABI's buffers. */
enum { CAM_SHM_DISCONTINUITY = 2, CAM_SHM_CORRUPT = 4 };

/** The first page of /NAME. Up to `newest` nothing changes once `version`, which is written last, is not 0. */
struct cam_shm_header {
	uint64_t magic; /* 0 */
	uint32_t version; /* 8 */
	uint32_t header_bytes; /* 12: CAM_SHM_PAGE */
	uint64_t generation; /* 16: another one for each ring made under a name; later ones are greater */
	uint64_t total_bytes; /* 24: size of the object */
	uint32_t writer_pid; /* 32: in the server's own pid namespace */
	uint32_t fill; /* 36: enum cam_shm_fill */
	uint32_t width, height; /* 40, 44: pixels */
	uint32_t stride; /* 48: bytes from row to row: width * 3 */
	uint32_t format; /* 52: CAM_SHM_BGR3 */
	uint64_t frame_bytes; /* 56: stride * height; also the distance from one picture to the next */
	uint64_t slots_offset; /* 64: of the slot table */
	uint64_t pictures_offset; /* 72: of the first picture; a multiple of the page */
	uint32_t slot_count; /* 80 */
	uint32_t slot_bytes; /* 84: sizeof(struct cam_shm_slot) */
	uint32_t fps_num, fps_den; /* 88, 92: at most so many pictures a second */
	int64_t created_wall_ns; /* 96: CLOCK_REALTIME */
	char camera[64]; /* 104: the camera's name, cut to 63 bytes and a NUL */
	uint8_t unused[88]; /* 168 */
	/* From here on things change; each is read and written whole. */
	uint64_t newest; /* 256: sequence of the newest whole picture; 0: none yet */
	uint64_t
		first; /* 264: pictures before this one are gone; greater than `newest` when there are none */
	uint32_t futex; /* 272: changes with every picture, and when `state` or `problem` do; wait on it */
	uint32_t state; /* 276: enum cam_shm_state; written before the futex */
	uint32_t problem; /* 280: errno why readers get no pictures (28: /dev/shm is full), or 0 */
	uint32_t flowing; /* 284: 1 while memory is reserved and pictures are asked for */
};

/** Slot i, at slots_offset + i * 64, describes picture i, at pictures_offset + i * frame_bytes. */
struct cam_shm_slot {
	uint32_t lock; /* 0: a seqlock, odd while the picture is being written or is not valid */
	uint32_t flags; /* 4: CAM_SHM_DISCONTINUITY, CAM_SHM_CORRUPT */
	uint64_t seq; /* 8: sequence, from 1, lies in slot seq % slot_count; 0: empty */
	int64_t pts_ns; /* 16: the camera's clock, monotonic */
	int64_t wall_ns; /* 24: CLOCK_REALTIME of arrival at the server */
	int64_t arrival_ns; /* 32: CLOCK_MONOTONIC of arrival at the server */
	int64_t published_ns; /* 40: CLOCK_MONOTONIC when it was whole */
	uint32_t width, height; /* 48, 52 */
	uint64_t source_seq; /* 56: number of the access unit that it was decoded from */
};

/** Heartbeat i, at i * 16 in /NAME.readers. */
struct cam_shm_reader {
	uint64_t id; /* the reader's own: pid in the low half, random in the high one; 0: free */
	int64_t beat_ns; /* CLOCK_MONOTONIC of the last beat */
};

CAM_SHM_ASSERT(sizeof(struct cam_shm_header) == 288 && offsetof(struct cam_shm_header, newest) == 256 &&
		       offsetof(struct cam_shm_header, camera) == 104,
	"layout of the header");
CAM_SHM_ASSERT(sizeof(struct cam_shm_slot) == 64 && sizeof(struct cam_shm_reader) == 16,
	"layout of slots and readers");

/* ---- Reader ---------------------------------------------------------------------------------------------------- */

/** An open ring. The first members may be read; the others are the reader's own. */
struct cam_shm {
	uint32_t width, height, stride, slot_count;
	uint64_t frame_bytes, generation;
	uint32_t fill; /* enum cam_shm_fill */
	uint32_t fps_num, fps_den;

	uint32_t beat_slot;
	uint64_t id;
	int64_t beat_ns;
	const uint8_t *map;
	uint64_t map_bytes, slots_offset, pictures_offset;
	int fd, readers_fd; /* readers_fd: -1 when it may not be written */
	char name[CAM_SHM_NAME_MAX + 1];
};

/** What is known of one picture. */
struct cam_shm_frame {
	uint64_t seq, source_seq;
	int64_t pts_ns, wall_ns, arrival_ns, published_ns; /* see struct cam_shm_slot */
	uint32_t width, height, stride, flags;
	uint32_t lock; /* for cam_shm_end() */
};

/** @return CLOCK_MONOTONIC in ns */
static inline int64_t cam_shm_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * CAM_SHM_SECOND + t.tv_nsec;
}

static inline const struct cam_shm_header *cam_shm_header_of(const struct cam_shm *r)
{
	return (const struct cam_shm_header *)(const void *)r->map;
}

/** @return whether these numbers describe a ring that fits into an object of `bytes` */
static inline int cam_shm_valid(const struct cam_shm_header *h, uint64_t bytes)
{
	if (h->magic != CAM_SHM_MAGIC || h->version != CAM_SHM_VERSION || h->format != CAM_SHM_BGR3)
		return 0;
	if (h->width - 1 >= 16384 || h->height - 1 >= 16384 || h->stride != h->width * 3) /* 0 - 1 is large */
		return 0;
	if (h->frame_bytes != (uint64_t)h->stride * h->height || h->slot_bytes != sizeof(struct cam_shm_slot))
		return 0;
	if (h->slot_count - 1 >= 1u << 20 || h->slots_offset < sizeof(*h) || h->slots_offset % 64 ||
		h->slots_offset > bytes || h->pictures_offset > bytes)
		return 0;
	return h->slots_offset + (uint64_t)h->slot_count * h->slot_bytes <= h->pictures_offset &&
	       h->slot_count * h->frame_bytes <= bytes - h->pictures_offset;
}

/**
 * Tell the server that somebody reads. cam_shm_wait(), cam_shm_begin() and cam_shm_read() do it themselves; a program
 * that looks at one picture for longer than CAM_SHM_GONE_NS calls this in between. Costs nothing when made often.
 */
static inline void cam_shm_beat(struct cam_shm *r)
{
	struct cam_shm_reader all[CAM_SHM_READERS], mine;
	int64_t now = cam_shm_now(), age;
	uint32_t i, at;
	ssize_t n;

	if (r->readers_fd < 0 || (r->beat_ns && now - r->beat_ns < CAM_SHM_BEAT_NS))
		return;
	n = pread(r->readers_fd, all, sizeof(all), 0);
	n = n < 0 ? 0 : n;
	memset((char *)all + n, 0, sizeof(all) - (size_t)n);
	for (i = 0, at = r->beat_slot; i < CAM_SHM_READERS; i++, at = (at + 1) % CAM_SHM_READERS) {
		/* Two readers that take one slot at once see it at the next beat: the later one keeps it. */
		age = (int64_t)((uint64_t)now - (uint64_t)all[at].beat_ns);
		if (all[at].id == r->id || !all[at].id || age > CAM_SHM_GONE_NS || age < -CAM_SHM_GONE_NS)
			break;
	}
	if (i == CAM_SHM_READERS)
		return;
	r->beat_slot = at;
	r->beat_ns = now;
	mine.id = r->id, mine.beat_ns = now;
	n = pwrite(r->readers_fd, &mine, sizeof(mine), (off_t)(at * sizeof(mine)));
	(void)n; /* Without it the server sees one reader less; there is nobody to tell. */
}

/** Ends the heartbeat and the mapping. A zeroed or closed one is allowed. */
static inline void cam_shm_close(struct cam_shm *r)
{
	struct cam_shm_reader mine;
	off_t at = (off_t)(r->beat_slot * sizeof(mine));

	if (!r->map)
		return;
	if (r->readers_fd >= 0) {
		if (pread(r->readers_fd, &mine, sizeof(mine), at) == (ssize_t)sizeof(mine) &&
			mine.id == r->id) {
			memset(&mine, 0, sizeof(mine));
			if (pwrite(r->readers_fd, &mine, sizeof(mine), at) < 0)
				r->beat_ns = 0; /* It ends by itself after CAM_SHM_GONE_NS. */
		}
		close(r->readers_fd);
	}
	munmap((void *)(uintptr_t)r->map, (size_t)r->map_bytes);
	close(r->fd);
	r->map = NULL;
	r->fd = r->readers_fd = -1;
}

/* Maps the object in r->fd and takes what its header says. */
static inline int cam_shm_map(struct cam_shm *r)
{
	struct cam_shm_header h;
	struct stat st;
	void *map;
	ssize_t n = pread(r->fd, &h, sizeof(h), 0);

	if (n < 0 || fstat(r->fd, &st))
		return -errno;
	if (n < (ssize_t)sizeof(h) || !h.version)
		return -EAGAIN;
	if (!cam_shm_valid(&h, (uint64_t)st.st_size) || (uint64_t)st.st_size > SIZE_MAX)
		return -EPROTO;
	if (h.state != CAM_SHM_OPEN)
		return -ESTALE;
	map = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, r->fd, 0);
	if (map == MAP_FAILED)
		return -errno;
	r->map = (const uint8_t *)map;
	r->map_bytes = (uint64_t)st.st_size;
	r->width = h.width, r->height = h.height, r->stride = h.stride;
	r->slot_count = h.slot_count;
	r->frame_bytes = h.frame_bytes;
	r->generation = h.generation;
	r->fill = h.fill, r->fps_num = h.fps_num, r->fps_den = h.fps_den;
	r->slots_offset = h.slots_offset, r->pictures_offset = h.pictures_offset;
	return 0;
}

/**
 * @return 0 while the server lives and this is its ring; -ESTALE: closed, replaced, or its server died. Makes system
 * calls; cam_shm_wait() calls it whenever nothing comes.
 */
static inline int cam_shm_alive(const struct cam_shm *r)
{
	struct flock lock;
	struct stat st;

	if (__atomic_load_n(&cam_shm_header_of(r)->state, __ATOMIC_ACQUIRE) != CAM_SHM_OPEN)
		return -ESTALE;
	if (fstat(r->fd, &st) || !st.st_nlink || (uint64_t)st.st_size < r->map_bytes)
		return -ESTALE;
	/* The server holds a write lock on the first byte, which the kernel lets go when it dies. */
	memset(&lock, 0, sizeof(lock));
	lock.l_type = F_RDLCK;
	lock.l_len = 1;
	return !fcntl(r->fd, 36 /* F_OFD_GETLK */, &lock) && lock.l_type == F_UNLCK ? -ESTALE : 0;
}

/* Opens /NAME.readers. Only a ring that is filled always can do without. */
static inline int cam_shm_enrol(struct cam_shm *r)
{
	char path[CAM_SHM_NAME_MAX + 16];
	struct timespec t;
	uint64_t salt;

	snprintf(path, sizeof(path), "/%s%s", r->name, CAM_SHM_SUFFIX);
	r->readers_fd = shm_open(path, O_RDWR, 0);
	if (r->readers_fd < 0)
		return r->fill == CAM_SHM_ALWAYS ? 0 : -errno;
	clock_gettime(CLOCK_REALTIME, &t);
	salt = ((uint64_t)t.tv_nsec << 20) ^ (uint64_t)(uintptr_t)r ^ (uint64_t)getpid();
	salt = (salt ^ (salt >> 29)) * UINT64_C(0xbf58476d1ce4e5b9);
	r->id = (salt & UINT64_C(0xffffffff00000000)) | (uint32_t)getpid();
	r->beat_slot = (uint32_t)(salt >> 40) % CAM_SHM_READERS;
	cam_shm_beat(r);
	return 0;
}

/**
 * Open a ring by its name, without the leading slash, and begin the heartbeat; *ret needs no preparation, and
 * cam_shm_close() may be called on it whatever this returns. @return 0; -ENOENT: no such ring; -EAGAIN: it is just being
 * made; -EPROTO: not a ring, or of another version; -ESTALE: left over, its server is gone; -EACCES: not allowed; …
 */
static inline int cam_shm_open(const char *name, struct cam_shm *ret)
{
	char path[CAM_SHM_NAME_MAX + 2];
	int err;

	memset(ret, 0, sizeof(*ret));
	ret->fd = ret->readers_fd = -1;
	if (strlen(name) > CAM_SHM_NAME_MAX || strchr(name, '/'))
		return -EINVAL;
	memcpy(ret->name, name, strlen(name) + 1);
	snprintf(path, sizeof(path), "/%s", name);
	ret->fd = shm_open(path, O_RDONLY, 0);
	if (ret->fd < 0)
		return -errno;
	err = cam_shm_map(ret);
	if (!err)
		err = cam_shm_alive(ret);
	if (!err)
		err = cam_shm_enrol(ret);
	if (err && ret->map)
		cam_shm_close(ret);
	else if (err)
		close(ret->fd);
	return err;
}

/** Close it and open what has the name now. @return as cam_shm_open() */
static inline int cam_shm_reopen(struct cam_shm *r)
{
	char name[CAM_SHM_NAME_MAX + 1];

	memcpy(name, r->name, sizeof(name));
	cam_shm_close(r);
	return cam_shm_open(name, r);
}

/** @return the sequence of the newest picture; 0: there is none now */
static inline uint64_t cam_shm_newest(const struct cam_shm *r)
{
	const struct cam_shm_header *h = cam_shm_header_of(r);
	uint64_t newest = __atomic_load_n(&h->newest, __ATOMIC_ACQUIRE);

	return newest >= __atomic_load_n(&h->first, __ATOMIC_ACQUIRE) ? newest : 0;
}

/** @return the sequence of the oldest picture, which is the next to be overwritten; 0: there is none now */
static inline uint64_t cam_shm_oldest(const struct cam_shm *r)
{
	uint64_t first = __atomic_load_n(&cam_shm_header_of(r)->first, __ATOMIC_ACQUIRE);
	uint64_t newest = cam_shm_newest(r);

	if (newest && newest - first >= r->slot_count)
		return newest - r->slot_count + 1;
	return newest ? first : 0;
}

/* Sleeps until the futex word is another than `seen`, at most half a second. */
static inline int cam_shm_sleep(const struct cam_shm *r, uint32_t seen, int64_t ns)
{
	struct {
		long sec, nsec;
	} t; /* the kernel's own, whatever time_t is */

	if (ns > CAM_SHM_SECOND / 2)
		ns = CAM_SHM_SECOND / 2;
	t.sec = (long)(ns / CAM_SHM_SECOND);
	t.nsec = (long)(ns % CAM_SHM_SECOND);
	if (!syscall(SYS_futex, &cam_shm_header_of(r)->futex, 0 /* FUTEX_WAIT */, seen, &t, NULL, 0) ||
		errno == EAGAIN || errno == EINTR || errno == ETIMEDOUT)
		return 0;
	return -errno;
}

/**
 * Wait for a picture newer than last_seq (0: any); the newest wins. @return 0 and *ret_seq; -ETIMEDOUT; -ENOSPC: timed
 * out because the server has found too little room in /dev/shm; -ESTALE: this ring has ended, cam_shm_reopen()
 */
static inline int cam_shm_wait(struct cam_shm *r, uint64_t last_seq, int64_t timeout_ns, uint64_t *ret_seq)
{
	const struct cam_shm_header *h = cam_shm_header_of(r);
	int64_t begin = cam_shm_now(), left, checked = begin;
	int err = 0;

	for (;;) {
		uint32_t seen = __atomic_load_n(&h->futex, __ATOMIC_ACQUIRE);
		uint64_t newest = cam_shm_newest(r);

		cam_shm_beat(r);
		if (newest > last_seq) {
			*ret_seq = newest;
			return 0;
		}
		if (__atomic_load_n(&h->state, __ATOMIC_ACQUIRE) != CAM_SHM_OPEN)
			return -ESTALE;
		if (cam_shm_now() - checked > CAM_SHM_SECOND / 4) {
			err = cam_shm_alive(r);
			checked = cam_shm_now();
		}
		left = timeout_ns - (cam_shm_now() - begin);
		if (!err && left <= 0)
			err = __atomic_load_n(&h->problem, __ATOMIC_RELAXED) ? -ENOSPC : -ETIMEDOUT;
		if (!err)
			err = cam_shm_sleep(r, seen, left);
		if (err)
			return err;
	}
}

/** @return the slot's description of picture seq, read field by field */
static inline void cam_shm_peek(const struct cam_shm_slot *s, struct cam_shm_frame *ret)
{
	ret->seq = __atomic_load_n(&s->seq, __ATOMIC_RELAXED);
	ret->source_seq = __atomic_load_n(&s->source_seq, __ATOMIC_RELAXED);
	ret->pts_ns = __atomic_load_n(&s->pts_ns, __ATOMIC_RELAXED);
	ret->wall_ns = __atomic_load_n(&s->wall_ns, __ATOMIC_RELAXED);
	ret->arrival_ns = __atomic_load_n(&s->arrival_ns, __ATOMIC_RELAXED);
	ret->published_ns = __atomic_load_n(&s->published_ns, __ATOMIC_RELAXED);
	ret->flags = __atomic_load_n(&s->flags, __ATOMIC_RELAXED);
}

static inline const struct cam_shm_slot *cam_shm_slot_of(const struct cam_shm *r, uint64_t seq)
{
	const void *table = r->map + r->slots_offset;

	return (const struct cam_shm_slot *)table + seq % r->slot_count;
}

/**
 * Is the picture of *frame still the one that cam_shm_begin() showed? What was read in between is good only when this
 * returns 0. @return 0, or -ENODATA: it has been overwritten meanwhile
 */
static inline int cam_shm_end(const struct cam_shm *r, const struct cam_shm_frame *frame)
{
	__sync_synchronize(); /* All reads before come before the one of the lock. */
	return __atomic_load_n(&cam_shm_slot_of(r, frame->seq)->lock, __ATOMIC_RELAXED) == frame->lock
		       ? 0
		       : -ENODATA;
}

/**
 * Look at a picture where it lies, without a copy; cam_shm_end() tells whether it stayed whole, and until then the bytes
 * may change at any time. The newest picture stays for slot_count - 1 pictures' time.
 * @return 0, *ret_bgr (frame_bytes long) and *ret_frame; -EAGAIN: not there yet; -ENODATA: gone
 */
static inline int cam_shm_begin(
	struct cam_shm *r, uint64_t seq, const uint8_t **ret_bgr, struct cam_shm_frame *ret_frame)
{
	const struct cam_shm_slot *slot = cam_shm_slot_of(r, seq);

	cam_shm_beat(r);
	if (!seq || seq > __atomic_load_n(&cam_shm_header_of(r)->newest, __ATOMIC_ACQUIRE))
		return -EAGAIN;
	ret_frame->lock = __atomic_load_n(&slot->lock, __ATOMIC_ACQUIRE);
	cam_shm_peek(slot, ret_frame);
	ret_frame->width = r->width, ret_frame->height = r->height, ret_frame->stride = r->stride;
	if (ret_frame->lock & 1 || ret_frame->seq != seq || cam_shm_end(r, ret_frame))
		return -ENODATA;
	*ret_bgr = r->map + r->pictures_offset + seq % r->slot_count * r->frame_bytes;
	return 0;
}

/**
 * Copy a picture. dst has room for frame_bytes. It reads the file and not the mapping: what is cut off or given back
 * meanwhile is an error then and no SIGBUS. @return 0 and *ret_frame; -EAGAIN: not there yet; -ENODATA: gone, or
 * overwritten while it was copied; -ENOBUFS: dst_bytes is too small; -ESTALE
 */
static inline int cam_shm_read(
	struct cam_shm *r, uint64_t seq, void *dst, size_t dst_bytes, struct cam_shm_frame *ret_frame)
{
	const uint8_t *src;
	size_t done = 0;
	int err;

	if (dst_bytes < r->frame_bytes)
		return -ENOBUFS;
	err = cam_shm_begin(r, seq, &src, ret_frame);
	while (!err && done < r->frame_bytes) {
		ssize_t n = pread(r->fd, (uint8_t *)dst + done, (size_t)r->frame_bytes - done,
			(off_t)(src - r->map) + (off_t)done);

		if (n <= 0)
			return n ? -errno : -ESTALE;
		done += (size_t)n;
	}
	return err ? err : cam_shm_end(r, ret_frame);
}

#ifdef __cplusplus
}
#endif
#endif
