/* SPDX-License-Identifier: MIT */
/** @file shm.h What a configuration takes of /dev/shm, told before it is too late. [any] */
#ifndef CAM_APP_SHM_H
#define CAM_APP_SHM_H
#include "core/config/config.h"

#define SHM_FOLDER "/dev/shm"

/** @return the bytes that /dev/shm should have for all nodes at once, in whole MiB with some to spare; 0: they need none */
uint64_t shm_wanted(const struct config *);
/** Add a sentence with a '\n', if the file system of this folder, SHM_FOLDER, is smaller than what is wanted. */
void shm_judge(const struct config *, const char *folder, struct text *out);
#endif
