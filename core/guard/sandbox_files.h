/* SPDX-License-Identifier: MIT */
/** @file sandbox_files.h Files that the kernel takes from this process for good, by Landlock. */
#ifndef CAM_GUARD_SANDBOX_FILES_H
#define CAM_GUARD_SANDBOX_FILES_H

/**
 * From now on only these files and folders (with all below) can be opened: `read` for reading, `write` for reading,
 * making, writing and removing. Lists end with NULL; what is not there is left out. Files that are open stay open; what
 * stat(2) tells is not limited. Sets no_new_privs. Holds for the calling thread and those it makes: call it before there
 * are others. @return 0; -ENOSYS, -EOPNOTSUPP: the kernel has no Landlock; -errno
 */
int sandbox_files(const char *const *read, const char *const *write);
#endif
