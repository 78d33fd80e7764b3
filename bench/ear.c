/* SPDX-License-Identifier: MIT */
/*
 * A listener that logs how old events are when they come to it, or one that hangs in its first. Built for each PLACE,
 * with a NAME each.
 */
#include <cam/plugin.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#ifndef PLACE
#define PLACE CAM_ON_LOOP
#define NAME "ear_on_loop"
#endif

enum { LINE = 50 };

struct config {
	bool hang;
};

struct ear {
	struct cam_node *node;
	const struct cam_host *host;
	const struct config *config;
	int64_t us[LINE];
	int n;
};

static int create(struct cam_node *node, const struct cam_host *host, const void *config, void **ret_self)
{
	struct ear *e = calloc(1, sizeof(*e));

	if (!e)
		return -ENOMEM;
	e->node = node;
	e->host = host;
	e->config = config;
	*ret_self = e;
	return 0;
}

static void tell(struct ear *e)
{
	char line[LINE * 12 + 1];
	size_t len = 0;

	for (int i = 0; i < e->n; i++)
		len += (size_t)snprintf(
			line + len, sizeof(line) - len, " %lld", (long long)e->us[i] % 10000000000);
	if (e->n)
		e->host->log(e->node, CAM_INFO, "heard us:%s", line);
	e->n = 0;
}

static void stop(void *self)
{
	struct ear *e = self;

	tell(e);
	e->host->state(e->node, CAM_STOPPED);
}

static int event(void *self, const struct cam_event *event)
{
	struct timespec t, nap = {0, 10000000};
	struct ear *e = self;

	while (e->config->hang && !e->host->stopping(e->node))
		clock_nanosleep(CLOCK_MONOTONIC, 0, &nap, NULL);
	clock_gettime(CLOCK_MONOTONIC, &t);
	e->us[e->n++] = ((int64_t)t.tv_sec * 1000000000 + t.tv_nsec - event->arrival_ns) / 1000;
	if (e->n == LINE)
		tell(e);
	return 0;
}

static const struct cam_opt options[] = {{"hang", CAM_BOOL, 0, CAM_BOOL_AT(struct config, hang), "false", 0,
						 0, NULL, NULL, "Never return from the first event."},
	{0}};

static const char *const hears[] = {"bell", NULL};

const struct cam_plugin cam_plugin_1 = {
	.abi = CAM_ABI,
	.size = sizeof(cam_plugin_1),
	.kind = CAM_LISTENER,
	.place = PLACE,
	.name = NAME,
	.version = "1.0",
	.summary = "Hears events for a benchmark.",
	.options = options,
	.config_size = sizeof(struct config),
	.create = create,
	.stop = stop,
	.destroy = free,
	.hears = hears,
	.event = event,
};
