/* SPDX-License-Identifier: MIT */
/**
 * @file takeover.h
 * In a container: a volume that has just been made, by and for root, becomes the server's, and every capability goes
 * (doc/adr/0024-what-cannot-work.md). Called before there is another thread, and before plugins are loaded or files read.
 */
#ifndef CAM_GUARD_TAKEOVER_H
#define CAM_GUARD_TAKEOVER_H
#include <sys/types.h>

/** The variable that asks for it, which an image sets: "10001:10001:/recordings". */
#define TAKEOVER_VARIABLE "CAM_TAKE_OVER"

struct takeover {
	uid_t uid; /**< Whom the server is, when it was started as root. */
	gid_t gid;
	const char *folder; /**< Absolute; a part of the text that was parsed. */
};

/** @return 0, or -EINVAL: the text is no "UID:GID:FOLDER" with two numbers above 0 and an absolute path */
int takeover_parse(const char *text, struct takeover *ret);
/**
 * Give the folder to the process's user, or to t's when that is root, if it is root's, empty, and a folder rather than a
 * link to one. Takes CAP_CHOWN. @return 1: given, 0: it is not such a folder, or -errno
 */
int takeover_folder(const struct takeover *t);
/**
 * Give up every capability, the right to get new ones, and root, for t's user. What cannot be given up is kept.
 * @param t NULL: whoever it is, stays @return 0, or -errno: the process is still root
 */
int takeover_end(const struct takeover *t);
#endif
