/* SPDX-License-Identifier: MIT */
#include "plugins/shm_ring/ring.h"

#include <math.h>

const char *ring_name_problem(const char *name)
{
	size_t n = strlen(name), suffix = strlen(CAM_SHM_SUFFIX);

	if (!n || n > CAM_SHM_NAME_MAX)
		return "has to be 1 to 240 bytes long";
	if (!strcmp(name, ".") || !strcmp(name, ".."))
		return "cannot be a name of folders";
	if (n >= suffix && !strcmp(name + n - suffix, CAM_SHM_SUFFIX))
		return "cannot end in " CAM_SHM_SUFFIX ", which the heartbeats of another ring do";
	for (const char *c = name; *c; c++)
		if (*c == '/' || (unsigned char)*c < ' ' || *c == 127)
			return "cannot hold '/' or control characters";
	return NULL;
}

void ring_measure(const struct ring_spec *spec, struct ring_size *ret)
{
	/* Rounded up, but not by the error of binary fractions: 10 s at 10/s are 100. */
	double pictures = ceil((double)spec->fps_num / spec->fps_den * (double)spec->span_ns / 1e9 - 1e-6);

	ret->slots = pictures < RING_MIN_SLOTS ? RING_MIN_SLOTS : (uint32_t)pictures;
	ret->frame_bytes = (uint64_t)spec->width * spec->height * 3;
	ret->pictures_offset = (CAM_SHM_PAGE + ret->slots * sizeof(struct cam_shm_slot) + CAM_SHM_PAGE - 1) /
			       CAM_SHM_PAGE * CAM_SHM_PAGE;
	ret->picture_bytes = ret->slots * ret->frame_bytes;
	ret->total_bytes = ret->pictures_offset + ret->picture_bytes;
}

bool ring_intact(const struct ring *r)
{
	struct stat st;

	return !fstat(r->fd, &st) && st.st_nlink && (uint64_t)st.st_size == r->size.total_bytes;
}
