/* SPDX-License-Identifier: MIT */
/**
 * @file guard.h
 * What the server gives up before its first node starts: other programs, and files that its configuration does not
 * name (doc/adr/0013-self-protection.md). [loop]
 */
#ifndef CAM_GUARD_GUARD_H
#define CAM_GUARD_GUARD_H
#include "core/base/log.h"
#include "core/config/config.h"

struct guard {
	bool files; /**< Landlock is in force */
	char **folders; /**< that may be written to: as they were named, and where they really are */
	size_t n_folders;
};

/**
 * Plugins and configuration are loaded, and there is no thread yet. Makes the folders of CAM_FOLDER options that are
 * not there, as their nodes would. What the kernel lacks is logged, and the server runs without. Afterwards
 * guard_free() is needed. @param file of the configuration, NULL: none @return 0, or -ENOMEM
 */
int guard_now(struct guard *, const struct config *, const char *file, char *const *variables, struct log *);
/** @return 0, or -EACCES with a line in errors for each folder of the configuration that cannot be written to any more */
int guard_check(const struct guard *, const struct config *, struct text *errors);
void guard_free(struct guard *);
#endif
