/* SPDX-License-Identifier: MIT */
#include "core/plugin/loader.h"

#include "core/base/kind.h"
#include "core/plugin/abi.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SYMBOL_BASE "cam_plugin_"
#define SYMBOL SYMBOL_BASE "1"

/* A plugin's descriptor as a copy of today's length, with the memory of its tables. */
struct loaded {
	struct cam_plugin plugin;
	struct arena tables;
};

struct loader {
	char **folders;
	size_t n_folders;
	struct loaded **plugins;
	size_t n_plugins;
	char other_abi[200]; /* the end of the last sentence about one */
	char why[PATH_MAX + 512];
};

static bool add_folder(struct loader *l, const char *folder, size_t len)
{
	char **folders = realloc(l->folders, (l->n_folders + 1) * sizeof(*folders));

	if (!folders)
		return false;
	l->folders = folders;
	folders[l->n_folders] = strndup(folder, len);
	return folders[l->n_folders++] != NULL;
}

struct loader *loader_new(const char *path)
{
	struct loader *l = calloc(1, sizeof(*l));
	bool ok = l != NULL;

	while (ok && path && *path) {
		size_t n = strcspn(path, ":");

		if (n)
			ok = add_folder(l, path, n);
		path += n + (path[n] == ':');
	}
	if (ok && add_folder(l, PLUGINDIR, strlen(PLUGINDIR)))
		return l;
	loader_free(l);
	return NULL;
}

static void forget(struct loaded *p)
{
	arena_free(&p->tables);
	free(p);
}

void loader_free(struct loader *l)
{
	if (!l)
		return;
	for (size_t i = 0; i < l->n_plugins; i++)
		forget(l->plugins[i]);
	for (size_t i = 0; i < l->n_folders; i++)
		free(l->folders[i]);
	free(l->folders);
	free(l->plugins);
	free(l);
}

static bool is_name(const char *s)
{
	return *s && strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789_") == strlen(s) && strlen(s) < 64;
}

/* Callbacks that a kind and place cannot do without. */
static const char *missing_part(const struct cam_plugin *p)
{
	if (!p->create || !p->destroy)
		return "has no create or destroy";
	if (p->place == CAM_ON_THREAD)
		return p->kind != CAM_SOURCE ? "runs on a thread of its own but is no source"
		       : p->run              ? NULL
					     : "has no run";
	if (!p->stop)
		return "has no stop";
	if (p->kind == CAM_BUFFER && (!p->keep || !p->replay))
		return "is a buffer without keep or replay";
	if ((p->kind == CAM_RECORDER || p->kind == CAM_SINK || p->kind == CAM_DETECTOR) && !p->consume)
		return "has no consume";
	return NULL;
}

static const char *refuse(const struct cam_plugin *p, const char *name)
{
	if (!p->name || strcmp(p->name, name))
		return "calls itself by another name than its file";
	if (p->kind < CAM_SOURCE || p->kind > KIND_LAST || p->place < CAM_ON_LOOP || p->place > CAM_ON_THREAD)
		return "is of an unknown kind or place";
	if (p->kind == CAM_SINK && p->place == CAM_ON_CAMERA)
		return "is a sink, and a sink has no camera of its own to run on";
	if (p->kind == CAM_LISTENER && p->place == CAM_ON_CAMERA)
		return "is a listener, and a listener has no camera of its own to run on";
	return missing_part(p);
}

/* @return what to tell of a plugin that was built for another version */
static const char *other_abi(struct loader *l, uint32_t major, uint32_t minor)
{
	bool newer = major > CAM_ABI_MAJOR || (major == CAM_ABI_MAJOR && minor > CAM_ABI_MINOR);

	snprintf(l->other_abi, sizeof(l->other_abi),
		"was built for another version of the plugin ABI, %u.%u, and this server has %u.%u; rebuild "
		"it against "
		"this server's headers%s",
		major, minor, CAM_ABI_MAJOR, CAM_ABI_MINOR, newer ? ", or install a newer server" : "");
	return l->other_abi;
}

/* @return why its routes are not to be asked, NULL if they are */
static const char *refuse_routes(const struct cam_plugin *p)
{
	for (const struct cam_route *r = p->routes; r && r->method; r++) {
		if (r->right < CAM_OPEN || r->right > CAM_ADMIN)
			return "has a route that does not say who may ask it (see enum cam_right)";
		if (r->body_max > ABI_MAX_BODY)
			return "has a route that takes a longer body than a server reads (1 MiB)";
	}
	return NULL;
}

/* The two first members are in every version; the rest is judged as a copy. @return why not, NULL: *ret is complete */
static const char *take(struct loader *l, const struct cam_plugin *p, const char *name, struct loaded *ret)
{
	const char *why;

	if (p->abi >> 16 != CAM_ABI_MAJOR || abi_minor(p) > CAM_ABI_MINOR)
		return other_abi(l, p->abi >> 16, abi_minor(p));
	if (abi_read(&abi_plugin, &ret->plugin, p, p->size))
		return "has a descriptor that is too small";
	ret->plugin.size = sizeof(ret->plugin);
	why = refuse(&ret->plugin, name);
	if (!why)
		why = abi_tables(&ret->tables, &ret->plugin);
	return why ? why : refuse_routes(&ret->plugin);
}

/* A plugin of another major version has another symbol: say so rather than "not found". @return NULL: it is none */
static const char *other_major(struct loader *l, void *lib)
{
	char symbol[32];

	for (unsigned v = 0; v < 20; v++) {
		const struct cam_plugin *p;

		snprintf(symbol, sizeof(symbol), SYMBOL_BASE "%u", v);
		p = dlsym(lib, symbol);
		if (p)
			return other_abi(l, v, p->abi >> 16 == v ? abi_minor(p) : 0);
	}
	return NULL;
}

/* @return whether others than root, the user and the owner of this program, who could change that as well, may write */
static bool others_may_write(const struct stat *st)
{
	struct stat self;

	if (st->st_uid != 0 && st->st_uid != geteuid() &&
		(stat("/proc/self/exe", &self) || st->st_uid != self.st_uid))
		return true;
	/* What others put into a sticky folder is theirs, and is refused as a file. */
	if ((st->st_mode & S_IWOTH) && !(S_ISDIR(st->st_mode) && (st->st_mode & S_ISVTX)))
		return true;
	/* A group of one's own, as of who works with umask 002, is nobody else. */
	return (st->st_mode & S_IWGRP) && st->st_gid != 0 &&
	       !(st->st_uid == geteuid() && st->st_gid == getegid());
}

/* @return why the file is not to be trusted, NULL if it is */
static const char *distrust(const char *file)
{
	char folder[PATH_MAX];
	struct stat st;

	if (stat(file, &st) == 0 && others_may_write(&st))
		return "can be changed by other users; give it to root and `chmod go-w` it";
	snprintf(folder, sizeof(folder), "%.*s", (int)(strrchr(file, '/') - file), file);
	if (stat(*folder ? folder : "/", &st) == 0 && others_may_write(&st))
		return "lies in a folder that other users can write to; give that to root and `chmod go-w` "
		       "it";
	return NULL;
}

/* @return what the file exports; NULL with the end of a sentence in *ret_why, or with a whole one in l->why */
static const struct cam_plugin *open_plugin(
	struct loader *l, const char *file, const char *name, const char **ret_why)
{
	const struct cam_plugin *p;
	void *lib;

	*ret_why = distrust(file);
	if (*ret_why)
		return NULL;
	lib = dlopen(file, RTLD_NOW | RTLD_LOCAL);
	if (!lib) {
		/* NOLINTNEXTLINE(concurrency-mt-unsafe): glibc keeps a text for each thread */
		snprintf(l->why, sizeof(l->why), "plugin \"%s\" cannot be loaded: %s", name, dlerror());
		return NULL;
	}
	p = dlsym(lib, SYMBOL);
	if (!p)
		*ret_why = other_major(l, lib);
	if (!p && !*ret_why)
		*ret_why = "is no plugin: it has no symbol " SYMBOL;
	return p;
}

static const struct cam_plugin *remember(struct loader *l, struct loaded *p)
{
	struct loaded **plugins = realloc(l->plugins, (l->n_plugins + 1) * sizeof(struct loaded *));

	if (!plugins)
		return NULL;
	l->plugins = plugins;
	plugins[l->n_plugins++] = p;
	return &p->plugin;
}

static const struct cam_plugin *load(struct loader *l, const char *file, const char *name)
{
	const char *why;
	const struct cam_plugin *theirs = open_plugin(l, file, name, &why), *ours = NULL;
	struct loaded *p = theirs ? calloc(1, sizeof(*p)) : NULL;

	if (p)
		why = take(l, theirs, name, p);
	if (p && !why)
		ours = remember(l, p);
	if (ours)
		return ours;
	if (p)
		forget(p);
	if (theirs && !why)
		why = "cannot be used: out of memory";
	if (why)
		snprintf(l->why, sizeof(l->why), "plugin \"%s\" (%s) %s", name, file, why);
	return NULL;
}

const struct cam_plugin *loader_find(struct loader *l, const char *name, const char **ret_why)
{
	char file[PATH_MAX];

	*ret_why = l->why;
	if (!is_name(name)) {
		snprintf(l->why, sizeof(l->why), "\"%.64s\" is no plugin name: use letters a-z, digits and _",
			name);
		return NULL;
	}
	for (size_t i = 0; i < l->n_plugins; i++)
		if (!strcmp(l->plugins[i]->plugin.name, name))
			return &l->plugins[i]->plugin;
	for (size_t i = 0; i < l->n_folders; i++) {
		if (snprintf(file, sizeof(file), "%s/%s.so", l->folders[i], name) < (int)sizeof(file) &&
			!access(file, F_OK))
			return load(l, file, name);
	}
	snprintf(l->why, sizeof(l->why), "there is no plugin \"%s\"", name);
	return NULL;
}

/* Whether a folder before this one has the name too. */
static bool is_shadowed(const struct loader *l, size_t folder, const char *file)
{
	char path[PATH_MAX];

	for (size_t i = 0; i < folder; i++)
		if (snprintf(path, sizeof(path), "%s/%s", l->folders[i], file) < (int)sizeof(path) &&
			!access(path, F_OK))
			return true;
	return false;
}

void loader_names(struct loader *l, void (*visit)(void *arg, const char *name), void *arg)
{
	for (size_t i = 0; i < l->n_folders; i++) {
		DIR *d = opendir(l->folders[i]);
		const struct dirent *e;

		/* NOLINTNEXTLINE(concurrency-mt-unsafe): glibc's is safe, with a DIR of one's own */
		while (d && (e = readdir(d))) {
			char name[NAME_MAX + 1];
			size_t n = strlen(e->d_name);

			if (n < 4 || strcmp(e->d_name + n - 3, ".so") || is_shadowed(l, i, e->d_name))
				continue;
			snprintf(name, sizeof(name), "%.*s", (int)n - 3, e->d_name);
			if (is_name(name))
				visit(arg, name);
		}
		if (d)
			closedir(d);
	}
}
