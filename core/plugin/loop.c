/* SPDX-License-Identifier: MIT */
#include "core/plugin/loop.h"

static void loop_post(struct executor *e, struct task *t)
{
	struct loop *l = container_of(e, struct loop, executor);

	pthread_mutex_lock(&l->lock);
	task_list_put(&l->tasks, t);
	pthread_mutex_unlock(&l->lock);
	uv_async_send(&l->async);
}

static int loop_is_here(const struct executor *e)
{
	const struct loop *l = (const struct loop *)(const void *)e;

	return pthread_equal(l->thread, pthread_self());
}

/* Run what was queued when this began: tasks that post anew wait for the next turn of the loop. */
static void run_tasks(struct loop *l)
{
	struct task_list now;
	struct task *t;

	pthread_mutex_lock(&l->lock);
	now.head = l->tasks.head;
	task_list_init(&l->tasks);
	pthread_mutex_unlock(&l->lock);
	while ((t = now.head)) {
		now.head = t->next;
		t->fn(t);
	}
}

static void on_async(uv_async_t *async)
{
	run_tasks(container_of(async, struct loop, async));
}

int loop_init(struct loop *l)
{
	int err;

	l->executor = (struct executor){loop_post, loop_is_here};
	l->thread = pthread_self();
	task_list_init(&l->tasks);
	err = uv_loop_init(&l->uv);
	if (err)
		return err;
	err = uv_async_init(&l->uv, &l->async, on_async);
	if (err) {
		uv_loop_close(&l->uv);
		return err;
	}
	pthread_mutex_init(&l->lock, NULL);
	return 0;
}

void loop_close(struct loop *l)
{
	uv_close((uv_handle_t *)&l->async, NULL);
}

int loop_destroy(struct loop *l)
{
	int err;

	run_tasks(l);
	err = uv_loop_close(&l->uv);
	pthread_mutex_destroy(&l->lock);
	return err;
}
