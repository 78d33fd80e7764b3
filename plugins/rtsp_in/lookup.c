/* SPDX-License-Identifier: MIT */
#include "plugins/rtsp_in/lookup.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

/* Name services are modules that are loaded on demand: they get as much as a source's thread does. */
enum { STACK_BYTES = 512 * 1024, HOST_MAX = 256 };

struct lookup {
	uv_async_t async; /* the loop's, as is what follows up to the lock */
	lookup_fn *done;
	void *arg;
	pthread_mutex_t lock;
	bool cancelled; /* the handle is not to be touched any more */
	unsigned owners; /* the thread, until it ends, and the handle, until it is closed */
	int err;
	struct addrinfo *addresses;
	char host[HOST_MAX], service[8];
};

static void let_go(struct lookup *l)
{
	bool last;

	pthread_mutex_lock(&l->lock);
	last = !--l->owners;
	pthread_mutex_unlock(&l->lock);
	if (!last)
		return;
	if (l->addresses)
		freeaddrinfo(l->addresses);
	pthread_mutex_destroy(&l->lock);
	free(l);
}

static int error_of(int err)
{
	switch (err) {
	case 0:
		return 0;
	case EAI_MEMORY:
		return UV_ENOMEM;
	case EAI_SYSTEM:
		return uv_translate_sys_error(errno);
	default:
		return UV_EAI_FAIL;
	}
}

static void *look_up(void *arg)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV | AI_ADDRCONFIG};
	struct addrinfo *addresses = NULL;
	struct lookup *l = arg;
	int err;

	pthread_setname_np(pthread_self(), "cam-lookup");
	err = error_of(getaddrinfo(l->host, l->service, &hints, &addresses));
	pthread_mutex_lock(&l->lock);
	l->err = err;
	l->addresses = addresses;
	if (!l->cancelled)
		uv_async_send(&l->async);
	pthread_mutex_unlock(&l->lock);
	let_go(l);
	return NULL;
}

static void on_closed(uv_handle_t *async)
{
	let_go(async->data);
}

void lookup_cancel(struct lookup *l)
{
	pthread_mutex_lock(&l->lock);
	l->cancelled = true;
	pthread_mutex_unlock(&l->lock);
	uv_close((uv_handle_t *)&l->async, on_closed);
}

static void on_finished(uv_async_t *async)
{
	struct lookup *l = async->data;
	struct addrinfo *addresses;

	pthread_mutex_lock(&l->lock);
	addresses = l->addresses;
	l->addresses = NULL;
	pthread_mutex_unlock(&l->lock);
	lookup_cancel(l);
	l->done(l->arg, l->err, addresses);
}

/* Signals are the loop's. @return 0 or -errno */
static int start_thread(struct lookup *l)
{
	sigset_t all, old;
	pthread_attr_t attr;
	pthread_t thread;
	int err;

	sigfillset(&all);
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK_BYTES);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	err = pthread_create(&thread, &attr, look_up, l);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	pthread_attr_destroy(&attr);
	return -err;
}

int lookup_begin(
	uv_loop_t *loop, const char *host, uint16_t port, lookup_fn *done, void *arg, struct lookup **ret)
{
	struct lookup *l = calloc(1, sizeof(*l));
	int err;

	if (!l)
		return UV_ENOMEM;
	l->done = done;
	l->arg = arg;
	l->owners = 2;
	snprintf(l->host, sizeof(l->host), "%s", host);
	snprintf(l->service, sizeof(l->service), "%u", port);
	err = uv_async_init(loop, &l->async, on_finished);
	if (err) {
		free(l);
		return err;
	}
	l->async.data = l;
	pthread_mutex_init(&l->lock, NULL);
	err = start_thread(l);
	if (err) {
		l->owners = 1;
		lookup_cancel(l);
		return err;
	}
	*ret = l;
	return 0;
}
