/* SPDX-License-Identifier: MIT */
#include "core/plugin/file.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct cam_file {
	struct loop *loop;
	struct executor *on; /* a reference */
	int fd;
	atomic_uint refs; /* its taker's, until it is closed; that of a read until done() has been called */
	struct task read, close;
	/* of the read under way: */
	bool is_busy; /* [loop] */
	int64_t at, result;
	char *to;
	size_t bytes;
	void (*done)(void *arg, int64_t result);
	void *arg;
};

static void unref(struct cam_file *f)
{
	if (atomic_fetch_sub_explicit(&f->refs, 1, memory_order_acq_rel) == 1)
		free(f);
}

/* A strand on the io pool of the file's mount. @return NULL with -errno in *ret_err */
static struct executor *find_place(struct places *places, int fd, int *ret_err)
{
	char link[32], path[PATH_MAX];
	struct strand *strand;
	struct pool *pool;
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, path, sizeof(path) - 1);
	path[n > 0 ? n : 0] = '\0';
	*ret_err = places_io(places, *path == '/' ? path : NULL, &pool);
	if (*ret_err)
		return NULL;
	strand = strand_new(pool);
	*ret_err = strand ? 0 : -ENOMEM;
	return strand ? strand_executor(strand) : NULL;
}

static void on_read(struct task *t)
{
	struct cam_file *f = container_of(t, struct cam_file, read);

	f->is_busy = false;
	f->done(f->arg, f->result);
	unref(f);
}

/* On the file's strand. */
static void do_read(struct task *t)
{
	struct cam_file *f = container_of(t, struct cam_file, read);
	size_t got = 0;
	ssize_t n = 0;

	while (got < f->bytes) {
		n = pread(f->fd, f->to + got, f->bytes - got, f->at + (int64_t)got);
		if (n > 0)
			got += (size_t)n;
		else if (!n || errno != EINTR)
			break;
	}
	f->result = n < 0 && !got ? -errno : (int64_t)got;
	t->fn = on_read;
	executor_post(&f->loop->executor, &f->read);
}

/* On the file's strand, behind a read that was under way. */
static void do_close(struct task *t)
{
	struct cam_file *f = container_of(t, struct cam_file, close);

	close(f->fd);
	executor_unref(f->on);
	unref(f);
}

int file_new(struct loop *loop, struct places *places, struct executor *on, int fd, struct cam_file **ret)
{
	struct cam_file *f = calloc(1, sizeof(*f));
	int err = 0;

	if (!f)
		return -ENOMEM;
	f->loop = loop;
	f->on = on ? executor_ref(on) : find_place(places, fd, &err);
	if (!f->on) {
		free(f);
		return err;
	}
	f->fd = fd;
	f->close.fn = do_close;
	atomic_init(&f->refs, 1);
	*ret = f;
	return 0;
}

void file_read(
	struct cam_file *f, int64_t at, void *to, size_t bytes, void (*done)(void *, int64_t), void *arg)
{
	assert(!f->is_busy);
	f->is_busy = true;
	f->at = at;
	f->to = to;
	f->bytes = bytes;
	f->done = done;
	f->arg = arg;
	f->read.fn = do_read;
	atomic_fetch_add_explicit(&f->refs, 1, memory_order_relaxed);
	executor_post_soon(f->on, &f->read);
}

void file_close(struct cam_file *f)
{
	if (f)
		executor_post_soon(f->on, &f->close); /* in the order of its reads */
}

int file_give_fd(struct cam_file *f)
{
	int fd = f->fd;

	assert(!f->is_busy);
	executor_unref(f->on);
	unref(f);
	return fd;
}
