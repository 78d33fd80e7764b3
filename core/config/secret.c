/* SPDX-License-Identifier: MIT */

#include "core/config/secret.h"

#include "core/config/option/option.h"
#include "core/config/tree/env.h"

#include <string.h>

/* More of them than a hand-written file has are not remembered. */
enum { FOLDERS_BYTES = 8192 };

const char *secret_key(struct load *l, const struct cam_opt *options, const struct cam_opt *o)
{
	const char *key =
		o->flags & (CAM_SECRET | CAM_URL) ? arena_printf(l->arena, "%s_file", o->name) : NULL;

	return key && !option_find(options, key) ? key : NULL;
}

const struct tree *secret_or_file(struct load *l, const struct tree *value, unsigned value_rank,
	const struct tree *file, unsigned file_rank, bool *ret_is_file)
{
	if (value && file && value_rank == file_rank) {
		report_error(l->report, &file->at, tree_path(l->arena, file), "stands beside %s; remove one",
			value->key);
		file = NULL;
	}
	*ret_is_file = file && (!value || file_rank > value_rank);
	return *ret_is_file ? file : value;
}

static void remember_folder(struct load *l, const char *path)
{
	const char *known = l->out->pub.secret_folders, *slash = strrchr(path, '/'), *folder, *line;

	folder = !slash ? "." : slash == path ? path : arena_copy(l->arena, path, (size_t)(slash - path));
	if (!known || !folder || strchr(folder, '\n'))
		return;
	for (line = known; *line; line = strchrnul(line, '\n') + 1)
		if (!strncmp(line, folder, strlen(folder)) && line[strlen(folder)] == '\n')
			return;
	if (line - known < FOLDERS_BYTES)
		l->out->pub.secret_folders = arena_printf(l->arena, "%s%s\n", known, folder);
}

const char *secret_read(struct load *l, const struct tree *t, const char *path)
{
	struct env_value v;

	if (!*path) {
		report_error(
			l->report, &t->at, tree_path(l->arena, t), "is empty; name the file that holds it");
		return NULL;
	}
	remember_folder(l, path);
	v = env_read_secret(l->arena, path);
	if (v.why)
		report_error(l->report, &t->at, tree_path(l->arena, t), "%s", v.why);
	return v.text;
}
