/* SPDX-License-Identifier: MIT */
#include "plugins/recorder_mp4/retention.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_DELETED = 64 };

struct deletion {
	int camera_fd;
	int64_t want; /* bytes free */
	int n;
	char day[NAME_DAY_BYTES]; /* the one last visited */
	void (*deleted)(void *arg, const struct tree_entry *, int64_t bytes);
	void *arg;
};

/* @return whether somebody writes this file */
static bool is_being_written(const struct tree_entry *entry)
{
	int fd = openat(entry->day_fd, entry->name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	bool locked = fd >= 0 && flock(fd, LOCK_SH | LOCK_NB);

	if (fd >= 0)
		close(fd);
	return locked;
}

/* @return 0: go on, 1: there is room, or enough has been deleted, -errno */
static int delete_oldest(void *arg, const struct tree_entry *entry)
{
	struct deletion *d = arg;
	int64_t total, left = tree_free(d->camera_fd, &total);
	struct stat st;
	bool known;

	if (left < 0)
		return (int)left;
	if (left >= d->want || d->n == MAX_DELETED)
		return 1;
	if (*d->day && strcmp(d->day, entry->day) != 0)
		unlinkat(d->camera_fd, d->day, AT_REMOVEDIR); /* stays when something else is in it */
	memcpy(d->day, entry->day, sizeof(d->day));
	if (is_being_written(entry))
		return 0;
	known = !fstatat(entry->day_fd, entry->name, &st, AT_SYMLINK_NOFOLLOW);
	if (unlinkat(entry->day_fd, entry->name, 0))
		return errno == ENOENT || errno == EISDIR ? 0 : -errno;
	d->n++;
	d->deleted(d->arg, entry, known ? st.st_size : -1);
	return 0;
}

int retention_delete_oldest(int dir_fd, const char *camera, int64_t want,
	void (*deleted)(void *arg, const struct tree_entry *, int64_t bytes), void *arg)
{
	struct deletion d = {
		.camera_fd = openat(dir_fd, camera, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW),
		.want = want,
		.deleted = deleted,
		.arg = arg};
	int err;

	if (d.camera_fd < 0)
		return errno == ENOENT ? 0 : -errno;
	err = tree_visit(dir_fd, camera, TREE_OLDEST_FIRST, NULL, NULL, delete_oldest, &d);
	close(d.camera_fd);
	return err < 0 ? err : d.n;
}
