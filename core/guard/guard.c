/* SPDX-License-Identifier: MIT */
#include "core/guard/guard.h"
#include "core/config/origin.h"

#include "core/guard/sandbox_calls.h"
#include "core/guard/sandbox_files.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* What libraries read: configuration, name resolution, time zones, certificates, themselves. */
static const char *const read_always[] = {"/etc", "/usr", "/lib", "/lib64", "/opt", "/nix", "/proc", "/sys",
	"/run", "/dev/null", "/dev/zero", "/dev/random", "/dev/urandom", PLUGINDIR};

/* ---- lists of paths, NULL at the end ---- */

struct paths {
	char **items;
	size_t n;
	bool failed;
};

static void paths_add_n(struct paths *l, const char *path, size_t len)
{
	char **items = realloc(l->items, (l->n + 2) * sizeof(*items));

	if (items)
		l->items = items;
	if (!items || !(items[l->n] = strndup(path, len))) {
		l->failed = true;
		return;
	}
	items[++l->n] = NULL;
}

static void paths_add(struct paths *l, const char *path)
{
	paths_add_n(l, path, strlen(path));
}

static void paths_free(struct paths *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->items[i]);
	free(l->items);
}

/* ---- what is read ---- */

/* The folder of a file, since editors and Kubernetes put a new file in the place of the old; of "/" only the file. */
static void add_folder_of(struct paths *l, const char *file)
{
	const char *slash = strrchr(file, '/');
	char real[PATH_MAX];

	if (!slash)
		paths_add(l, ".");
	else if (slash == file)
		paths_add(l, file);
	else
		paths_add_n(l, file, (size_t)(slash - file));
	if (realpath(file, real) && strcmp(real, file) != 0 && (slash = strrchr(real, '/')) > real)
		paths_add_n(l, real, (size_t)(slash - real));
}

static void add_split(struct paths *l, const char *text, char at)
{
	while (*text) {
		const char *end = strchrnul(text, at);

		if (end > text)
			paths_add_n(l, text, (size_t)(end - text));
		text = end + (*end != '\0');
	}
}

/* Files of secrets, and where plugins and their libraries are looked for. */
static void add_variable(struct paths *l, const char *variable)
{
	const char *value = strchr(variable, '=');
	size_t n = value ? (size_t)(value++ - variable) : 0;

	if (!n || !*value)
		return;
	if (n > 5 && !strncmp(variable + n - 5, "_FILE", 5))
		add_folder_of(l, value);
	else if (!strncmp(variable, "CREDENTIALS_DIRECTORY=", n + 1))
		paths_add(l, value);
	else if (!strncmp(variable, "CAM_SERVER_PLUGIN_PATH=", n + 1) ||
		 !strncmp(variable, "LD_LIBRARY_PATH=", n + 1))
		add_split(l, value, ':');
}

static void add_read(struct paths *l, const struct config *c, const char *file, char *const *variables)
{
	for (size_t i = 0; i < sizeof(read_always) / sizeof(read_always[0]); i++)
		paths_add(l, read_always[i]);
	if (file)
		add_folder_of(l, file);
	for (; *variables; variables++)
		add_variable(l, *variables);
	add_split(l, c->secret_folders, '\n');
}

/* ---- what is written ---- */

static const char *folder_at(const struct config_node *n, const struct cam_opt *o)
{
	if (!(o->flags & CAM_FOLDER) || o->type != CAM_STRING)
		return NULL;
	return *(const char *const *)(const void *)((const char *)n->config + o->offset);
}

/* @return whether ret is where path really is, or the nearest folder above that is there */
static bool resolve(const char *path, char ret[PATH_MAX])
{
	char above[PATH_MAX];
	char *slash;

	if (!*path || snprintf(above, sizeof(above), "%s", path) >= (int)sizeof(above))
		return false;
	while (!realpath(above, ret)) {
		slash = strrchr(above, '/');
		if (slash == above)
			slash[1] = '\0';
		else if (slash)
			*slash = '\0';
		else
			return realpath(".", ret) != NULL;
	}
	return true;
}

static void add_written(struct paths *l, const char *folder)
{
	char real[PATH_MAX];

	/* Made here, it needs no rights on the folder above. Whoever is to use it tells what is wrong with it. */
	(void)!mkdir(folder, 0755);
	paths_add(l, folder);
	/* The whole disk is too much to give for a folder that nobody can make. */
	if (resolve(folder, real) && strcmp(real, "/") != 0 && strcmp(real, folder) != 0)
		paths_add(l, real);
}

static void add_write(struct paths *l, const struct config *c)
{
	paths_add(l, "/dev/shm");
	paths_add(l, "/dev/null");
	for (size_t i = 0; i < c->n_nodes; i++) {
		const struct config_node *n = &c->nodes[i];

		for (const struct cam_opt *o = n->plugin->options; o && o->name; o++)
			if (folder_at(n, o) && *folder_at(n, o))
				add_written(l, folder_at(n, o));
	}
}

/* ---- protecting ---- */

static void tell(struct log *log, int err, const char *what, const char *without)
{
	bool lacks = err == -ENOSYS || err == -EOPNOTSUPP || err == -EPERM;

	if (!err)
		log_line(log, LOG_DEBUG, NULL, "protected by %s", what);
	else
		log_line(log, lacks ? LOG_INFO : LOG_WARN, NULL, "no protection by %s here (%s): %s", what,
			strerrordesc_np(-err), without);
}

int guard_now(
	struct guard *p, const struct config *c, const char *file, char *const *variables, struct log *log)
{
	struct paths read = {0}, write = {0};
	int err = -ENOMEM;

	*p = (struct guard){0};
	add_read(&read, c, file, variables);
	add_write(&write, c);
	if (!read.failed && !write.failed) {
		err = sandbox_files((const char *const *)read.items, (const char *const *)write.items);
		p->files = !err;
		tell(log, err, "Landlock", "the server could open any file that its user can");
		tell(log, sandbox_calls(), "seccomp", "the server could start other programs");
		p->folders = write.items;
		p->n_folders = write.n;
		write = (struct paths){0};
		err = 0;
	}
	paths_free(&read);
	paths_free(&write);
	return err;
}

void guard_free(struct guard *p)
{
	for (size_t i = 0; i < p->n_folders; i++)
		free(p->folders[i]);
	free(p->folders);
	*p = (struct guard){0};
}

/* ---- reloading ---- */

static bool is_allowed(const struct guard *p, const char *folder)
{
	char real[PATH_MAX];
	bool resolved = resolve(folder, real);

	for (size_t i = 0; i < p->n_folders; i++) {
		size_t n = strlen(p->folders[i]);

		if (!strcmp(folder, p->folders[i]))
			return true;
		if (resolved && !strncmp(real, p->folders[i], n) && (real[n] == '/' || !real[n]))
			return true;
	}
	return false;
}

int guard_check(const struct guard *p, const struct config *c, struct text *errors)
{
	int err = 0;

	for (size_t i = 0; p->files && i < c->n_nodes; i++) {
		const struct config_node *n = &c->nodes[i];

		for (const struct cam_opt *o = n->plugin->options; o && o->name; o++) {
			const char *folder = folder_at(n, o);

			if (!folder || !*folder || is_allowed(p, folder))
				continue;
			text_printf(errors,
				"%s: %s.%s: \"%s\" is outside of the folders that the server kept the right "
				"to "
				"write to when it started; restart it, or start it with server.protect: "
				"false\n",
				config_origin(c, n, o->name), n->path, o->name, folder);
			err = -EACCES;
		}
	}
	return err;
}
