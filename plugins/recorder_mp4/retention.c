/* SPDX-License-Identifier: MIT */
/* tree_visit(), the recordings of a camera in order of time, and tree_make_room(), which deletes the oldest. */
#include "plugins/recorder_mp4/tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

enum {
	FOLDER = O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW,
	MAX_DAYS = 4096,
	MAX_FILES = 16384,
	MAX_DELETED = 64
};

struct item {
	char *name;
	int64_t start;
};

struct list {
	struct item *item;
	size_t n, room, max;
};

/* What is read from a folder: camera's days when day is NULL, else that day's files. */
struct filter {
	const char *camera, *day, *first_day, *last_day;
	enum tree_order order;
};

static void list_finish(struct list *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->item[i].name);
	free(l->item);
}

static int list_add(struct list *l, const char *name, int64_t start)
{
	if (l->n == l->room) {
		size_t room = l->room ? 2 * l->room : 64;
		struct item *more = realloc(l->item, room * sizeof(*more));

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
	const struct item *x = a, *y = b;

	if (x->start != y->start)
		return x->start < y->start ? 1 : -1;
	if (strlen(x->name) != strlen(y->name)) /* _2 comes after the name without, _10 after _9 */
		return strlen(x->name) < strlen(y->name) ? 1 : -1;
	return strcmp(y->name, x->name);
}

static bool wanted(const struct filter *f, const char *name, int64_t *ret_start)
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
static int list_read(int fd, const struct filter *filter, struct list *l)
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

static int visit_day(int camera_fd, const struct filter *filter,
	int (*visit)(void *arg, const struct tree_entry *), void *arg)
{
	struct list files = {.max = MAX_FILES};
	int day_fd = openat(camera_fd, filter->day, FOLDER);
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
	struct filter filter = {camera, NULL, first_day, last_day, order};
	struct list days = {.max = MAX_DAYS};
	int camera_fd = openat(dir_fd, camera, FOLDER);
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

struct room {
	int camera_fd;
	int64_t want;
	int n;
	char day[NAME_DAY_BYTES]; /* the one last visited */
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

static int make_room(void *arg, const struct tree_entry *entry)
{
	struct room *r = arg;
	int64_t total, left = tree_free(r->camera_fd, &total);

	if (left < 0)
		return (int)left;
	if (left >= r->want || r->n == MAX_DELETED)
		return 1;
	if (*r->day && strcmp(r->day, entry->day) != 0)
		unlinkat(r->camera_fd, r->day, AT_REMOVEDIR); /* stays when something else is in it */
	memcpy(r->day, entry->day, sizeof(r->day));
	if (is_being_written(entry))
		return 0;
	if (unlinkat(entry->day_fd, entry->name, 0))
		return errno == ENOENT || errno == EISDIR ? 0 : -errno;
	r->n++;
	return 0;
}

int tree_make_room(int dir_fd, const char *camera, int64_t want)
{
	struct room r = {.camera_fd = openat(dir_fd, camera, FOLDER), .want = want};
	int err;

	if (r.camera_fd < 0)
		return errno == ENOENT ? 0 : -errno;
	err = tree_visit(dir_fd, camera, TREE_OLDEST_FIRST, NULL, NULL, make_room, &r);
	close(r.camera_fd);
	return err < 0 ? err : r.n;
}
