/* SPDX-License-Identifier: MIT */
#include "core/plugin/node_call.h"

#include <errno.h>

struct call {
	struct task task;
	struct cam_node *node;
	unsigned turn;
	void (*fn)(void *self, void *arg);
	void *arg;
};

static void do_call(struct task *t)
{
	struct call *c = container_of(t, struct call, task);

	if (c->node->active && c->turn == c->node->turn)
		c->fn(c->node->self, c->arg);
	node_unref(c->node);
	free(c);
}

int node_call(struct cam_node *n, void (*fn)(void *self, void *arg), void *arg)
{
	struct call *c = n->on ? calloc(1, sizeof(*c)) : NULL;

	if (!c)
		return n->on ? -ENOMEM : -ENOTSUP;
	*c = (struct call){{NULL, do_call}, node_ref(n), n->turn, fn, arg};
	executor_post(n->on, &c->task);
	return 0;
}
