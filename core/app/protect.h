/* SPDX-License-Identifier: MIT */
/**
 * @file protect.h
 * What the server gives up before its first node starts: other programs, and files that its configuration does not
 * name (doc/adr/0013-self-protection.md). [loop]
 */
#ifndef CAM_APP_PROTECT_H
#define CAM_APP_PROTECT_H
#include "core/base/log.h"
#include "core/config/config.h"

struct protect {
	bool files; /**< Landlock is in force */
	char **folders; /**< that may be written to: as they were named, and where they really are */
	size_t n_folders;
};

/**
 * Plugins and configuration are loaded, and there is no thread yet. Makes the folders of CAM_FOLDER options that are
 * not there, as their nodes would. What the kernel lacks is logged, and the server runs without. Afterwards
 * protect_free() is needed. @param file of the configuration, NULL: none @return 0, or -ENOMEM
 */
int protect_now(
	struct protect *, const struct config *, const char *file, char *const *variables, struct log *);
/** @return 0, or -EACCES with a line in errors for each folder of the configuration that cannot be written to any more */
int protect_check(const struct protect *, const struct config *, struct text *errors);
void protect_free(struct protect *);
#endif
