/* SPDX-License-Identifier: MIT */
#include "core/base/timers.h"

static void take_out(struct timers *l, const struct timer *t)
{
	struct timer **p = &l->first;

	while (*p != t)
		p = &(*p)->next;
	*p = t->next;
}

bool timers_set(struct timers *l, struct executor *on, struct timer *t, int64_t at_ns)
{
	struct timer **p = &l->first;

	t->on = on;
	t->at_ns = at_ns;
	if (t->state == TIMER_QUEUED) {
		t->again = true;
		return false;
	}
	if (t->state == TIMER_WAITING)
		take_out(l, t);
	t->state = TIMER_WAITING;
	while (*p && (*p)->at_ns <= at_ns)
		p = &(*p)->next;
	t->next = *p;
	*p = t;
	return l->first == t;
}

bool timers_cancel(struct timers *l, struct timer *t)
{
	if (t->state == TIMER_WAITING) {
		take_out(l, t);
		t->state = TIMER_IDLE;
	}
	t->again = false;
	return t->state == TIMER_IDLE;
}

struct timer *timers_take(struct timers *l, int64_t now_ns)
{
	struct timer *t = l->first;

	if (!t || t->at_ns > now_ns)
		return NULL;
	l->first = t->next;
	t->state = TIMER_QUEUED;
	return t;
}

bool timers_begin(struct timers *l, struct timer *t)
{
	t->state = TIMER_IDLE;
	if (t->again) {
		t->again = false;
		(void)timers_set(l, t->on, t, t->at_ns);
		return false;
	}
	return true;
}
