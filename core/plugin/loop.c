/* SPDX-License-Identifier: MIT */
#include "core/plugin/loop.h"

#include "lib/clock.h"

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

static void fire_timers(struct loop *l)
{
	int64_t now = clock_mono_ns();
	struct timer *t;

	pthread_mutex_lock(&l->lock);
	while ((t = timers_take(&l->timers, now)))
		task_list_put(&l->tasks, &t->task);
	pthread_mutex_unlock(&l->lock);
}

static void wait_for_timer(struct loop *l);

static void on_timer(uv_timer_t *timer)
{
	struct loop *l = container_of(timer, struct loop, timer);

	fire_timers(l);
	run_tasks(l);
	wait_for_timer(l);
}

/* Set the uv timer to the soonest of ours. */
static void wait_for_timer(struct loop *l)
{
	int64_t left = INT64_MIN;

	pthread_mutex_lock(&l->lock);
	if (l->timers.first)
		left = l->timers.first->at_ns - clock_mono_ns();
	pthread_mutex_unlock(&l->lock);
	if (left == INT64_MIN)
		return;
	uv_update_time(&l->uv);
	uv_timer_start(&l->timer, on_timer, left > 0 ? (uint64_t)((left + CLOCK_MS - 1) / CLOCK_MS) : 0, 0);
}

static void on_async(uv_async_t *async)
{
	struct loop *l = container_of(async, struct loop, async);

	run_tasks(l);
	if (!uv_is_closing((uv_handle_t *)&l->timer))
		wait_for_timer(l);
}

static void run_timer(struct task *task)
{
	struct timer *t = container_of(task, struct timer, task);
	struct loop *l = container_of(t->on, struct loop, executor);
	bool call;

	pthread_mutex_lock(&l->lock);
	call = timers_begin(&l->timers, t);
	pthread_mutex_unlock(&l->lock);
	if (call)
		t->fn(t);
}

static void loop_post_at(struct executor *e, struct timer *t, int64_t at_ns)
{
	struct loop *l = container_of(e, struct loop, executor);
	bool soonest;

	pthread_mutex_lock(&l->lock);
	t->task.fn = run_timer;
	soonest = timers_set(&l->timers, e, t, at_ns);
	pthread_mutex_unlock(&l->lock);
	if (soonest)
		uv_async_send(&l->async);
}

static bool loop_cancel(struct executor *e, struct timer *t)
{
	struct loop *l = container_of(e, struct loop, executor);
	bool idle;

	pthread_mutex_lock(&l->lock);
	idle = timers_cancel(&l->timers, t);
	pthread_mutex_unlock(&l->lock);
	return idle;
}

/* ---- how long its turns are ---- */

const int64_t loop_turn_steps_ns[LOOP_TURN_STEPS] = {CLOCK_MS / 4, CLOCK_MS, 2 * CLOCK_MS, 5 * CLOCK_MS,
	10 * CLOCK_MS, 50 * CLOCK_MS, 200 * CLOCK_MS, CLOCK_SECOND};

/* Called before the loop waits. What it waited and worked since the last time is told apart by libuv. */
static void on_turn(uv_prepare_t *prepare)
{
	struct loop *l = container_of(prepare, struct loop, prepare);
	uint64_t idle_ns = uv_metrics_idle_time(&l->uv);
	int64_t now = clock_mono_ns(), took = now - l->turn_ended_ns - (int64_t)(idle_ns - l->idle_ns);
	size_t step = 0;

	while (step < LOOP_TURN_STEPS && took > loop_turn_steps_ns[step])
		step++;
	l->turns.count[step]++;
	l->turns.total_ns += took;
	if (took > l->turns.longest_ns)
		l->turns.longest_ns = took;
	l->turn_ended_ns = now;
	l->idle_ns = idle_ns;
}

void loop_take_turns(struct loop *l, struct loop_turns *ret)
{
	*ret = l->turns;
	l->turns.longest_ns = 0;
}

static void watch_turns(struct loop *l)
{
	l->turns = (struct loop_turns){0};
	l->turn_ended_ns = clock_mono_ns();
	l->idle_ns = 0;
	uv_prepare_init(&l->uv, &l->prepare);
	uv_prepare_start(&l->prepare, on_turn);
	uv_unref((uv_handle_t *)&l->prepare); /* keeps no loop running */
}

int loop_init(struct loop *l)
{
	int err;

	l->executor = (struct executor){loop_post, loop_post_at, loop_cancel, loop_is_here, NULL, NULL, NULL};
	l->thread = pthread_self();
	task_list_init(&l->tasks);
	l->timers = (struct timers){0};
	err = uv_loop_init(&l->uv);
	if (err)
		return err;
	(void)uv_loop_configure(&l->uv, UV_METRICS_IDLE_TIME);
	err = uv_async_init(&l->uv, &l->async, on_async);
	if (err) {
		uv_loop_close(&l->uv);
		return err;
	}
	uv_timer_init(&l->uv, &l->timer);
	watch_turns(l);
	pthread_mutex_init(&l->lock, NULL);
	return 0;
}

void loop_close(struct loop *l)
{
	uv_close((uv_handle_t *)&l->async, NULL);
	uv_close((uv_handle_t *)&l->timer, NULL);
	uv_close((uv_handle_t *)&l->prepare, NULL);
}

int loop_destroy(struct loop *l)
{
	int err;

	/* Only what runs here posts any more. */
	while (l->tasks.head)
		run_tasks(l);
	err = uv_loop_close(&l->uv);
	pthread_mutex_destroy(&l->lock);
	return err;
}
