/* SPDX-License-Identifier: MIT */
#include "core/base/strand.h"

#include "lib/clock.h"

#include "tests/check.h"

#include <semaphore.h>
#include <stdatomic.h>

struct count {
	struct task task;
	struct executor *on;
	atomic_int *busy;
	atomic_int *bad;
	int *order, n;
};

static void count(struct task *t)
{
	struct count *c = container_of(t, struct count, task);

	if (atomic_fetch_add(c->busy, 1) != 0 || !c->on->is_here(c->on) || *c->order != c->n)
		atomic_store(c->bad, 1);
	(*c->order)++;
	atomic_fetch_sub(c->busy, 1);
}

TEST(strand_runs_its_tasks_in_order_and_one_at_a_time)
{
	enum { STRANDS = 5, TASKS = 400 };
	static struct count tasks[STRANDS][TASKS];
	struct strand *strands[STRANDS];
	atomic_int busy[STRANDS] = {0}, bad = 0;
	int order[STRANDS] = {0};
	struct pool *pool;

	CHECK_INT(pool_new("test", 3, &pool), 0);
	for (int s = 0; s < STRANDS; s++)
		CHECK((strands[s] = strand_new(pool)));
	for (int i = 0; i < TASKS; i++) {
		for (int s = 0; s < STRANDS; s++) {
			struct executor *e = strand_executor(strands[s]);

			tasks[s][i] = (struct count){{NULL, count}, e, &busy[s], &bad, &order[s], i};
			executor_post(e, &tasks[s][i].task);
		}
	}
	for (int s = 0; s < STRANDS; s++)
		strand_free(strands[s]);
	pool_free(pool);
	CHECK_INT(bad, 0);
	for (int s = 0; s < STRANDS; s++)
		CHECK_INT(order[s], TASKS);
}

/* A timer that sets itself anew until it has been called often enough. */
struct ticker {
	struct timer timer;
	struct task done;
	atomic_int calls, early;
	int wanted;
	int64_t at_ns, period_ns;
	sem_t over;
};

static void tick(struct timer *t)
{
	struct ticker *k = container_of(t, struct ticker, timer);

	if (clock_mono_ns() < k->at_ns)
		k->early++;
	if (++k->calls == k->wanted) {
		sem_post(&k->over);
		return;
	}
	k->at_ns += k->period_ns;
	executor_post_at(t->on, t, k->at_ns);
}

TEST(timers_call_in_time_on_their_strands)
{
	enum { TICKERS = 4, CALLS = 20 };
	struct ticker tickers[TICKERS] = {0};
	struct strand *strands[TICKERS];
	struct pool *pool;

	CHECK_INT(pool_new("test", 2, &pool), 0);
	for (int i = 0; i < TICKERS; i++) {
		struct ticker *k = &tickers[i];

		CHECK((strands[i] = strand_new(pool)));
		sem_init(&k->over, 0, 0);
		k->timer.fn = tick;
		k->wanted = CALLS;
		k->period_ns = (1 + i) * CLOCK_MS;
		k->at_ns = clock_mono_ns() + k->period_ns;
		executor_post_at(strand_executor(strands[i]), &k->timer, k->at_ns);
	}
	for (int i = 0; i < TICKERS; i++) {
		sem_wait(&tickers[i].over);
		sem_destroy(&tickers[i].over);
		strand_free(strands[i]);
	}
	pool_free(pool);
	for (int i = 0; i < TICKERS; i++) {
		CHECK_INT(tickers[i].calls, CALLS);
		CHECK_INT(tickers[i].early, 0);
	}
}

static void cancel(struct task *t)
{
	struct ticker *k = container_of(t, struct ticker, done);

	CHECK(executor_cancel(k->timer.on, &k->timer));
}

TEST(cancelled_timer_is_not_called)
{
	struct ticker k = {.wanted = 1};
	struct strand *strand;
	struct pool *pool;

	CHECK_INT(pool_new("test", 1, &pool), 0);
	CHECK((strand = strand_new(pool)));
	k.timer.fn = tick;
	k.done.fn = cancel;
	executor_post_at(strand_executor(strand), &k.timer, clock_mono_ns() + 3600 * CLOCK_SECOND);
	executor_post(strand_executor(strand), &k.done);
	strand_free(strand);
	pool_free(pool);
	CHECK_INT(k.calls, 0);
}

struct stuck {
	struct task task;
	sem_t begun, over;
};

static void wait_over(struct task *t)
{
	struct stuck *k = container_of(t, struct stuck, task);

	sem_post(&k->begun);
	sem_wait(&k->over);
}

TEST(a_pool_whose_thread_hangs_ends_when_that_goes_on)
{
	struct stuck k = {.task.fn = wait_over};
	struct strand *strand;
	struct pool *pool;

	sem_init(&k.begun, 0, 0);
	sem_init(&k.over, 0, 0);
	CHECK_INT(pool_new("test", 2, &pool), 0);
	CHECK((strand = strand_new(pool)));
	executor_post(strand_executor(strand), &k.task);
	sem_wait(&k.begun);
	CHECK(!pool_end(pool, clock_mono_ns() + 20 * CLOCK_MS));
	CHECK(!pool_end(pool, clock_mono_ns()));
	sem_post(&k.over);
	CHECK(pool_end(pool, clock_mono_ns() + 60 * CLOCK_SECOND));
	strand_free(strand);
	pool_free(pool);
	sem_destroy(&k.begun);
	sem_destroy(&k.over);
}

/* ---- turns ---- */

enum { TURNS = 12 };

struct turn {
	struct task task;
	struct strand *strand;
	char name, *order;
};

static void take_turn(struct task *t)
{
	struct turn *turn = container_of(t, struct turn, task);
	size_t n = strlen(turn->order);

	turn->order[n] = turn->name;
}

struct gate {
	struct task task;
	sem_t closed, open;
};

static void wait_at_gate(struct task *t)
{
	struct gate *g = container_of(t, struct gate, task);

	sem_post(&g->closed);
	sem_wait(&g->open);
}

/* Each letter is a strand with a task, all posted while the one thread is busy; a capital one is awaited. */
static void check_turns(const char *posted, const char *expected)
{
	char order[TURNS + 1] = "";
	struct turn turns[TURNS];
	struct gate gate = {.task = {NULL, wait_at_gate}};
	struct strand *first;
	struct pool *pool;

	sem_init(&gate.closed, 0, 0);
	sem_init(&gate.open, 0, 0);
	CHECK_INT(pool_new("test", 1, &pool), 0);
	first = strand_new(pool);
	executor_post(strand_executor(first), &gate.task);
	sem_wait(&gate.closed);
	for (size_t i = 0; posted[i]; i++) {
		turns[i] = (struct turn){{NULL, take_turn}, strand_new(pool), posted[i], order};
		if (posted[i] < 'a')
			executor_post_soon(strand_executor(turns[i].strand), &turns[i].task);
		else
			executor_post(strand_executor(turns[i].strand), &turns[i].task);
	}
	sem_post(&gate.open);
	for (size_t i = 0; posted[i]; i++)
		strand_free(turns[i].strand);
	strand_free(first);
	pool_free(pool);
	CHECK_STR(order, expected);
	sem_destroy(&gate.closed);
	sem_destroy(&gate.open);
}

/* The same of one strand's tasks. */
static void check_tasks(const char *posted, const char *expected)
{
	char order[TURNS + 1] = "";
	struct turn turns[TURNS];
	struct gate gate = {.task = {NULL, wait_at_gate}};
	struct strand *strand;
	struct pool *pool;

	sem_init(&gate.closed, 0, 0);
	sem_init(&gate.open, 0, 0);
	CHECK_INT(pool_new("test", 1, &pool), 0);
	strand = strand_new(pool);
	executor_post(strand_executor(strand), &gate.task);
	sem_wait(&gate.closed);
	for (size_t i = 0; posted[i]; i++) {
		turns[i] = (struct turn){{NULL, take_turn}, NULL, posted[i], order};
		if (posted[i] < 'a')
			executor_post_soon(strand_executor(strand), &turns[i].task);
		else
			executor_post(strand_executor(strand), &turns[i].task);
	}
	sem_post(&gate.open);
	strand_free(strand);
	pool_free(pool);
	CHECK_STR(order, expected);
	sem_destroy(&gate.closed);
	sem_destroy(&gate.open);
}

TEST(what_is_awaited_comes_ahead_of_what_a_strand_has_gathered)
{
	check_tasks("abcX", "Xabc");
	check_tasks("abcXYZ", "XaYbZc");
	check_tasks("XYa", "XaY");
}

TEST(who_is_awaited_comes_soon_and_keeps_nobody_from_his_turn)
{
	check_turns("abcdeX", "Xabcde");
	check_turns("abcXYZ", "XaYbZc");
	check_turns("XYa", "XaY");
}

RUN_TESTS(T(what_is_awaited_comes_ahead_of_what_a_strand_has_gathered),
	T(who_is_awaited_comes_soon_and_keeps_nobody_from_his_turn),
	T(a_pool_whose_thread_hangs_ends_when_that_goes_on), T(timers_call_in_time_on_their_strands),
	T(cancelled_timer_is_not_called), T(strand_runs_its_tasks_in_order_and_one_at_a_time))
