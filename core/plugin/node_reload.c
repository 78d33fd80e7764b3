/* SPDX-License-Identifier: MIT */
#include "core/plugin/node_reload.h"

#include "core/plugin/node_end.h"
#include "core/plugin/node_state.h"

#include <errno.h>
#include <string.h>

/* keep() and replay() of a buffer come from other places, with this lock. */
static int call_reload(struct cam_node *n)
{
	const struct cam_plugin *p = n->spec.plugin;
	int err;

	if (p->kind != CAM_BUFFER)
		return p->reload(n->self, n->next_config);
	pthread_mutex_lock(&n->spec.camera->lock);
	err = p->reload(n->self, n->next_config);
	pthread_mutex_unlock(&n->spec.camera->lock);
	return err;
}

/* Handed over while it was running, so that its end is queued behind this. */
static void do_reload(struct task *t)
{
	struct cam_node *n = container_of(t, struct cam_node, reload);
	bool is_up = !atomic_load(&n->failed) && !atomic_load(&n->stopping);

	n->reload_err = is_up ? call_reload(n) : -ECANCELED;
	node_on_loop(n, &n->reloaded);
}

static void make_anew(struct cam_node *n)
{
	char text[256];

	node_error(n, text, NULL);
	log_line(n->world->log, LOG_INFO, n->spec.name, "begins anew to take its new configuration%s%s",
		*text ? ": " : "", text);
	node_begin_stop(n);
}

static void on_reloaded(struct task *t)
{
	struct cam_node *n = container_of(t, struct cam_node, reloaded);

	if (!n->reload_err)
		node_reload_take(n);
	else if (n->life == NODE_RUNNING && !atomic_load(&n->failed))
		make_anew(n);
	/* Else it is on its way down, and takes it when it comes up again. */
}

void node_reload_hand_over(struct cam_node *n)
{
	executor_post(n->on, &n->reload);
}

void node_reload_take(struct cam_node *n)
{
	if (!n->next_config)
		return;
	n->spec.config = n->next_config;
	n->next_config = NULL;
	n->world->reloaded(n->world->arg, n);
}

void node_reload(struct cam_node *n, const void *config)
{
	assert(n->on && !n->next_config);
	n->next_config = config;
	if (n->life == NODE_RUNNING)
		node_reload_hand_over(n);
}

void node_reload_init(struct cam_node *n)
{
	n->reload.fn = do_reload;
	n->reloaded.fn = on_reloaded;
}
