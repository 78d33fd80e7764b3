/* SPDX-License-Identifier: MIT */
#include "core/plugin/backoff.h"

#include "lib/clock.h"

#include <sys/random.h>

#define FIRST (CLOCK_SECOND / 2)
#define SETTLED (30 * CLOCK_SECOND)

/* A quarter more or less, so that 200 cameras behind one switch do not come back in step. */
static int64_t jitter(int64_t ns)
{
	uint32_t r = 1u << 31;

	if (getrandom(&r, sizeof(r), GRND_NONBLOCK) != sizeof(r))
		r = 1u << 31;
	return ns - ns / 4 + (int64_t)((double)ns / 2 * r / UINT32_MAX);
}

int64_t backoff_next(struct backoff *b, int64_t lived_ns, int64_t most_ns)
{
	int64_t pause;

	if (lived_ns >= SETTLED)
		b->failures = 0;
	pause = b->failures < 6 ? FIRST << b->failures : most_ns;
	b->failures++;
	return jitter(pause < most_ns ? pause : most_ns);
}
