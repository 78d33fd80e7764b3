/* SPDX-License-Identifier: MIT */
#include "core/base/memory.h"

#include "tests/check.h"

#include <sys/stat.h>
#include <unistd.h>

static const char *const folders[] = {"proc", "proc/self", "sys", "sys/fs", "sys/fs/cgroup",
	"sys/fs/cgroup/a", "sys/fs/cgroup/a/b", "sys/fs/cgroup/memory", "sys/fs/cgroup/memory/docker"};
enum { FOLDERS = sizeof(folders) / sizeof(folders[0]) };
static const char *const files[] = {"proc/self/cgroup", "sys/fs/cgroup/memory.max",
	"sys/fs/cgroup/a/memory.max", "sys/fs/cgroup/a/b/memory.max",
	"sys/fs/cgroup/memory/docker/memory.limit_in_bytes"};
enum { FILES = sizeof(files) / sizeof(files[0]) };

/* A machine of its own below a folder. */
static char root[] = "/tmp/memory-XXXXXX";

static void path_of(const char *name, char ret[256])
{
	snprintf(ret, 256, "%s/%s", root, name);
}

static void set_up(void)
{
	char path[256];

	memcpy(root + strlen(root) - 6, "XXXXXX", 6);
	CHECK(mkdtemp(root));
	for (int i = 0; i < FOLDERS; i++) {
		path_of(folders[i], path);
		CHECK_INT(mkdir(path, 0700), 0);
	}
}

static void put(const char *name, const char *text)
{
	char path[256];
	FILE *f;

	path_of(name, path);
	f = fopen(path, "w");
	CHECK(f);
	fputs(text, f);
	fclose(f);
}

static void tear_down(void)
{
	char path[256];

	for (int i = 0; i < FILES; i++) {
		path_of(files[i], path);
		unlink(path);
	}
	for (int i = FOLDERS; i--;) {
		path_of(folders[i], path);
		CHECK_INT(rmdir(path), 0);
	}
	CHECK_INT(rmdir(root), 0);
}

TEST(without_groups_it_is_the_machines)
{
	uint64_t machine = (uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE);

	set_up();
	CHECK(memory_limit(root) <= machine);
	CHECK(memory_limit(root) > 0);
	put("proc/self/cgroup", "nonsense\n\n::\n0:\n");
	CHECK(memory_limit(root) > 1000000);
	tear_down();
}

TEST(the_least_of_all_groups_above_holds)
{
	set_up();
	put("proc/self/cgroup", "0::/a/b\n");
	put("sys/fs/cgroup/a/b/memory.max", "max\n");
	put("sys/fs/cgroup/a/memory.max", "2000000\n");
	CHECK_INT(memory_limit(root), 2000000);
	put("sys/fs/cgroup/a/b/memory.max", "1000000\n");
	CHECK_INT(memory_limit(root), 1000000);
	tear_down();
}

TEST(group_whose_path_is_not_seen_from_inside_is_looked_for_at_the_top)
{
	set_up();
	put("proc/self/cgroup", "0::/system.slice/docker-123.scope\n");
	put("sys/fs/cgroup/memory.max", "3000000\n");
	CHECK_INT(memory_limit(root), 3000000);
	tear_down();
}

TEST(version_1_has_a_memory_controller)
{
	set_up();
	put("proc/self/cgroup", "12:cpu,cpuacct:/docker\n9:memory:/docker\n0::/\n");
	put("sys/fs/cgroup/memory/docker/memory.limit_in_bytes", "4000000\n");
	CHECK_INT(memory_limit(root), 4000000);
	tear_down();
}

RUN_TESTS(T(without_groups_it_is_the_machines), T(the_least_of_all_groups_above_holds),
	T(group_whose_path_is_not_seen_from_inside_is_looked_for_at_the_top),
	T(version_1_has_a_memory_controller))
