/* SPDX-License-Identifier: MIT */
/**
 * @file tree.h
 * The folder tree of recordings. Everything is opened relative to a descriptor of the directory, follows no symbolic
 * link, and blocks on the disk: for the io strand only.
 */
#ifndef CAM_RECORDER_MP4_TREE_H
#define CAM_RECORDER_MP4_TREE_H
#include "plugins/recorder_mp4/names.h"

/** A recording that is being written. */
struct tree_file {
	int fd; /**< Locked with flock(), so that no other server takes it for a torn one. */
	int day_fd; /**< Its folder. */
	char day[NAME_DAY_BYTES];
	char name[NAME_FILE_BYTES];
};

/** One entry that tree_visit() shows. */
struct tree_entry {
	const char *day, *name;
	int64_t start; /**< Unix seconds */
	int day_fd;
};

enum tree_order { TREE_NEWEST_FIRST, TREE_OLDEST_FIRST };

/** Open the directory, making its last part if only that is missing. @return a descriptor, or -errno */
int tree_open(const char *directory);
/** @return 0, or why nothing can be written there: -EACCES, -EROFS and others */
int tree_writable(int dir_fd);
/** @return the bytes free to this process in the file system, and its size; or -errno */
int64_t tree_free(int dir_fd, int64_t *ret_total);
/**
 * Make the file of a recording that begins at wall_ns, with its folders; never an existing one. The folders are
 * synced, so that the file's name survives a power cut. @return 0, or -errno
 */
int tree_create(int dir_fd, const char *camera, int64_t wall_ns, struct tree_file *ret);
/** Close both descriptors, first removing the name when `remove`. @return 0, or -errno: what was written may be lost */
int tree_close(struct tree_file *, bool remove);
/** Open an existing one to read. @return a descriptor, or -errno; -ENOENT also for what is no recording's name */
int tree_read(int dir_fd, const char *camera, const char *day, const char *name);
/**
 * Visit the recordings of a camera from the newest to the oldest or the other way, leaving out foreign files and days
 * outside of first_day to last_day (NULL: no limit), until visit returns other than 0. Reads at most 4096 folders and 16384
 * files in each. @return 0, what visit returned, or -errno
 */
int tree_visit(int dir_fd, const char *camera, enum tree_order, const char *first_day, const char *last_day,
	int (*visit)(void *arg, const struct tree_entry *), void *arg);
#endif
