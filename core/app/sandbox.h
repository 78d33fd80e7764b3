/* SPDX-License-Identifier: MIT */
/**
 * @file sandbox.h
 * What the kernel takes from this process for good: Landlock for files, seccomp for system calls. Both hold for the
 * calling thread and those it makes, so they are called before there are others.
 */
#ifndef CAM_APP_SANDBOX_H
#define CAM_APP_SANDBOX_H

/**
 * From now on only these files and folders (with all below) can be opened: `read` for reading, `write` for reading,
 * making, writing and removing. Lists end with NULL; what is not there is left out. Files that are open stay open; what
 * stat(2) tells is not limited. Sets no_new_privs. @return 0; -ENOSYS, -EOPNOTSUPP: the kernel has no Landlock; -errno
 */
int sandbox_files(const char *const *read, const char *const *write);
/**
 * From now on no program can be started, and calls fail with EPERM that change the system, mounts, kernel or other
 * processes. Sets no_new_privs. @return 0; -ENOSYS: the kernel has no seccomp, or the machine is not known here; -errno
 */
int sandbox_calls(void);
#endif
