/* SPDX-License-Identifier: MIT */
/** @file file.h A reply's file, read where the work of its disk is done; see cam_host.read_file. All calls are [loop]. */
#ifndef CAM_PLUGIN_FILE_H
#define CAM_PLUGIN_FILE_H
#include <cam/plugin.h>

#include "core/plugin/loop.h"
#include "core/plugin/places.h"

/**
 * Takes fd over if it succeeds.
 * @param on the io strand of who opened it, of which a reference is taken; NULL: one on the pool of the file's mount
 * @return 0 and *ret, or -errno
 */
int file_new(struct loop *, struct places *, struct executor *on, int fd, struct cam_file **ret);
/** See cam_host. */
void file_read(struct cam_file *, int64_t at, void *to, size_t bytes, void (*done)(void *arg, int64_t result),
	void *arg);
/** See cam_host. NULL is allowed. */
void file_close(struct cam_file *);
/** No read is under way: the file goes, its descriptor stays. @return it, to be closed by the caller */
int file_give_fd(struct cam_file *);
#endif
