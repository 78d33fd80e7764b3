/* SPDX-License-Identifier: MIT */
/** @file sandbox_calls.h System calls that the kernel takes from this process for good, by seccomp. */
#ifndef CAM_GUARD_SANDBOX_CALLS_H
#define CAM_GUARD_SANDBOX_CALLS_H

/**
 * From now on no program can be started, and calls fail with EPERM that change the system, mounts, kernel or other
 * processes. Sets no_new_privs. Holds for the calling thread and those it makes: call it before there are others.
 * @return 0; -ENOSYS: the kernel has no seccomp, or the machine is not known here; -errno
 */
int sandbox_calls(void);
#endif
