/* SPDX-License-Identifier: MIT */
/** @file chain.h A ring of links with a head of its own; an element sits in one. */
#ifndef WS_VIEW_CHAIN_H
#define WS_VIEW_CHAIN_H
#include <stddef.h>

struct chain {
	struct chain *next, *prev;
};

#define chain_entry(link, type, member) ((type *)(void *)((char *)(link)-offsetof(type, member)))

static inline void chain_init(struct chain *l)
{
	l->next = l->prev = l;
}

static inline void chain_add(struct chain *head, struct chain *l)
{
	l->prev = head->prev;
	l->next = head;
	head->prev->next = l;
	head->prev = l;
}

/** May be called twice. */
static inline void chain_remove(struct chain *l)
{
	l->prev->next = l->next;
	l->next->prev = l->prev;
	chain_init(l);
}
#endif
