/* SPDX-License-Identifier: MIT */
/**
 * @file executor.h
 * Something that calls functions, one at a time and in the order they were posted: a strand, or the loop. Timers
 * call theirs in the same place.
 */
#ifndef CAM_BASE_EXECUTOR_H
#define CAM_BASE_EXECUTOR_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define container_of(ptr, type, member) ((type *)(void *)((char *)(ptr)-offsetof(type, member)))

/**
 * One call to make. Lives inside what it works on; belongs to the executor from post() until fn is called, and
 * must not be posted again or freed in between. fn may free it.
 */
struct task {
	struct task *next;
	void (*fn)(struct task *);
};

/**
 * One call to make at a time. Lives inside what it works on, and must not be freed while it is set: cancel it first.
 */
struct timer {
	struct task task; /* the executor's */
	void (*fn)(struct timer *);
	struct timer *next;
	int64_t at_ns; /* CLOCK_MONOTONIC */
	struct executor *on;
	enum { TIMER_IDLE, TIMER_WAITING, TIMER_QUEUED } state; /* the executor's, under its lock */
	bool again;
};

struct executor {
	/** [any] Queue a task. Never fails, never blocks, never calls fn itself. */
	void (*post)(struct executor *, struct task *);
	/** [any] Set a timer; one that is set already is moved. fn may set it again. */
	void (*post_at)(struct executor *, struct timer *, int64_t at_ns);
	/** [here] Unset a timer. @return false: it is queued already, and fn is called once more, after what is queued now */
	bool (*cancel)(struct executor *, struct timer *);
	/** [any] True on the thread that is just now running a task of this executor. */
	int (*is_here)(const struct executor *);
	/** [any] Whoever posts without knowing that the executor's owner is still there holds a reference. NULL: it outlives all. */
	void (*ref)(struct executor *);
	void (*unref)(struct executor *);
	/**
	 * [any] For what somebody waits for: it comes ahead of every second one of those that are post()ed here, and the
	 * executor's turn ahead of every second other one's; among such the order is kept. NULL: as post().
	 */
	void (*post_soon)(struct executor *, struct task *);
};

static inline struct executor *executor_ref(struct executor *e)
{
	if (e->ref)
		e->ref(e);
	return e;
}

static inline void executor_unref(struct executor *e)
{
	if (e->unref)
		e->unref(e);
}

static inline void executor_post(struct executor *e, struct task *t)
{
	e->post(e, t);
}

static inline void executor_post_soon(struct executor *e, struct task *t)
{
	if (e->post_soon)
		e->post_soon(e, t);
	else
		e->post(e, t);
}

static inline void executor_post_at(struct executor *e, struct timer *t, int64_t at_ns)
{
	e->post_at(e, t, at_ns);
}

static inline bool executor_cancel(struct executor *e, struct timer *t)
{
	return e->cancel(e, t);
}

/** A first-in first-out list of tasks; not locked. */
struct task_list {
	struct task *head, **tail;
};

static inline void task_list_init(struct task_list *l)
{
	l->head = 0;
	l->tail = &l->head;
}

static inline void task_list_put(struct task_list *l, struct task *t)
{
	t->next = 0;
	*l->tail = t;
	l->tail = &t->next;
}

static inline struct task *task_list_take(struct task_list *l)
{
	struct task *t = l->head;

	if (t) {
		l->head = t->next;
		if (!l->head)
			l->tail = &l->head;
	}
	return t;
}
#endif
