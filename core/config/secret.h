/* SPDX-License-Identifier: MIT */
/** @file secret.h Secrets and addresses that a file holds in place of the configuration: NAME_file beside NAME. [loop] */
#ifndef CAM_CONFIG_SECRET_H
#define CAM_CONFIG_SECRET_H
#include "core/config/loading.h"

/** @return the key NAME_file of an option, owned by the arena; NULL: it has none, or the table uses it for another */
const char *secret_key(struct load *, const struct cam_opt *options, const struct cam_opt *);
/**
 * @param value, file what stands behind NAME and NAME_file, NULL: nothing; the higher rank wins, and of one rank both are
 * an error, which is reported @return the one that holds, NULL: neither is there
 */
const struct tree *secret_or_file(struct load *, const struct tree *value, unsigned value_rank,
	const struct tree *file, unsigned file_rank, bool *ret_is_file);
/**
 * Read a secret, and remember the folder of its file, which a reload reads again. @param t where path is written
 * @return the text, owned by the arena; NULL and reported
 */
const char *secret_read(struct load *, const struct tree *t, const char *path);
#endif
