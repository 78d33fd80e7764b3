/* SPDX-License-Identifier: MIT */
/** @file stress_rand.h splitmix64: a stream of numbers for each node, so that what it decides replays by its seed. */
#ifndef CAM_TESTS_STRESS_RAND_H
#define CAM_TESTS_STRESS_RAND_H
#include <stdbool.h>
#include <stdint.h>

struct rnd {
	uint64_t state;
};

static inline uint64_t rnd_next(struct rnd *r)
{
	uint64_t z = r->state += UINT64_C(0x9E3779B97F4A7C15);

	z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
	z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
	return z ^ z >> 31;
}

/** @return 0 to n - 1 */
static inline unsigned rnd_below(struct rnd *r, unsigned n)
{
	return (unsigned)(rnd_next(r) % n);
}

/** @return true once in n times */
static inline bool rnd_once_in(struct rnd *r, unsigned n)
{
	return rnd_below(r, n) == 0;
}

/** A stream of its own for whoever has this name. */
static inline struct rnd rnd_named(uint64_t seed, const char *name, uint64_t turn)
{
	uint64_t hash = UINT64_C(14695981039346656037); /* FNV-1a */
	struct rnd r;

	while (*name)
		hash = (hash ^ (unsigned char)*name++) * UINT64_C(1099511628211);
	r.state = seed ^ hash;
	r.state = rnd_next(&r) + turn;
	return r;
}
#endif
