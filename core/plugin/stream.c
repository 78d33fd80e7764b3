/* SPDX-License-Identifier: MIT */
#include "core/plugin/stream.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

/* The longest piece: a few packets of a camera, and no more than sockets take at once. */
enum { ROOM = 32 * 1024 };

struct cam_stream {
	struct loop *loop;
	struct executor *on; /* a reference until it is closed */
	struct stream_maker maker;
	atomic_uint refs; /* its taker's until it is closed, one for each read, those of others */
	struct task pull, got, close;
	pthread_mutex_t lock;
	/* under lock: */
	bool has_news; /* since more() was called last */
	bool is_hungry; /* a read waits for news; its reference is held, no task is queued */
	/* Another than `lock`: end() may wait for who calls stream_ready(). */
	pthread_mutex_t end_lock;
	bool has_ended; /* end() has returned; under end_lock */
	/* [loop] */
	bool is_closed, is_read;
	void (*done)(void *arg, const void *data, int64_t n);
	void *arg;
	int64_t result; /* from the maker's place to the loop */
	char room[ROOM];
};

struct cam_stream *stream_ref(struct cam_stream *s)
{
	atomic_fetch_add_explicit(&s->refs, 1, memory_order_relaxed);
	return s;
}

static void let_go(struct cam_stream *s, unsigned refs)
{
	if (atomic_fetch_sub_explicit(&s->refs, refs, memory_order_acq_rel) != refs)
		return;
	pthread_mutex_destroy(&s->end_lock);
	pthread_mutex_destroy(&s->lock);
	free(s);
}

void stream_unref(struct cam_stream *s)
{
	let_go(s, 1);
}

static void on_got(struct task *t)
{
	struct cam_stream *s = container_of(t, struct cam_stream, got);

	if (s->is_read && !s->is_closed) {
		s->is_read = false;
		s->done(s->arg, s->room, s->result);
	}
	stream_unref(s);
}

/* @return whether more() is to be called, now that it had nothing: else the read waits */
static bool has_news(struct cam_stream *s)
{
	bool news;

	pthread_mutex_lock(&s->lock);
	news = s->has_news;
	s->has_news = false;
	s->is_hungry = !news;
	pthread_mutex_unlock(&s->lock);
	return news;
}

/* With the lock, so that end() does not come while more() works: stream_break() is called elsewhere. */
static int64_t make_piece(struct cam_stream *s)
{
	int64_t n;

	pthread_mutex_lock(&s->end_lock);
	n = s->has_ended ? -EPIPE : s->maker.more(s->maker.arg, s->room, ROOM);
	pthread_mutex_unlock(&s->end_lock);
	return n;
}

/* In the maker's place. */
static void do_pull(struct task *t)
{
	struct cam_stream *s = container_of(t, struct cam_stream, pull);

	do {
		s->result = make_piece(s);
		if (s->result == CAM_AGAIN && !has_news(s))
			return;
	} while (s->result == CAM_AGAIN);
	if (s->result > ROOM)
		s->result = -EIO;
	executor_post(&s->loop->executor, &s->got);
}

/* @return whether a read waits, which is the caller's to answer now */
static bool end(struct cam_stream *s)
{
	bool was_hungry;

	/* With the lock, so that whoever comes second returns when end() has. */
	pthread_mutex_lock(&s->end_lock);
	if (!s->has_ended)
		s->maker.end(s->maker.arg);
	s->has_ended = true;
	pthread_mutex_unlock(&s->end_lock);
	pthread_mutex_lock(&s->lock);
	was_hungry = s->is_hungry;
	s->is_hungry = false;
	pthread_mutex_unlock(&s->lock);
	return was_hungry;
}

/* In the maker's place, behind a read that was under way. */
static void do_close(struct task *t)
{
	struct cam_stream *s = container_of(t, struct cam_stream, close);
	unsigned refs = 1 + end(s); /* the taker's, and that of a read that waits */

	/* Here rather than with the stream, of which the loop may let go when the place is gone: nothing is asked there any more. */
	executor_unref(s->on);
	let_go(s, refs);
}

struct cam_stream *stream_new(struct loop *loop, struct executor *on, const struct stream_maker *maker)
{
	struct cam_stream *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->loop = loop;
	s->on = executor_ref(on);
	s->maker = *maker;
	s->pull.fn = do_pull;
	s->got.fn = on_got;
	s->close.fn = do_close;
	atomic_init(&s->refs, 1);
	pthread_mutex_init(&s->lock, NULL);
	pthread_mutex_init(&s->end_lock, NULL);
	return s;
}

void stream_read(struct cam_stream *s, void (*done)(void *, const void *, int64_t), void *arg)
{
	assert(!s->is_read && !s->is_closed);
	s->is_read = true;
	s->done = done;
	s->arg = arg;
	executor_post_soon(stream_ref(s)->on, &s->pull);
}

void stream_close(struct cam_stream *s)
{
	if (!s)
		return;
	assert(!s->is_closed);
	s->is_closed = true;
	executor_post_soon(s->on, &s->close); /* behind the read that is under way */
}

void stream_break(struct cam_stream *s)
{
	if (!end(s))
		return;
	s->result = -EPIPE;
	executor_post(&s->loop->executor, &s->got);
}

void stream_ready(struct cam_stream *s)
{
	bool was_hungry;

	pthread_mutex_lock(&s->lock);
	s->has_news = true;
	was_hungry = s->is_hungry;
	s->is_hungry = false;
	pthread_mutex_unlock(&s->lock);
	if (was_hungry)
		executor_post_soon(s->on, &s->pull);
}
