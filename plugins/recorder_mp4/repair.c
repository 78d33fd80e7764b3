/* SPDX-License-Identifier: MIT */
#include "plugins/recorder_mp4/repair.h"

#include "lib/bytes.h"
#include "plugins/recorder_mp4/tree.h"

#include <cam/plugin.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* Two boxes a fragment; a fragment a tenth of a second, for a day. */
enum { MAX_BOXES = 2 * 10 * 86400 };

struct box {
	uint32_t type; /* as CAM_FOURCC makes it */
	int64_t bytes;
};

/* The box at `at`: ISO/IEC 14496-12 section 4.2. @return 1, 0: torn, or no box, -errno */
static int read_box(int fd, int64_t at, int64_t end, struct box *ret)
{
	uint8_t head[16] = {0};
	ssize_t n = pread(fd, head, sizeof(head), at), head_bytes = 8;
	uint64_t bytes;

	if (n < 0)
		return -errno;
	bytes = be32(head);
	if (bytes == 1) {
		head_bytes = 16;
		bytes = be64(head + 8);
	}
	if (n < head_bytes || bytes < (uint64_t)head_bytes || bytes > (uint64_t)(end - at))
		return 0;
	ret->type = CAM_FOURCC(head[4], head[5], head[6], head[7]);
	ret->bytes = (int64_t)bytes;
	return 1;
}

/* Take one whole box that ends at `end` into account. @return false when it has no place in a file of ours */
static bool take_box(struct repair_scan *s, uint32_t type, uint32_t *before, int64_t end)
{
	if (type == CAM_FOURCC('m', 'd', 'a', 't')) {
		s->foreign = *before != CAM_FOURCC('m', 'o', 'o', 'f');
		if (s->foreign)
			return false;
		s->fragments++;
		s->good = end;
	} else if (type == CAM_FOURCC('m', 'f', 'r', 'a')) {
		s->good = end;
	} else if (type == CAM_FOURCC('m', 'o', 'o', 'v')) {
		s->fragmented = *before == CAM_FOURCC('f', 't', 'y', 'p');
		s->good = end;
	} else if (type != CAM_FOURCC('f', 't', 'y', 'p') && type != CAM_FOURCC('m', 'o', 'o', 'f')) {
		return type == 0 ? false : s->fragmented;
	}
	*before = type;
	return true;
}

int repair_scan(int fd, struct repair_scan *ret)
{
	struct repair_scan s = {0};
	uint32_t before = 0;
	struct stat st;
	struct box box = {0};
	int64_t at = 0;
	int got;

	if (fstat(fd, &st))
		return -errno;
	s.bytes = st.st_size;
	for (int i = 0; i < MAX_BOXES && at < s.bytes; i++) {
		got = read_box(fd, at, s.bytes, &box);
		if (got < 0)
			return got;
		if (!got || !take_box(&s, box.type, &before, at + box.bytes))
			break;
		at += box.bytes;
	}
	*ret = s;
	return 0;
}

/* Cut, keeping the time of the last write. @return bytes cut, or -errno */
static int64_t cut(int fd, const struct repair_scan *s)
{
	struct stat st;

	if (fstat(fd, &st))
		return -errno;
	if (ftruncate(fd, s->good))
		return -errno;
	futimens(fd, (struct timespec[2]){st.st_atim, st.st_mtim});
	return fsync(fd) ? -errno : s->bytes - s->good;
}

static int64_t set_aside(const struct tree_entry *entry, const struct repair_scan *s)
{
	char torn[NAME_FILE_BYTES + 8];

	snprintf(torn, sizeof(torn), "%s.torn", entry->name);
	if (renameat(entry->day_fd, entry->name, entry->day_fd, torn))
		return -errno;
	return s->bytes ? s->bytes : 1;
}

static int64_t repair_open(int fd, const struct tree_entry *entry)
{
	struct repair_scan s = {0};
	struct stat st;
	int err;

	if (fstat(fd, &st) || !S_ISREG(st.st_mode) || flock(fd, LOCK_EX | LOCK_NB))
		return 0;
	err = repair_scan(fd, &s);
	if (err)
		return err;
	if (s.foreign)
		return 0;
	if (s.fragmented && s.fragments)
		return s.good < s.bytes ? cut(fd, &s) : 0;
	return set_aside(entry, &s);
}

struct repair {
	int64_t result;
};

/* Stops at the first: the newest. */
static int visit(void *arg, const struct tree_entry *entry)
{
	struct repair *r = arg;
	int fd = openat(entry->day_fd, entry->name, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

	if (fd < 0) {
		r->result = -errno;
		return 1;
	}
	r->result = repair_open(fd, entry);
	close(fd);
	return 1;
}

int64_t repair_newest(int dir_fd, const char *camera)
{
	struct repair r = {0};
	int err = tree_visit(dir_fd, camera, TREE_NEWEST_FIRST, NULL, NULL, visit, &r);

	return err < 0 ? err : r.result;
}
