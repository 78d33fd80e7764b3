/* SPDX-License-Identifier: MIT */
#include "plugins/recorder_mp4/tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { FOLDER = O_RDONLY | O_DIRECTORY | O_CLOEXEC, MAX_DAYS = 4096, MAX_FILES = 16384 };

int tree_open(const char *directory)
{
	int fd = open(directory, FOLDER);

	if (fd < 0 && errno == ENOENT && !mkdir(directory, 0755))
		fd = open(directory, FOLDER);
	return fd < 0 ? -errno : fd;
}

int tree_writable(int dir_fd)
{
	return faccessat(dir_fd, ".", W_OK | X_OK, AT_EACCESS) ? -errno : 0;
}

int64_t tree_free(int dir_fd, int64_t *ret_total)
{
	struct statvfs fs;

	if (fstatvfs(dir_fd, &fs))
		return -errno;
	*ret_total = (int64_t)(fs.f_blocks * fs.f_frsize);
	return (int64_t)(fs.f_bavail * fs.f_frsize);
}

/* Open a folder, making it when it is not there. @return a descriptor, or -errno */
static int open_folder(int dir_fd, const char *name)
{
	int fd = openat(dir_fd, name, FOLDER | O_NOFOLLOW);

	if (fd >= 0 || errno != ENOENT)
		return fd < 0 ? -errno : fd;
	if (mkdirat(dir_fd, name, 0755) && errno != EEXIST)
		return -errno;
	if (fsync(dir_fd))
		return -errno;
	fd = openat(dir_fd, name, FOLDER | O_NOFOLLOW);
	return fd < 0 ? -errno : fd;
}

static int create_in(struct tree_file *file, const char *camera, int64_t wall_ns)
{
	int err = 0;

	for (int copy = 1; copy <= NAME_MAX_COPY; copy++) {
		err = name_make(camera, wall_ns, copy, file->day, file->name);
		if (err)
			return err;
		file->fd = openat(
			file->day_fd, file->name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);
		if (file->fd >= 0)
			return fsync(file->day_fd) ? -errno : 0;
		if (errno != EEXIST)
			return -errno;
	}
	return -EEXIST;
}

int tree_create(int dir_fd, const char *camera, int64_t wall_ns, struct tree_file *ret)
{
	struct tree_file file = {.fd = -1, .day_fd = -1};
	int err = name_make(camera, wall_ns, 1, file.day, file.name);
	int camera_fd;

	if (err)
		return err;
	camera_fd = open_folder(dir_fd, camera);
	if (camera_fd < 0)
		return camera_fd;
	file.day_fd = open_folder(camera_fd, file.day);
	close(camera_fd);
	if (file.day_fd < 0)
		return file.day_fd;
	err = create_in(&file, camera, wall_ns);
	if (err) {
		(void)tree_close(&file, file.fd >= 0);
		return err;
	}
	flock(file.fd, LOCK_EX | LOCK_NB);
	*ret = file;
	return 0;
}

int tree_close(struct tree_file *file, bool remove)
{
	int err = 0;

	if (remove)
		unlinkat(file->day_fd, file->name, 0);
	/* A file system over a network may tell only here that it could not write; the descriptor is gone in any case. */
	if (file->fd >= 0 && close(file->fd) && errno != EINTR)
		err = -errno;
	if (file->day_fd >= 0)
		close(file->day_fd);
	file->fd = file->day_fd = -1;
	return err;
}

/* The kernel keeps the path below dir_fd; where it cannot (before 5.6, or a filter), each step refuses links. */
static int open_beneath(int dir_fd, const char *camera, const char *day, const char *name)
{
	struct open_how how = {.flags = O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS};
	char path[2 * NAME_FILE_BYTES + NAME_DAY_BYTES];
	int fd, camera_fd, day_fd;

	if (snprintf(path, sizeof(path), "%s/%s/%s", camera, day, name) >= (int)sizeof(path))
		return -ENOENT;
	fd = (int)syscall(SYS_openat2, dir_fd, path, &how, sizeof(how));
	if (fd >= 0 || (errno != ENOSYS && errno != EPERM))
		return fd < 0 ? -errno : fd;
	camera_fd = openat(dir_fd, camera, FOLDER | O_NOFOLLOW);
	day_fd = camera_fd < 0 ? -1 : openat(camera_fd, day, FOLDER | O_NOFOLLOW);
	fd = day_fd < 0 ? -1 : openat(day_fd, name, (int)how.flags);
	fd = fd < 0 ? -errno : fd;
	if (day_fd >= 0)
		close(day_fd);
	if (camera_fd >= 0)
		close(camera_fd);
	return fd;
}

int tree_read(int dir_fd, const char *camera, const char *day, const char *name)
{
	struct stat st;
	int64_t start;
	int fd;

	if (!name_parse(camera, day, name, &start))
		return -ENOENT;
	fd = open_beneath(dir_fd, camera, day, name);
	if (fd >= 0 && (fstat(fd, &st) || !S_ISREG(st.st_mode))) {
		close(fd);
		return -ENOENT;
	}
	return fd == -ELOOP || fd == -EXDEV ? -ENOENT : fd;
}

/* ---- finding recordings ---- */

struct folder_entry {
	char *name;
	int64_t start;
};

struct folder_list {
	struct folder_entry *item;
	size_t n, room, max;
};

/* What is read from a folder: camera's days when day is NULL, else that day's files. */
struct folder_filter {
	const char *camera, *day, *first_day, *last_day;
	enum tree_order order;
};

static void list_finish(struct folder_list *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->item[i].name);
	free(l->item);
}

static int list_add(struct folder_list *l, const char *name, int64_t start)
{
	if (l->n == l->room) {
		size_t room = l->room ? 2 * l->room : 64;
		struct folder_entry *more = realloc(l->item, room * sizeof(*more));

		if (!more)
			return -ENOMEM;
		l->item = more;
		l->room = room;
	}
	l->item[l->n].start = start;
	l->item[l->n].name = strdup(name);
	if (!l->item[l->n].name)
		return -ENOMEM;
	l->n++;
	return 0;
}

static int newest_first(const void *a, const void *b)
{
	const struct folder_entry *x = a, *y = b;

	if (x->start != y->start)
		return x->start < y->start ? 1 : -1;
	if (strlen(x->name) != strlen(y->name)) /* _2 comes after the name without, _10 after _9 */
		return strlen(x->name) < strlen(y->name) ? 1 : -1;
	return strcmp(y->name, x->name);
}

static bool wanted(const struct folder_filter *f, const char *name, int64_t *ret_start)
{
	if (f->day)
		return name_parse(f->camera, f->day, name, ret_start);
	*ret_start = 0;
	return name_is_day(name) && (!f->first_day || strcmp(name, f->first_day) >= 0) &&
	       (!f->last_day || strcmp(name, f->last_day) <= 0);
}

static int oldest_first(const void *a, const void *b)
{
	return newest_first(b, a);
}

/* Read a folder into the list, in the filter's order. @return 0, or -errno */
static int list_read(int fd, const struct folder_filter *filter, struct folder_list *l)
{
	int own = openat(fd, ".", FOLDER), err = 0;
	DIR *dir = own < 0 ? NULL : fdopendir(own);
	struct dirent *entry;
	int64_t start;

	if (!dir) {
		err = -errno;
		if (own >= 0)
			close(own);
		return err;
	}
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): nobody else has this DIR */
	while (!err && l->n < l->max && (entry = readdir(dir))) {
		if (wanted(filter, entry->d_name, &start))
			err = list_add(l, entry->d_name, start);
	}
	closedir(dir);
	if (l->n)
		qsort(l->item, l->n, sizeof(*l->item),
			filter->order == TREE_OLDEST_FIRST ? oldest_first : newest_first);
	return err;
}

static int visit_day(int camera_fd, const struct folder_filter *filter,
	int (*visit)(void *arg, const struct tree_entry *), void *arg)
{
	struct folder_list files = {.max = MAX_FILES};
	int day_fd = openat(camera_fd, filter->day, FOLDER | O_NOFOLLOW);
	int err;

	if (day_fd < 0)
		return errno == ENOMEM || errno == EMFILE || errno == ENFILE || errno == EIO ? -errno : 0;
	err = list_read(day_fd, filter, &files);
	for (size_t i = 0; !err && i < files.n; i++) {
		struct tree_entry entry = {filter->day, files.item[i].name, files.item[i].start, day_fd};

		err = visit(arg, &entry);
	}
	list_finish(&files);
	close(day_fd);
	return err;
}

int tree_visit(int dir_fd, const char *camera, enum tree_order order, const char *first_day,
	const char *last_day, int (*visit)(void *arg, const struct tree_entry *), void *arg)
{
	struct folder_filter filter = {camera, NULL, first_day, last_day, order};
	struct folder_list days = {.max = MAX_DAYS};
	int camera_fd = openat(dir_fd, camera, FOLDER | O_NOFOLLOW);
	int err;

	if (camera_fd < 0)
		return errno == ENOENT ? 0 : -errno;
	err = list_read(camera_fd, &filter, &days);
	for (size_t i = 0; !err && i < days.n; i++) {
		filter.day = days.item[i].name;
		err = visit_day(camera_fd, &filter, visit, arg);
	}
	list_finish(&days);
	close(camera_fd);
	return err;
}
