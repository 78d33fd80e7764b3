/* SPDX-License-Identifier: MIT */
#include "core/plugin/hearing.h"

#include "core/plugin/cam_node.h"
#include "core/plugin/node_end.h"

#include <errno.h>
#include <string.h>

static void hear(void *arg, const struct cam_event *event)
{
	struct cam_node *n = arg;
	int err;

	if (!n->active || atomic_load(&n->stopping) || atomic_load(&n->failed))
		return;
	err = n->spec.plugin->event(n->self, event);
	if (err < 0)
		node_fail(n, err);
}

static void tell(void *arg, struct event *event, const struct cam_buf *picture)
{
	const struct cam_node *n = arg;

	if (n->world->sees(n->world->arg, n, event_is(event)->camera))
		event_link_push(n->heard, event, picture);
}

int hearing_begin(struct cam_node *n)
{
	const struct cam_plugin *p = n->spec.plugin;
	const struct event_hearer hearer = {
		n->on, hear, n, n->spec.on ? n->spec.on : p->hears, n->spec.min_score, &n->event_flow};

	if (!p->event || !hearer.patterns || !n->world->events)
		return 0;
	n->heard = event_link_new(&hearer);
	if (!n->heard)
		return -ENOMEM;
	n->hearing.tell = tell;
	n->hearing.arg = n;
	events_listen(n->world->events, &n->hearing);
	return 0;
}

void hearing_end(struct cam_node *n)
{
	if (!n->heard)
		return;
	events_unlisten(n->world->events, &n->hearing);
	event_link_close(n->heard);
	event_link_unref(n->heard);
	n->heard = NULL;
}
