/* SPDX-License-Identifier: MIT */
/*
 * A thread that has just let go of a lock is now and then slow to go on: what another thread may do in between, it
 * gets the time to do. Linked with --wrap=pthread_mutex_unlock into this program only.
 */
#include "tests/stress/stress_rand.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <time.h>

int __real_pthread_mutex_unlock(pthread_mutex_t *mutex);
int __wrap_pthread_mutex_unlock(pthread_mutex_t *mutex);

static _Thread_local struct rnd mine;
static _Thread_local unsigned seldom; /* once in so many unlocks of this thread something may happen */

/* Where pictures are made, much is pushed to nodes that may end just then. */
static void begin(void)
{
	char name[16] = "";

	pthread_getname_np(pthread_self(), name, sizeof(name));
	mine.state = (uint64_t)(uintptr_t)&mine;
	seldom = strcmp(name, "cam-cpu") ? 256 : 64;
}

static void dawdle(void)
{
	static const struct {
		unsigned once_in;
		long ns;
	} pauses[] = {{2, 0}, {4, 50000}, {4, 4000000}, {16, 20000000}};

	if (!seldom)
		begin();
	if (!rnd_once_in(&mine, seldom))
		return;
	for (size_t i = sizeof(pauses) / sizeof(pauses[0]); i--;) {
		struct timespec t = {0, pauses[i].ns};

		if (!rnd_once_in(&mine, pauses[i].once_in))
			continue;
		(void)(t.tv_nsec ? nanosleep(&t, NULL) : sched_yield());
		return;
	}
}

int __wrap_pthread_mutex_unlock(pthread_mutex_t *mutex)
{
	int err = __real_pthread_mutex_unlock(mutex), saved = errno;

	dawdle();
	errno = saved;
	return err;
}
