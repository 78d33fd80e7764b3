/* SPDX-License-Identifier: MIT */
/**
 * @file login.h
 * Finding out who asks: by HTTP's Basic authentication (RFC 7617), else nobody in particular. Passwords are checked by
 * crypt(3) in the cpu pool, one at a time; who has been let in is known for some minutes. [loop]
 */
#ifndef CAM_API_LOGIN_H
#define CAM_API_LOGIN_H
#include "core/api/users.h"
#include "core/base/log.h"
#include "core/plugin/loop.h"
#include "core/plugin/places.h"

/** Checks that may wait: more would make whoever comes honestly wait for them. */
enum { LOGIN_WAITING = 8, LOGIN_KNOWN = 64 };

struct login_known {
	uint8_t tag[32]; /**< of name and password, by a key that only this process has */
	uint64_t login; /**< 0: empty */
	int64_t until_ns; /**< CLOCK_MONOTONIC */
};

struct login {
	struct users *users;
	struct loop *loop;
	struct log *log;
	struct strand *strand; /**< NULL until one is needed */
	uint8_t key[32];
	struct login_known known[LOGIN_KNOWN];
	unsigned waiting;
	unsigned long long passed, refused; /**< since the start */
	int64_t told_ns; /**< when a refused login was last logged */
	unsigned untold; /**< and how many since */
	bool is_closed;
};

/** All borrowed. @return 0 or -errno: the system gives no random numbers */
int login_init(struct login *, struct users *, struct loop *, struct log *);
/** Nobody asks any more; those who wait are told that the server ends. The pool runs its course afterwards. */
void login_close(struct login *);
/** @return a reference to who asks without a login, NULL without memory */
const struct cam_who *login_nobody(const struct cam_request *);
/** See cam_host.identify. @param places its cpu pool is where passwords are checked */
void login_identify(struct login *, struct places *, const struct cam_request *,
	void (*done)(void *arg, const struct cam_who *, struct cam_reply *), void *arg);
/** Fill in the answer to who may not: 401, where logging in may help, else 403. */
void login_refuse(struct login *, const struct cam_who *, struct cam_reply *);
#endif
