/* SPDX-License-Identifier: MIT */
/**
 * @file quota.h
 * Who may have how much CPU time for pictures. Token buckets, filled with CPU time: one for the whole server and one for
 * each camera, of three quarters of what there is; one for each owner (struct cam_want), of an equal share of the server's.
 * An owner whose bucket is not empty is always served; beyond that it is served while the camera's and the server's are
 * not. What the operator has configured (buffers, recorders, detectors) is served first and lessens what there is to share.
 *
 * All calls are [any] unless said otherwise. Where a quota may be NULL, there are no limits without one.
 */
#ifndef CAM_MEDIA_QUOTA_H
#define CAM_MEDIA_QUOTA_H
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct quota_owner;

/** CPU time that may be spent, and when it was counted. */
struct quota_bucket {
	int64_t tokens_ns, at_ns;
};

/** The server's. */
struct quota {
	pthread_mutex_t lock; /**< of all below but the atomics, and of the buckets of cameras and owners */
	unsigned threads;
	struct quota_bucket bucket;
	struct quota_owner *owners;
	unsigned n_owners; /**< that are in use */
	int64_t first_ns, first_since_ns; /**< spent on what comes first, since then */
	int64_t owners_rate; /**< CPU time a second that owners share */
	uint64_t refused, lowered; /**< pictures; wishes */
	char camera[64]; /**< where that was last */
	uint64_t told; /**< of those, in the log already */
	int64_t told_ns;
	atomic_uint trims; /**< so often is the heap to be trimmed yet */
};

/** A camera's. Used in one place at a time. */
struct quota_camera {
	struct quota *quota; /**< NULL: no limits */
	const char *name;
	struct quota_bucket bucket;
};

/** @param threads that pictures are made on */
void quota_init(struct quota *, unsigned threads);
/** No owner is in use. */
void quota_destroy(struct quota *);

/**
 * @param node, owner whom it is: any pointer, and a number of its own @return one use; NULL without memory. One that comes
 * back soon after it has left is the same: nobody gains by leaving.
 */
struct quota_owner *quota_use_owner(struct quota *, const void *node, uint64_t owner);
/** NULL is allowed. */
void quota_drop_owner(struct quota *, struct quota_owner *);

/** @return whether it has used less than its share lately */
bool quota_has_share(struct quota *, struct quota_owner *);
/** @param begin something that goes on for long: more than a remainder must be left @return whether there is time to spare */
bool quota_has_surplus(struct quota_camera *, bool begin);
/** @param owner NULL: for what comes first */
void quota_spend(struct quota_camera *, struct quota_owner *owner, int64_t ns);

/** A picture was due and not made. */
void quota_count_refused(struct quota_camera *);
/** A wish was lowered, since there were too many others. */
void quota_count_lowered(struct quota_camera *);
/** [loop] @return whether there is something to log, at most once a minute: a sentence */
bool quota_report(struct quota *, char ret_line[240]);

/** Memory was freed, or is about to be. The quota may be NULL. */
void quota_set_freed(struct quota *);
/** [loop, once a second] @return whether the heap is to be trimmed now */
bool quota_is_trim_due(struct quota *);
#endif
