/* SPDX-License-Identifier: MIT */
#include "core/bus/budget.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

/* Groups that go at one push at most: the rest goes with the next. */
enum { GROUPS = 64 };
#define QUANTUM (UINT64_C(64) << 10)

void budget_init(struct budget *b, uint64_t limit_bytes)
{
	pthread_mutex_init(&b->lock, NULL);
	b->shares = NULL;
	b->loser[0] = '\0';
	atomic_init(&b->total, 0);
	atomic_init(&b->limit, limit_bytes);
	atomic_init(&b->dropped, 0);
}

void budget_destroy(struct budget *b)
{
	pthread_mutex_destroy(&b->lock);
}

void budget_set_limit(struct budget *b, uint64_t limit_bytes)
{
	atomic_store(&b->limit, limit_bytes);
}

unsigned long long budget_dropped(struct budget *b, char ret_name[64])
{
	pthread_mutex_lock(&b->lock);
	snprintf(ret_name, sizeof(b->loser), "%s", b->loser);
	pthread_mutex_unlock(&b->lock);
	return atomic_load(&b->dropped);
}

/* ---- who loses ---- */

static struct budget_share *largest_share(const struct budget *b)
{
	struct budget_share *found = b->shares;

	for (struct budget_share *s = b->shares; s; s = s->next)
		if (atomic_load(&s->account.bytes) > atomic_load(&found->account.bytes))
			found = s;
	return found;
}

static struct link *largest_link(const struct budget_share *s)
{
	struct link *found = NULL;
	uint64_t most = 0;

	for (size_t i = 0; i < s->n_links; i++) {
		uint64_t bytes = link_waiting_bytes(s->links[i]);

		if (bytes > most) {
			most = bytes;
			found = s->links[i];
		}
	}
	return found;
}

/* Drop a group of whoever has the most. @return whether there was one */
static bool shed(struct budget *b)
{
	struct budget_share *share;
	struct link *link;
	unsigned dropped;

	pthread_mutex_lock(&b->lock);
	share = largest_share(b);
	link = share ? largest_link(share) : NULL;
	dropped = link ? link_shed(link) : 0;
	if (dropped) {
		atomic_fetch_add(&b->dropped, dropped);
		atomic_fetch_add(share->dropped, dropped);
		snprintf(b->loser, sizeof(b->loser), "%s", share->name);
	}
	pthread_mutex_unlock(&b->lock);
	return dropped;
}

static void over(struct link_account *a)
{
	struct budget *b = container_of(a, struct budget_share, account)->budget;

	for (int i = 0; i < GROUPS && atomic_load(&b->total) > atomic_load(&b->limit); i++)
		if (!shed(b))
			return;
}

/* ---- shares ---- */

/* What all links may keep to themselves stays small beside the limit. */
static uint64_t quantum(const struct budget *b)
{
	uint64_t part = atomic_load(&b->limit) / 4096;

	return part < QUANTUM ? part : QUANTUM;
}

void budget_join(struct budget *b, struct budget_share *s, const char *name, atomic_ullong *dropped)
{
	*s = (struct budget_share){.budget = b, .name = name, .dropped = dropped};
	s->account.total = &b->total;
	s->account.limit = &b->limit;
	s->account.quantum = quantum(b);
	s->account.over = over;
	pthread_mutex_lock(&b->lock);
	s->next = b->shares;
	b->shares = s;
	pthread_mutex_unlock(&b->lock);
}

void budget_leave(struct budget_share *s)
{
	struct budget_share **at;

	if (!s->budget)
		return;
	assert(!s->n_links);
	pthread_mutex_lock(&s->budget->lock);
	for (at = &s->budget->shares; *at != s;)
		at = &(*at)->next;
	*at = s->next;
	pthread_mutex_unlock(&s->budget->lock);
	free(s->links);
}

int budget_add(struct budget_share *s, struct link *link)
{
	int err = 0;

	pthread_mutex_lock(&s->budget->lock);
	if (s->n_links == s->room) {
		size_t room = s->room ? s->room * 2 : 4;
		struct link **links = realloc(s->links, room * sizeof(struct link *));

		err = links ? 0 : -ENOMEM;
		if (links) {
			s->links = links;
			s->room = room;
		}
	}
	if (!err)
		s->links[s->n_links++] = link_ref(link);
	pthread_mutex_unlock(&s->budget->lock);
	return err;
}

void budget_remove(struct budget_share *s, struct link *link)
{
	bool was = false;

	pthread_mutex_lock(&s->budget->lock);
	for (size_t i = 0; i < s->n_links && !was; i++) {
		was = s->links[i] == link;
		if (was)
			s->links[i] = s->links[--s->n_links];
	}
	pthread_mutex_unlock(&s->budget->lock);
	if (was)
		link_unref(link);
}
