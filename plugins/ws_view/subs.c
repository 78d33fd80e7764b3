/* SPDX-License-Identifier: MIT */
#include "subs.h"

#include <errno.h>
#include <stdlib.h>

static size_t slot_of(const struct subs *s, const struct cam_sub *sub)
{
	/* Fibonacci hashing: the golden ratio spreads pointers, whose low bits are alike. */
	return (size_t)(((uint64_t)(uintptr_t)sub * UINT64_C(0x9e3779b97f4a7c15)) >> 32) & (s->n_slots - 1);
}

static void put(struct subs *s, struct taker *t)
{
	size_t i = slot_of(s, t->sub);

	while (s->slots[i])
		i = (i + 1) & (s->n_slots - 1);
	s->slots[i] = t;
}

/* Room for one more, at most half full. @return 0, -ENOMEM */
static int grow(struct subs *s)
{
	struct subs bigger = {.n_slots = s->n_slots ? s->n_slots * 2 : 64, .n = s->n};

	if ((s->n + 1) * 2 <= s->n_slots)
		return 0;
	/* NOLINTNEXTLINE(bugprone-sizeof-expression): an array of pointers */
	bigger.slots = calloc(bigger.n_slots, sizeof(*bigger.slots));
	if (!bigger.slots)
		return -ENOMEM;
	for (size_t i = 0; i < s->n_slots; i++)
		if (s->slots[i])
			put(&bigger, s->slots[i]);
	free(s->slots);
	*s = bigger;
	return 0;
}

int subs_open(struct subs *s, const struct cam_host *host, struct cam_node *node, const char *camera,
	const struct cam_want *want, struct taker *t)
{
	int err = grow(s);

	if (!err)
		err = host->subscribe(node, camera, want, &t->sub);
	if (err) {
		t->sub = NULL;
		return err;
	}
	t->later = false;
	put(s, t);
	s->n++;
	return 0;
}

void subs_close(struct subs *s, const struct cam_host *host, struct cam_node *node, struct taker *t)
{
	size_t mask = s->n_slots - 1, hole;

	if (!t->sub)
		return;
	host->unsubscribe(node, t->sub);
	for (hole = slot_of(s, t->sub); s->slots[hole] != t;)
		hole = (hole + 1) & mask;
	s->slots[hole] = NULL;
	s->n--;
	/* What was put behind it by collision must stay reachable without a gap. */
	for (size_t i = (hole + 1) & mask; s->slots[i]; i = (i + 1) & mask) {
		struct taker *moved = s->slots[i];

		s->slots[i] = NULL;
		put(s, moved);
	}
	t->sub = NULL;
}

struct taker *subs_find(const struct subs *s, const struct cam_sub *sub)
{
	if (!s->n_slots)
		return NULL;
	for (size_t i = slot_of(s, sub); s->slots[i]; i = (i + 1) & (s->n_slots - 1))
		if (s->slots[i]->sub == sub)
			return s->slots[i];
	return NULL;
}

void subs_free(struct subs *s)
{
	free(s->slots);
	*s = (struct subs){0};
}
