/* SPDX-License-Identifier: MIT */

#include "core/config/load.h"

#include "core/config/builtin.h"
#include "core/config/cameras.h"
#include "core/config/loading.h"
#include "core/config/overlay/short.h"
#include "core/config/server_section.h"
#include "core/config/tree/keys.h"

#include "core/config/option/option.h"
#include "core/config/overlay/env_near.h"
#include "core/config/overlay/overlay.h"
#include "core/config/tree/env.h"
#include "core/config/tree/expand.h"
#include "core/config/users_section.h"
#include "core/config/yaml/yaml.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static ssize_t read_up_to(int fd, char *buf, size_t room)
{
	size_t len = 0;

	while (len < room) {
		ssize_t n = read(fd, buf + len, room - len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		if (!n)
			break;
		len += (size_t)n;
	}
	return (ssize_t)len;
}

static bool is_there(struct load *l, const char *path, const char **ret, const char *end, size_t keep)
{
	const char *other = arena_printf(l->arena, "%.*s%s", (int)keep, path, end);

	if (strcmp(other, path) != 0 && !access(other, F_OK))
		*ret = other;
	return *ret;
}

static bool is_empty_folder(const char *path)
{
	DIR *d = opendir(path);
	unsigned n = 0;

	/* NOLINTNEXTLINE(concurrency-mt-unsafe): glibc's is safe, with a DIR of one's own */
	while (d && n < 3 && readdir(d))
		n++;
	if (d)
		closedir(d);
	return d && n < 3;
}

/* @return the file that a link leads to, NULL: it is no link */
static const char *link_end(struct load *l, const char *path)
{
	char to[PATH_MAX];
	ssize_t n = readlink(path, to, sizeof(to));

	return n > 0 ? arena_copy(l->arena, to, (size_t)n) : NULL;
}

/* What to do about a file that cannot be read. */
static const char *remedy(struct load *l, const char *path, int err)
{
	const char *name = strrchr(path, '/'), *dot = strrchr(name ? name : path, '.'), *other = NULL;
	size_t n = strlen(path), stem = dot ? (size_t)(dot - path) : n;

	if ((err == EISDIR && is_there(l, path, &other, "/cam_server.yaml", n)) ||
		(err == ENOENT && (is_there(l, path, &other, ".yaml", stem) ||
					  is_there(l, path, &other, ".yml", stem))))
		return arena_printf(l->arena, "did you mean %s?", other);
	other = err == ENOENT ? link_end(l, path) : NULL;
	if (other)
		return arena_printf(l->arena, "it is a link to %s, which is not there", other);
	if (err == EISDIR && is_empty_folder(path))
		return "it is empty: docker makes a folder where the file of a -v is not there; put the file "
		       "there first";
	if (err == EACCES)
		return arena_printf(l->arena, "let the user %u read it, and enter the folders above",
			(unsigned)geteuid());
	return "name the file with -c FILE";
}

/* @return the file's bytes, at most one more than allowed; NULL and reported */
static char *read_file(struct load *l, const char *path, size_t *ret_len)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char *data = fd < 0 ? NULL : arena_alloc(l->arena, YAML_MAX_BYTES + 1);
	ssize_t n = data ? read_up_to(fd, data, YAML_MAX_BYTES + 1) : -1;
	int err = errno;

	if (fd >= 0)
		close(fd);
	if (n < 0 && !l->arena->failed)
		report_error(l->report, &(struct where){.source = path}, NULL, "cannot be read: %s; %s",
			strerrordesc_np(err), remedy(l, path, err));
	*ret_len = n < 0 ? 0 : (size_t)n;
	return n < 0 ? NULL : data;
}

static struct tree *read_tree(struct load *l)
{
	const struct config_input *in = l->in;
	const char *data = in->text, *name = in->text_name ? in->text_name : "configuration";
	size_t len = data ? strlen(data) : 0;

	if (in->file) {
		name = arena_copy(l->arena, in->file, strlen(in->file));
		data = read_file(l, name, &len);
	} else if (!data) {
		name = "single-camera.yaml";
		data = config_single_camera;
		len = strlen(data);
	} else {
		name = arena_copy(l->arena, name, strlen(name));
	}
	return data ? yaml_parse(data, len, name, l->arena, l->report) : NULL;
}

/*
 * What single-camera mode takes besides what its file names: for motion detection, which has no option yet. What is
 * wrong with it is told of all the same.
 */
static void check_unused(struct load *l)
{
	static const struct cam_opt unused[] = {
		{"POST_MOTION_LENGTH", CAM_TIME, 0, 0, "5", 0, 3600e9, NULL, NULL, NULL},
		{"MOTION_THRESHOLD", CAM_FLOAT, 0, 0, "5000", 0, 1e9, NULL, NULL, NULL}, {0}};
	char why[OPTION_WHY];
	union {
		int64_t time;
		double number;
	} value;

	for (const struct cam_opt *o = unused; o->name; o++) {
		const char *text = env_get(l->in->environ, o->name);

		if (text && *text && option_set(o, text, &value, why))
			report_error(l->report,
				&(struct where){.source = arena_printf(l->arena, "environment %s", o->name)},
				NULL, "%s", why);
	}
}

static void run(struct load *l)
{
	unsigned n;

	l->root = read_tree(l);
	if (!l->root)
		return;
	if (!l->in->file && !l->in->text)
		check_unused(l);
	expand_tree(l->root, l->in->environ, l->arena, l->report);
	n = l->report->n_errors;
	keys_check(l->root, l->arena, l->report);
	l->has_twins = l->report->n_errors > n;
	if (!l->in->file && !l->in->text)
		env_near_single(l->in->environ, l->arena, l->report);
	short_write_out(l);
	overlay_environment(l);
	overlay_sets(l);
	short_write_out(l); /* those that came from outside */
	server_load(l);
	users_load(l);
	cameras_load(l);
}

/* @return 0, or what the load ends with */
static int verdict(struct load *l)
{
	if (l->arena->failed || l->report->errors->failed || l->report->warnings.failed) {
		text_add(l->report->errors, "out of memory\n");
		return -ENOMEM;
	}
	report_end(l->report);
	return l->report->n_errors ? -EINVAL : 0;
}

int config_load(const struct config_input *in, struct config **ret, struct text *errors)
{
	struct config_loaded *out = calloc(1, sizeof(*out));
	struct report report = {.errors = errors};
	struct load l = {.out = out, .report = &report, .in = in};
	int err;

	if (!out) {
		text_add(errors, "out of memory\n");
		return -ENOMEM;
	}
	l.arena = &out->arena;
	out->pub.secret_folders = "";
	run(&l);
	out->pub.warnings = arena_copy(l.arena, text_str(&report.warnings), report.warnings.len);
	err = verdict(&l);
	text_free(&report.warnings);
	if (err)
		config_free(&out->pub);
	else
		*ret = &out->pub;
	return err;
}

void config_free(struct config *c)
{
	struct config_loaded *out = (struct config_loaded *)(void *)c;

	if (!out)
		return;
	arena_free(&out->arena);
	free(out);
}
