/* SPDX-License-Identifier: MIT */
#include "core/app/pictures.h"

#include <malloc.h>

/* The heap's free pages go back to the system. It takes some milliseconds of locks: not on the loop. */
static void on_trim(struct task *t)
{
	struct pictures *p = container_of(t, struct pictures, trim);

	malloc_trim(0);
	atomic_store(&p->trimming, false);
}

void pictures_init(struct pictures *p, struct pool *cpu, struct log *log)
{
	quota_init(&p->quota, pool_threads(cpu));
	p->log = log;
	p->strand = strand_new(cpu);
	p->trim.fn = on_trim;
	atomic_init(&p->trimming, false);
}

void pictures_look(struct pictures *p)
{
	char line[240];

	if (quota_report(&p->quota, line))
		log_line(p->log, LOG_WARN, NULL, "%s", line);
	if (p->strand && !atomic_load(&p->trimming) && quota_is_trim_due(&p->quota)) {
		atomic_store(&p->trimming, true);
		executor_post(strand_executor(p->strand), &p->trim);
	}
}

void pictures_close(struct pictures *p)
{
	strand_free(p->strand);
	p->strand = NULL;
}

void pictures_destroy(struct pictures *p)
{
	quota_destroy(&p->quota);
}
