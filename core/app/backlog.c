/* SPDX-License-Identifier: MIT */
#include "core/app/backlog.h"

#include "core/base/memory.h"
#include "lib/clock.h"

#define REPEAT (60 * CLOCK_SECOND)

static uint64_t limit_of(const struct config_server *c)
{
	int64_t wanted = c->queue_memory;

	return wanted < 0 ? memory_limit("") / 100 * (uint64_t)-wanted : (uint64_t)wanted;
}

void backlog_init(struct backlog *b, const struct config_server *config, struct log *log)
{
	budget_init(&b->budget, limit_of(config));
	b->log = log;
	b->dropped = 0;
	b->told_ns = 0;
}

void backlog_destroy(struct backlog *b)
{
	budget_destroy(&b->budget);
}

void backlog_set(struct backlog *b, const struct config_server *config)
{
	budget_set_limit(&b->budget, limit_of(config));
}

void backlog_look(struct backlog *b)
{
	char loser[64];
	unsigned long long dropped = budget_dropped(&b->budget, loser);
	unsigned long long kib = atomic_load(&b->budget.limit) >> 10;
	int64_t now = clock_mono_ns();

	if (dropped == b->dropped || (b->told_ns && now - b->told_ns < REPEAT))
		return;
	log_line(b->log, LOG_WARN, loser,
		"packets come faster than they are taken: server.queue_memory (%llu %s) is full, and %llu "
		"packets "
		"were dropped in whole groups of pictures, the last ones of this camera; is a disk slow, or "
		"does "
		"it hang?",
		kib < 10240 ? kib : kib >> 10, kib < 10240 ? "KiB" : "MiB", dropped - b->dropped);
	b->dropped = dropped;
	b->told_ns = now;
}
