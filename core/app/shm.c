/* SPDX-License-Identifier: MIT */
#include "core/app/shm.h"

#include <sys/statvfs.h>

#define MIB (UINT64_C(1) << 20)

static uint64_t bytes_of(const struct config_node *n)
{
	return n->plugin->shm_bytes ? n->plugin->shm_bytes(n->config) : 0;
}

uint64_t shm_wanted(const struct config *c)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < c->n_nodes; i++)
		if (__builtin_add_overflow(sum, bytes_of(&c->nodes[i]), &sum))
			return UINT64_MAX / MIB * MIB;
	if (!sum || sum > UINT64_MAX - 2 * MIB)
		return sum / MIB * MIB;
	/* The small things of other programs lie there too. */
	return (sum + MIB + MIB - 1) / MIB * MIB;
}

void shm_judge(const struct config *c, const char *folder, struct text *out)
{
	unsigned long long wanted = shm_wanted(c) / MIB;
	const char *first = "";
	struct statvfs fs;
	size_t n = 0;

	/* A tmpfs without a limit says 0 blocks. */
	if (!wanted || statvfs(folder, &fs) || !fs.f_blocks ||
		wanted * MIB <= (uint64_t)fs.f_blocks * fs.f_frsize)
		return;
	for (size_t i = 0; i < c->n_nodes; i++) {
		bool takes = bytes_of(&c->nodes[i]) > 0;

		first = takes && !*first ? c->nodes[i].name : first;
		n += takes;
	}
	text_printf(out, "%s has %llu MiB, and %s", folder,
		(unsigned long long)fs.f_blocks * fs.f_frsize / MIB, first);
	if (n > 1)
		text_printf(out, " and %zu more", n - 1);
	text_printf(out,
		" need%s %llu MiB there when all of it is in use: docker run --shm-size=%llum, or outside of "
		"a "
		"container mount -o remount,size=%lluM %s; what finds no room goes without\n",
		n > 1 ? "" : "s", wanted, wanted, wanted, folder);
}
