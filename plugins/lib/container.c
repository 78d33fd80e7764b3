/* SPDX-License-Identifier: MIT */
#include "plugins/lib/container.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MAX_MOUNTS = 4096 };

/* What a line of mountinfo tells (proc_pid_mountinfo(5)). */
struct mount {
	char *root, *point; /* in the file system, here */
	const char *type;
};

static bool is_there(const char *root, const char *path)
{
	char whole[PATH_MAX];

	return snprintf(whole, sizeof(whole), "%s%s", root, path) < (int)sizeof(whole) &&
	       !access(whole, F_OK);
}

/* Blanks and backslashes stand there as three octal digits. */
static void unescape(char *s)
{
	char *to = s;

	for (; *s; s++) {
		if (*s == '\\' && s[1] >= '0' && s[1] <= '3' && s[2] >= '0' && s[2] <= '7' && s[3] >= '0' &&
			s[3] <= '7') {
			*to++ = (char)((s[1] - '0') << 6 | (s[2] - '0') << 3 | (s[3] - '0'));
			s += 3;
		} else {
			*to++ = *s;
		}
	}
	*to = '\0';
}

/* "36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw" */
static bool parse(char *line, struct mount *ret)
{
	char *type = strstr(line, " - "), *rest = NULL;

	for (int i = 0; i < 5; i++) {
		char *word = strtok_r(i ? NULL : line, " \n", &rest);

		if (!word)
			return false;
		if (i == 3)
			ret->root = word;
		ret->point = word;
	}
	if (!type)
		return false;
	unescape(ret->root);
	unescape(ret->point);
	ret->type = type + 3;
	return true;
}

/* Calls visit for each mount, in their order: what is mounted later lies above. @return whether they are known */
static bool each_mount(const char *root, void (*visit)(void *arg, const struct mount *), void *arg)
{
	char path[PATH_MAX], *line = NULL;
	size_t room = 0;
	struct mount m = {0};
	FILE *f;

	if (snprintf(path, sizeof(path), "%s/proc/self/mountinfo", root) >= (int)sizeof(path))
		return false;
	f = fopen(path, "re");
	if (!f)
		return false;
	for (int i = 0; i < MAX_MOUNTS && getline(&line, &room, f) >= 0; i++)
		if (parse(line, &m))
			visit(arg, &m);
	free(line);
	fclose(f);
	return true;
}

static void see_root(void *arg, const struct mount *m)
{
	if (!strcmp(m->point, "/"))
		*(bool *)arg = strstr(m->type, "overlay") != NULL && strstr(m->type, "overlay") < m->type + 8;
}

bool container_is_here(const char *root)
{
	bool is_overlay = false;

	return is_there(root, "/.dockerenv") || is_there(root, "/run/.containerenv") ||
	       (each_mount(root, see_root, &is_overlay) && is_overlay);
}

struct looking {
	const char *folder;
	size_t found; /* length of the mount point */
	char *host;
	size_t room;
};

static void see_mount(void *arg, const struct mount *m)
{
	struct looking *l = arg;
	size_t n = strlen(m->point);

	if (n < 2 || n < l->found || strncmp(l->folder, m->point, n) != 0 ||
		(l->folder[n] && l->folder[n] != '/'))
		return;
	l->found = n;
	/* A whole file system has no path on the host that could be known here. */
	if (!strcmp(m->root, "/") ||
		snprintf(l->host, l->room, "%s%s", m->root, l->folder + n) >= (int)l->room)
		*l->host = '\0';
}

bool container_mounts(const char *root, const char *folder, char *ret_host, size_t room)
{
	char real[PATH_MAX];
	struct looking l = {folder, 0, ret_host, room};

	*ret_host = '\0';
	if (realpath(folder, real))
		l.folder = real;
	return container_is_here(root) && each_mount(root, see_mount, &l) && l.found;
}
