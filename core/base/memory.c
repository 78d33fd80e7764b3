/* SPDX-License-Identifier: MIT */
#include "core/base/memory.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* @return the number in a file, UINT64_MAX if there is none, as in one that says "max" */
static uint64_t read_number(const char *path)
{
	char text[32] = "", *end = text;
	FILE *f = fopen(path, "re");
	unsigned long long n = 0;

	if (f && fgets(text, sizeof(text), f))
		n = strtoull(text, &end, 10);
	if (f)
		fclose(f);
	return end > text ? n : UINT64_MAX;
}

/* The limit of a control group and of all above it, whose path is shortened on the way. */
static uint64_t group_limit(const char *root, const char *mount, char *group, const char *name)
{
	uint64_t limit = UINT64_MAX;
	char path[2 * PATH_MAX];
	char *slash;

	do {
		snprintf(path, sizeof(path), "%s%s%s/%s", root, mount, group, name);
		limit = least(limit, read_number(path));
		slash = strrchr(group, '/');
		if (slash)
			*slash = '\0';
	} while (slash);
	return limit;
}

/* One line of /proc/self/cgroup: "0::/path", or "9:memory:/path" of version 1 (cgroups(7)). */
static uint64_t line_limit(const char *root, char *line)
{
	char *controllers = strchr(line, ':'), *group = controllers ? strchr(controllers + 1, ':') : NULL;

	if (!group)
		return UINT64_MAX;
	*group++ = '\0';
	group[strcspn(group, "\n")] = '\0';
	if (!controllers[1])
		return group_limit(root, "/sys/fs/cgroup", group, "memory.max");
	if (!strcmp(controllers + 1, "memory"))
		return group_limit(root, "/sys/fs/cgroup/memory", group, "memory.limit_in_bytes");
	return UINT64_MAX;
}

static uint64_t groups_limit(const char *root)
{
	char path[PATH_MAX], line[PATH_MAX];
	uint64_t limit = UINT64_MAX;
	FILE *f;

	snprintf(path, sizeof(path), "%s/proc/self/cgroup", root);
	f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f))
		limit = least(limit, line_limit(root, line));
	if (f)
		fclose(f);
	return limit;
}

static uint64_t resource_limit(__rlimit_resource_t resource)
{
	struct rlimit r;

	return getrlimit(resource, &r) || r.rlim_cur == RLIM_INFINITY ? UINT64_MAX : r.rlim_cur;
}

uint64_t memory_limit(const char *root)
{
	uint64_t machine = (uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE);

	return least(least(machine, groups_limit(root)),
		least(resource_limit(RLIMIT_AS), resource_limit(RLIMIT_DATA)));
}
