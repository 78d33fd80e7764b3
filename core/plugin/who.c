/* SPDX-License-Identifier: MIT */
#include "core/plugin/who.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

struct cam_who {
	atomic_uint refs;
	bool is_local;
	uint64_t login;
	char name[];
};

const struct cam_who *who_new(const char *name, bool is_local, uint64_t login)
{
	size_t n = strlen(name) + 1;
	struct cam_who *w = malloc(sizeof(*w) + n);

	if (!w)
		return NULL;
	atomic_init(&w->refs, 1);
	w->is_local = is_local;
	w->login = login;
	memcpy(w->name, name, n);
	return w;
}

const struct cam_who *who_ref(const struct cam_who *w)
{
	/* Counting is all that ever changes in it. */
	if (w)
		atomic_fetch_add_explicit(&((struct cam_who *)(uintptr_t)w)->refs, 1, memory_order_relaxed);
	return w;
}

void who_unref(const struct cam_who *w)
{
	struct cam_who *mine = (struct cam_who *)(uintptr_t)w;

	if (mine && atomic_fetch_sub_explicit(&mine->refs, 1, memory_order_acq_rel) == 1)
		free(mine);
}

const char *who_name(const struct cam_who *w)
{
	return w->name;
}

bool who_is_local(const struct cam_who *w)
{
	return w->is_local;
}

uint64_t who_login(const struct cam_who *w)
{
	return w->login;
}
