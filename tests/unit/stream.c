/* SPDX-License-Identifier: MIT */
/* An answer in pieces, with its maker on a strand and on the loop. */
#include "core/plugin/stream.h"

#include "core/base/strand.h"
#include "tests/check.h"

#include <errno.h>
#include <stdatomic.h>

/* libuv opens a pipe for signals with its first loop and keeps it. */
__attribute__((constructor)) static void warm_up(void)
{
	uv_loop_t first;

	uv_loop_init(&first);
	uv_loop_close(&first);
}

static struct loop loop;
static struct pool *pool;
static struct strand *strand;

/* A maker that gives what a test says, piece by piece. */
static struct {
	const int64_t *pieces; /* the next results of more() */
	atomic_int calls, ends, in_more;
	bool ended_in_more;
	atomic_bool blocks; /* more() does not return while this is so */
} maker;

/* Of the reader. */
static int64_t results[64];
static int n_results;
static struct cam_stream *stream;
static void (*on_read)(void);

static int64_t more(void *arg, void *to, size_t room)
{
	int64_t n;

	(void)arg;
	CHECK(room >= 4096);
	maker.in_more++;
	for (int i = 0; i < 20 && !maker.ends; i++)
		poll(NULL, 0, atomic_load(&maker.blocks) ? 1 : 0);
	maker.ended_in_more |= maker.ends > 0;
	n = *maker.pieces++;
	if (n > 0 && (size_t)n <= room)
		memset(to, 'x', (size_t)n);
	maker.calls++;
	maker.in_more--;
	return n;
}

static void end(void *arg)
{
	(void)arg;
	maker.ended_in_more |= maker.in_more > 0;
	maker.ends++;
}

static void on_done(void *arg, const void *data, int64_t n)
{
	CHECK(arg == &loop && data);
	results[n_results++] = n;
	if (on_read)
		on_read();
}

static void read_one(void)
{
	stream_read(stream, on_done, &loop);
}

static void read_on(void)
{
	if (results[n_results - 1] > 0)
		read_one();
}

static void begin(bool on_strand, const int64_t *pieces)
{
	static const struct stream_maker like = {more, end, NULL};

	memset(&maker, 0, sizeof(maker));
	maker.pieces = pieces;
	n_results = 0;
	on_read = NULL;
	CHECK_INT(loop_init(&loop), 0);
	CHECK_INT(pool_new("test", 2, &pool), 0);
	strand = strand_new(pool);
	stream = stream_new(&loop, on_strand ? strand_executor(strand) : &loop.executor, &like);
	CHECK(stream);
}

static void tear_down(void)
{
	strand_free(strand);
	pool_free(pool);
	loop_close(&loop);
	uv_run(&loop.uv, UV_RUN_DEFAULT);
	CHECK_INT(loop_destroy(&loop), 0);
}

static void turn_until(atomic_int *counter, int value)
{
	while (atomic_load(counter) < value)
		uv_run(&loop.uv, UV_RUN_NOWAIT);
}

static void turn_until_read(int n)
{
	while (n_results < n)
		uv_run(&loop.uv, UV_RUN_NOWAIT);
}

TEST(a_reader_pulls_piece_by_piece)
{
	for (int on_strand = 0; on_strand < 2; on_strand++) {
		begin(on_strand, (const int64_t[]){5, 4096, 1, 0});
		on_read = read_on;
		read_one();
		turn_until_read(4);
		CHECK(results[0] == 5 && results[1] == 4096 && results[2] == 1 && results[3] == 0);
		CHECK_INT(maker.ends, 0);
		stream_close(stream);
		turn_until(&maker.ends, 1);
		tear_down();
		CHECK_INT(maker.ends, 1);
	}
}

TEST(a_slow_reader_slows_only_itself)
{
	begin(true, (const int64_t[]){5, 6, 0});
	read_one();
	turn_until_read(1);
	for (int i = 0; i < 50; i++)
		uv_run(&loop.uv, UV_RUN_NOWAIT);
	CHECK_INT(maker.calls, 1); /* nothing is made ahead */
	read_one();
	turn_until_read(2);
	CHECK_INT(maker.calls, 2);
	stream_close(stream);
	tear_down();
	CHECK_INT(maker.ends, 1);
}

static void *ready(void *arg)
{
	stream_ready(arg);
	return arg;
}

TEST(a_reader_waits_until_there_is_news_from_any_thread)
{
	pthread_t thread;

	begin(true, (const int64_t[]){CAM_AGAIN, CAM_AGAIN, 7, CAM_AGAIN});
	read_one();
	turn_until(&maker.calls, 1);
	CHECK_INT(pthread_create(&thread, NULL, ready, stream), 0);
	pthread_join(thread, NULL);
	turn_until(&maker.calls, 2);
	CHECK_INT(n_results, 0);
	stream_ready(stream);
	turn_until_read(1);
	CHECK_INT(results[0], 7);
	stream_close(stream);
	tear_down();
	CHECK_INT(maker.ends, 1);
}

TEST(news_that_comes_before_it_is_asked_for_is_not_lost)
{
	begin(true, (const int64_t[]){CAM_AGAIN, 3});
	stream_ready(stream);
	stream_ready(stream);
	read_one();
	turn_until_read(1);
	CHECK_INT(results[0], 3);
	CHECK_INT(maker.calls, 2);
	stream_close(stream);
	tear_down();
}

TEST(errors_are_told_and_a_piece_that_is_too_long_is_one)
{
	begin(true, (const int64_t[]){-ENODATA, 1 << 20});
	read_one();
	turn_until_read(1);
	CHECK_INT(results[0], -ENODATA);
	read_one();
	turn_until_read(2);
	CHECK_INT(results[1], -EIO);
	stream_close(stream);
	tear_down();
}

TEST(who_closes_while_a_read_is_under_way_is_not_called)
{
	begin(true, (const int64_t[]){5});
	maker.blocks = true;
	read_one();
	turn_until(&maker.in_more, 1);
	stream_close(stream);
	tear_down();
	CHECK_INT(n_results, 0);
	CHECK_INT(maker.ends, 1);
	CHECK(!maker.ended_in_more);
}

TEST(who_closes_while_it_waits_for_news_is_not_called)
{
	begin(true, (const int64_t[]){CAM_AGAIN});
	read_one();
	turn_until(&maker.calls, 1);
	stream_ref(stream);
	stream_close(stream);
	stream_ready(stream); /* too late, or just in time: nobody is told */
	stream_unref(stream);
	tear_down();
	CHECK_INT(n_results, 0);
	CHECK_INT(maker.ends, 1);
	stream_close(NULL);
}

TEST(a_maker_that_ends_breaks_it)
{
	begin(true, (const int64_t[]){CAM_AGAIN});
	read_one();
	turn_until(&maker.calls, 1);
	/* It has said that it has nothing: the read waits as soon as that has been noted. */
	while (!maker.ends) {
		stream_ref(stream);
		stream_break(stream);
		stream_unref(stream);
	}
	turn_until_read(1);
	CHECK_INT(results[0], -EPIPE);
	read_one();
	turn_until_read(2);
	CHECK_INT(results[1], -EPIPE);
	stream_close(stream);
	tear_down();
	CHECK_INT(maker.ends, 1);
	CHECK_INT(maker.calls, 1);
}

TEST(a_maker_does_not_end_while_it_makes_a_piece)
{
	begin(true, (const int64_t[]){5});
	maker.blocks = true;
	read_one();
	turn_until(&maker.in_more, 1);
	stream_ref(stream);
	stream_break(stream); /* returns when the piece is made */
	stream_unref(stream);
	CHECK_INT(maker.ends, 1);
	CHECK(!maker.ended_in_more);
	turn_until_read(1);
	CHECK_INT(results[0], 5);
	stream_close(stream);
	tear_down();
}

TEST(what_is_under_way_when_the_loop_ends_is_let_go)
{
	begin(false, (const int64_t[]){5});
	loop_close(&loop);
	uv_run(&loop.uv, UV_RUN_DEFAULT);
	read_one();
	stream_close(stream);
	strand_free(strand);
	pool_free(pool);
	CHECK_INT(loop_destroy(&loop), 0);
	CHECK_INT(maker.ends, 1);
	CHECK_INT(n_results, 0);
	CHECK(!loop.tasks.head);
}

static void close_it(void)
{
	stream_close(stream);
}

TEST(who_is_told_may_close)
{
	begin(false, (const int64_t[]){5});
	on_read = close_it;
	read_one();
	turn_until(&maker.ends, 1);
	CHECK_INT(n_results, 1);
	tear_down();
}

RUN_TESTS(T(a_reader_pulls_piece_by_piece), T(a_slow_reader_slows_only_itself),
	T(a_reader_waits_until_there_is_news_from_any_thread),
	T(news_that_comes_before_it_is_asked_for_is_not_lost),
	T(errors_are_told_and_a_piece_that_is_too_long_is_one),
	T(who_closes_while_a_read_is_under_way_is_not_called),
	T(who_closes_while_it_waits_for_news_is_not_called), T(a_maker_that_ends_breaks_it),
	T(a_maker_does_not_end_while_it_makes_a_piece), T(what_is_under_way_when_the_loop_ends_is_let_go),
	T(who_is_told_may_close))
