/* SPDX-License-Identifier: MIT */
/**
 * @file mempool.h
 * Blocks of one size that are used again, so that making pictures does not fault fresh pages in for each of them.
 */
#ifndef CAM_MEDIA_MEMPOOL_H
#define CAM_MEDIA_MEMPOOL_H
#include <stddef.h>
#include <stdint.h>

struct mempool;

/** @param keep at most so many unused blocks are kept. @return NULL without memory */
struct mempool *mempool_new(size_t bytes, unsigned keep);
/** Frees the unused blocks; those in use stay valid until they are put back. NULL is allowed. */
void mempool_free(struct mempool *);
/** [any] @return uninitialised memory, aligned to 64 bytes, with 64 more readable and writable ones behind; or NULL */
uint8_t *mempool_get(struct mempool *);
/** [any] Gives a block back; fits buf_new()'s release. */
void mempool_put(void *block);
/** @return the size of its blocks */
size_t mempool_bytes(const struct mempool *);
#endif
