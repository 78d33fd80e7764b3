/* SPDX-License-Identifier: MIT */
#include "core/base/strand.h"

#include "tests/check.h"

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

RUN_TESTS(T(strand_runs_its_tasks_in_order_and_one_at_a_time))
