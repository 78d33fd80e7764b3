/* SPDX-License-Identifier: MIT */
#include "core/media/mempool.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>

/* From MAPPED bytes on a block is mapped by itself: what is freed goes back at once, whatever the heap looks like. */
enum { ALIGN = 64, PADDING = 64, MAPPED = 128 << 10 };

/* Stands in front of each block's memory, in ALIGN bytes of its own. */
struct block {
	struct mempool *pool;
	struct block *next;
	size_t bytes; /* of the whole */
};

struct mempool {
	pthread_mutex_t lock;
	size_t bytes;
	struct block *unused;
	unsigned n_unused, keep;
	unsigned n_used; /* blocks that are out */
	int closed; /* the owner has left: the last block to come back frees the pool */
};

struct mempool *mempool_new(size_t bytes, unsigned keep)
{
	struct mempool *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	if (pthread_mutex_init(&p->lock, NULL)) {
		free(p);
		return NULL;
	}
	p->bytes = bytes;
	p->keep = keep;
	return p;
}

static void destroy(struct mempool *p)
{
	pthread_mutex_destroy(&p->lock);
	free(p);
}

/* @return NULL without memory */
static struct block *block_new(size_t bytes)
{
	size_t whole = (ALIGN + bytes + PADDING + ALIGN - 1) / ALIGN * ALIGN;
	struct block *b;

	if (whole < MAPPED) {
		b = aligned_alloc(ALIGN, whole);
	} else {
		b = mmap(NULL, whole, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (b == MAP_FAILED)
			return NULL;
	}
	if (b)
		b->bytes = whole;
	return b;
}

static void block_free(struct block *b)
{
	if (b && b->bytes >= MAPPED)
		munmap(b, b->bytes);
	else
		free(b);
}

void mempool_free(struct mempool *p)
{
	struct block *b, *next;
	int last;

	if (!p)
		return;
	pthread_mutex_lock(&p->lock);
	b = p->unused;
	p->unused = NULL;
	p->n_unused = p->keep = 0;
	p->closed = 1;
	last = !p->n_used;
	pthread_mutex_unlock(&p->lock);
	for (; b; b = next) {
		next = b->next;
		block_free(b);
	}
	if (last)
		destroy(p);
}

uint8_t *mempool_get(struct mempool *p)
{
	struct block *b;

	pthread_mutex_lock(&p->lock);
	b = p->unused;
	if (b) {
		p->unused = b->next;
		p->n_unused--;
	}
	p->n_used++;
	pthread_mutex_unlock(&p->lock);
	if (!b)
		b = block_new(p->bytes);
	if (!b) {
		pthread_mutex_lock(&p->lock);
		p->n_used--;
		pthread_mutex_unlock(&p->lock);
		return NULL;
	}
	b->pool = p;
	return (uint8_t *)b + ALIGN;
}

void mempool_put(void *memory)
{
	struct block *b = (void *)((uint8_t *)memory - ALIGN);
	struct mempool *p = b->pool;
	int last;

	pthread_mutex_lock(&p->lock);
	p->n_used--;
	last = p->closed && !p->n_used;
	if (p->n_unused < p->keep) {
		b->next = p->unused;
		p->unused = b;
		p->n_unused++;
		b = NULL;
	}
	pthread_mutex_unlock(&p->lock);
	block_free(b);
	if (last)
		destroy(p);
}

size_t mempool_bytes(const struct mempool *p)
{
	return p->bytes;
}
