/* SPDX-License-Identifier: MIT */
/** @file hash.h Hashes of passwords. [any] */
#ifndef CAM_CONFIG_OPTION_HASH_H
#define CAM_CONFIG_OPTION_HASH_H

/** @return why a text is no hash of a password by crypt(3) that can be used, NULL: it is one */
const char *hash_fault(const char *text);
#endif
