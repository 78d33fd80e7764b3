/* SPDX-License-Identifier: MIT */
/** @file flow.h What goes through the links of one consumer, and what waits in those of one camera, counted. */
#ifndef CAM_BUS_FLOW_H
#define CAM_BUS_FLOW_H
#include <stdatomic.h>
#include <stdint.h>

/** Counters that several links of one consumer share. They outlive the links. */
struct link_flow {
	atomic_ullong passed, dropped, bytes; /**< items taken; items dropped; bytes taken */
	atomic_uint waiting; /**< items in queues now */
};

/** Bytes that wait in several links, of all the accounts of one budget (core/bus/budget.h). Outlives the links. */
struct link_account {
	atomic_ullong bytes; /**< of this one */
	atomic_ullong *total; /**< of all */
	const atomic_ullong *limit; /**< of the total */
	uint64_t quantum; /**< A link tells of so many bytes at a time: what all share is touched rarely. */
	/** [any] The total is above the limit. Called without the lock of any link. */
	void (*over)(struct link_account *);
};
#endif
