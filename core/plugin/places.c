/* SPDX-License-Identifier: MIT */
#include "core/plugin/places.h"

#include <errno.h>
#include <limits.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Mount points beyond this share the last thread. */
enum { MOUNTS = 32 };

struct places {
	struct pool *cpu;
	struct {
		char mount[PATH_MAX];
		struct pool *pool;
	} * io;
	size_t n_io;
};

static unsigned usable_cores(void)
{
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof(set), &set))
		return 2;
	return (unsigned)CPU_COUNT(&set);
}

int places_new(unsigned cpu_threads, struct places **ret)
{
	struct places *p = calloc(1, sizeof(*p));
	int err;

	if (!p)
		return -ENOMEM;
	p->io = calloc(MOUNTS, sizeof(*p->io));
	err = p->io ? pool_new("cam-cpu", cpu_threads ? cpu_threads : usable_cores(), &p->cpu) : -ENOMEM;
	if (err) {
		places_free(p);
		return err;
	}
	*ret = p;
	return 0;
}

bool places_end(struct places *p, int64_t until_ns)
{
	bool ended = pool_end(p->cpu, until_ns);

	for (size_t i = 0; i < p->n_io; i++)
		ended &= pool_end(p->io[i].pool, until_ns);
	return ended;
}

void places_free(struct places *p)
{
	if (!p)
		return;
	/* Cameras' strands are on it: to the end they post to others', and let go of them. */
	pool_free(p->cpu);
	for (size_t i = 0; i < p->n_io; i++)
		pool_free(p->io[i].pool);
	free(p->io);
	free(p);
}

struct pool *places_cpu(struct places *p)
{
	return p->cpu;
}

static bool is_within(const char *path, const char *mount)
{
	size_t n = strlen(mount);

	return !strncmp(path, mount, n) && (n == 1 || path[n] == '/' || !path[n]);
}

/* The longest mount point that path is within (proc(5), /proc/pid/mountinfo, field 5). */
static void find_mount(const char *path, char ret[PATH_MAX])
{
	FILE *f = fopen("/proc/self/mountinfo", "re");
	char *line = NULL, mount[PATH_MAX];
	size_t room = 0;

	snprintf(ret, PATH_MAX, "/");
	while (f && getline(&line, &room, f) > 0) {
		if (sscanf(line, "%*s %*s %*s %*s %4095s", mount) == 1 && is_within(path, mount) &&
			strlen(mount) >= strlen(ret))
			snprintf(ret, PATH_MAX, "%s", mount);
	}
	free(line);
	if (f)
		fclose(f);
}

static int absolute(const char *path, char ret[PATH_MAX])
{
	char cwd[PATH_MAX] = "";
	int n;

	if (path[0] != '/' && !getcwd(cwd, sizeof(cwd)))
		return -errno;
	n = snprintf(ret, PATH_MAX, "%s%s%s", cwd, *cwd ? "/" : "", path);
	return n >= PATH_MAX ? -ENAMETOOLONG : 0;
}

int places_io(struct places *p, const char *path, struct pool **ret)
{
	char whole[PATH_MAX], mount[PATH_MAX];
	int err = absolute(path ? path : "/", whole);

	if (err)
		return err;
	find_mount(whole, mount);
	for (size_t i = 0; i < p->n_io; i++) {
		if (!strcmp(p->io[i].mount, mount) || i == MOUNTS - 1) {
			*ret = p->io[i].pool;
			return 0;
		}
	}
	err = pool_new("cam-io", 1, &p->io[p->n_io].pool);
	if (err)
		return err;
	snprintf(p->io[p->n_io].mount, PATH_MAX, "%s", mount);
	*ret = p->io[p->n_io++].pool;
	return 0;
}
