/* SPDX-License-Identifier: MIT */
/**
 * @file budget.h
 * One budget of memory for all packets that wait in links, most of them for disks. Each camera has a share, which is
 * only counted: as long as the total is within the limit, one may take what others do not need. Beyond it, the camera
 * with the most bytes waiting loses its oldest groups of pictures, one at a time, until the total is within it again:
 * so the one that stands in the way loses first, and at last all have the same. All calls are [any] unless said otherwise.
 */
#ifndef CAM_BUS_BUDGET_H
#define CAM_BUS_BUDGET_H
#include <pthread.h>

#include "core/bus/link.h"

struct budget_share;

struct budget {
	pthread_mutex_t
		lock; /**< of shares, loser; taken before the locks of links, and no port's lock after it */
	struct budget_share *shares;
	char loser[64]; /**< the camera that has lost packets last, "" if none has */
	atomic_ullong total, limit; /**< bytes */
	atomic_ullong dropped; /**< packets */
};

/** A camera's. */
struct budget_share {
	struct link_account account;
	struct budget *budget;
	struct budget_share *next;
	const char *name;
	atomic_ullong *dropped; /**< counts its losses too */
	struct link **links; /**< references */
	size_t n_links, room;
};

/** @param limit_bytes of all shares */
void budget_init(struct budget *, uint64_t limit_bytes);
/** No share is left. */
void budget_destroy(struct budget *);
void budget_set_limit(struct budget *, uint64_t limit_bytes);
/** @param ret_name the camera that lost packets last @return how many packets have been dropped since the start */
unsigned long long budget_dropped(struct budget *, char ret_name[64]);

/** @param name, dropped outlive the share */
void budget_join(struct budget *b, struct budget_share *, const char *name, atomic_ullong *dropped);
/** No link is left in it. */
void budget_leave(struct budget_share *);
/** A link that was made with the share's account may lose packets. @return 0, -ENOMEM */
int budget_add(struct budget_share *, struct link *);
void budget_remove(struct budget_share *, struct link *);
#endif
