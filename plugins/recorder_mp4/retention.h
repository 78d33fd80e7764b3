/* SPDX-License-Identifier: MIT */
/** @file retention.h Deletes recordings, so that there is room for new ones. Blocks on the disk: for the io strand only. */
#ifndef CAM_RECORDER_MP4_RETENTION_H
#define CAM_RECORDER_MP4_RETENTION_H
#include "plugins/recorder_mp4/tree.h"

/**
 * Delete the oldest recordings of a camera, and days that become empty, until `want` bytes are free; never one that is
 * being written, and at most 64 in one call. @param deleted is told of each, once it is gone, with its size, -1: not known
 * @return how many, or -errno
 */
int retention_delete_oldest(int dir_fd, const char *camera, int64_t want,
	void (*deleted)(void *arg, const struct tree_entry *, int64_t bytes), void *arg);
#endif
