/* SPDX-License-Identifier: MIT */
/**
 * @file users.h
 * Who may do what: the one place where that is decided. The users are those of the configuration in force, so whoever has
 * left it, or has another password now, may do nothing any more, whatever they hold. [any] unless said otherwise.
 */
#ifndef CAM_API_USERS_H
#define CAM_API_USERS_H
#include <pthread.h>

#include "core/config/config.h"
#include "core/plugin/who.h"

struct user;

struct users {
	pthread_mutex_t lock;
	struct user *user;
	size_t n;
	int64_t anonymous; /**< CONFIG_ANONYMOUS_AUTO and others */
};

void users_init(struct users *);
void users_destroy(struct users *);
/** [loop] A configuration comes into force. @return 0, or -ENOMEM: nobody is a user */
int users_set(struct users *, const struct config *);
/** @return whether there are any */
bool users_exist(struct users *);
/**
 * @param hash a copy of the user's, to be freed by the caller; of a name that is none, one that takes as long to check
 * @param ret_login see who_new(); 0: there is no such user @return 0 or -ENOMEM
 */
int users_find(struct users *, const char *name, char **ret_hash, uint64_t *ret_login);
/**
 * Whether somebody may: see cam_host.authorise. Without users, and if the configuration says nothing else, everybody may
 * play back, and who is on this machine may control.
 */
bool users_authorise(
	struct users *, const struct cam_who *, uint32_t right, const char *camera, int64_t wall_ns);
/** @return whether who sees every camera, whatever its name */
bool users_sees_all(struct users *, const struct cam_who *);
#endif
