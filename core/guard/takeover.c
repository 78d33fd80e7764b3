/* SPDX-License-Identifier: MIT */
#include "core/guard/takeover.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <linux/capability.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Capabilities come in two words of 32 (capget(2), version 3). */
typedef struct __user_cap_data_struct capabilities[_LINUX_CAPABILITY_U32S_3];

static int get(capabilities ret)
{
	struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};

	return syscall(SYS_capget, &header, ret) ? -errno : 0;
}

static void set(capabilities c)
{
	struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};

	(void)!syscall(SYS_capset, &header, c);
}

/* A program's own capabilities lie ready only: a container without them starts all the same. */
static void raise_all(void)
{
	capabilities c;

	if (get(c))
		return;
	for (size_t i = 0; i < _LINUX_CAPABILITY_U32S_3; i++)
		c[i].effective = c[i].permitted;
	set(c);
}

/* A number above 0, with a ':' behind it. @return what follows, or NULL */
static const char *number(const char *text, unsigned *ret)
{
	char *end;
	unsigned long n = *text >= '0' && *text <= '9' ? strtoul(text, &end, 10) : 0;

	if (!n || n > INT_MAX || *end != ':')
		return NULL;
	*ret = (unsigned)n;
	return end + 1;
}

int takeover_parse(const char *text, struct takeover *ret)
{
	unsigned uid = 0, gid = 0;
	const char *rest = number(text, &uid);

	rest = rest ? number(rest, &gid) : NULL;
	if (!rest || *rest != '/')
		return -EINVAL;
	*ret = (struct takeover){uid, gid, rest};
	return 0;
}

/* Takes the descriptor over. */
static bool is_empty(int fd)
{
	DIR *dir = fdopendir(fd);
	const struct dirent *entry;
	bool empty = dir != NULL;

	if (!dir) {
		close(fd);
		return false;
	}
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): a stream of its own */
	while (empty && (entry = readdir(dir)))
		empty = !strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..");
	closedir(dir);
	return empty;
}

int takeover_folder(const struct takeover *t)
{
	int fd = open(t->folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC), copy, ret = 0;
	bool root = !geteuid();
	struct stat st;

	if (fd < 0)
		return -errno;
	copy = fstat(fd, &st) || st.st_uid ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 0);
	if (copy >= 0 && is_empty(copy)) {
		raise_all();
		ret = fchown(fd, root ? t->uid : geteuid(), root ? t->gid : getegid()) ? -errno : 1;
	}
	close(fd);
	return ret;
}

static int leave_root(const struct takeover *t)
{
	if (setgroups(0, NULL) || setresgid(t->gid, t->gid, t->gid) || setresuid(t->uid, t->uid, t->uid))
		return -errno;
	return 0;
}

int takeover_end(const struct takeover *t)
{
	capabilities none = {0};
	int err;

	raise_all();
	for (int cap = 0; !prctl(PR_CAPBSET_DROP, cap, 0, 0, 0); cap++)
		;
	err = t && !geteuid() ? leave_root(t) : 0;
	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	set(none);
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	return err;
}
