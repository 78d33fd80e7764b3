/* SPDX-License-Identifier: MIT */
/**
 * @file repair.h
 * Cuts the half-written fragment off a file that a crash or power cut has torn. Reads box headers only, a bounded
 * number of them; the file is taken for hostile.
 */
#ifndef CAM_RECORDER_MP4_REPAIR_H
#define CAM_RECORDER_MP4_REPAIR_H
#include <stdbool.h>
#include <stdint.h>

/** What repair_scan() found. */
struct repair_scan {
	bool fragmented; /**< It begins like one of our files: ftyp, moov. */
	bool foreign; /**< It holds media outside of fragments, so it is none of ours. */
	uint32_t fragments; /**< whole ones */
	int64_t good; /**< The end of the last whole fragment, or of the index behind it. */
	int64_t bytes; /**< of the file */
};

/** Walk the top-level boxes. @return 0, or -errno of the disk */
int repair_scan(int fd, struct repair_scan *ret);
/**
 * Find the newest recording of a camera and cut its torn end off; a file without one whole fragment is renamed to
 * `<name>.torn`, because nothing in it plays. A file that somebody is writing is left alone.
 * @return the bytes cut off (0: it was whole), or -errno
 */
int64_t repair_newest(int dir_fd, const char *camera);
#endif
