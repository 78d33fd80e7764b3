/* SPDX-License-Identifier: MIT */
/**
 * @file env.h
 * Values of environment variables, and of the files that stand in for them so that a secret need not be in the
 * environment: NAME, else the file that NAME_FILE names, else $CREDENTIALS_DIRECTORY/NAME (systemd.exec(5)).
 */
#ifndef CAM_CONFIG_TREE_ENV_H
#define CAM_CONFIG_TREE_ENV_H
#include "core/base/arena.h"

enum { ENV_MAX_BYTES = 16384 }; /**< of one value */

struct env_value {
	const char *text; /**< NULL: there is none. */
	const char *why; /**< A sentence when a value is there but cannot be used, else NULL. */
	bool secret; /**< It came out of a file. */
};

/** @return the variable as it is, NULL if it is not set */
const char *env_get(char *const *variables, const char *name);
/** @return the value of a variable; an empty variable is none */
struct env_value env_lookup(struct arena *, char *const *variables, const char *name);
/** @return what stands in a file, without the line end at its end */
struct env_value env_read_secret(struct arena *, const char *path);
/** @return why text cannot be a value (bad UTF-8, control characters), NULL if it can */
const char *env_text_fault(const char *text);
#endif
