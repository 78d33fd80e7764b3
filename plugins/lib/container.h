/* SPDX-License-Identifier: MIT */
/**
 * @file container.h
 * Where the operator stands: messages name the host's folder and what to run there, not what the container sees. [any]
 *
 * `root` is "" but in tests: a folder in which .dockerenv, run/.containerenv and proc/self/mountinfo are looked for.
 */
#ifndef CAM_LIB_CONTAINER_H
#define CAM_LIB_CONTAINER_H
#include <stdbool.h>
#include <stddef.h>

/** @return whether this process runs in a container: Docker's or Podman's file says so, or `/` is an overlay */
bool container_is_here(const char *root);
/**
 * @param folder of this process's view; need not be there @param ret_host gets where the host has it, by the path that
 * its disk knows, which begins below the mount point of that disk; "" if it is not known
 * @return whether a container runs this process, and the folder is a volume, that is, not the container's own
 */
bool container_mounts(const char *root, const char *folder, char *ret_host, size_t room);
#endif
