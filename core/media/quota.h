/* SPDX-License-Identifier: MIT */
/**
 * @file quota.h
 * Who may have how much CPU time for pictures. Token buckets, filled with CPU time: one for the whole server and one for
 * each camera, of at most three quarters of what there is; for each owner (struct cam_want), one of an equal share of the
 * server's, and one of an equal share of each camera's. An owner whose buckets are not empty is always served; beyond that
 * it is served while the camera's and the server's are not. What the operator has configured (buffers, recorders,
 * detectors) is served first and lessens what there is to share.
 *
 * What there is shows in whether cameras are late: one that is late by its own work gets less; when it is not its own, the
 * whole server does. So other programs on the machine, and limits on a container's time, count too.
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
struct quota;

/** CPU time that may be spent, and when it was counted. */
struct quota_bucket {
	int64_t tokens_ns, at_ns;
};

/** A camera's. */
struct quota_camera {
	struct quota *quota; /**< NULL: no limits */
	const char *name;
	struct quota_bucket bucket;
	int64_t rate; /**< of the bucket, CPU time a second; 0: not begun yet */
	unsigned n_accounts;
	int64_t spent_ns, since_ns; /**< since then */
	bool late; /**< has been, since then */
};

/** What an owner has of one camera. */
struct quota_account {
	struct quota_owner *owner; /**< NULL: no limits */
	struct quota_bucket bucket;
};

/** The server's. */
struct quota {
	pthread_mutex_t lock; /**< of all below but the atomics, and of the buckets of cameras and owners */
	unsigned threads;
	struct quota_bucket bucket;
	int64_t rate, raised_ns; /**< of the bucket, CPU time a second; when it was raised last */
	struct quota_owner *owners;
	unsigned n_owners; /**< that are in use */
	int64_t first_ns, first_since_ns; /**< spent on what comes first, since then */
	int64_t first_rate; /**< that is so much a second */
	uint64_t refused, lowered; /**< pictures; wishes */
	char camera[64]; /**< where that was last */
	uint64_t told; /**< of those, in the log already */
	int64_t told_ns;
	atomic_uint trims; /**< so often is the heap to be trimmed yet */
};

/** @param threads that pictures are made on */
void quota_init(struct quota *, unsigned threads);
/** No owner is in use. */
void quota_destroy(struct quota *);

/**
 * @param node, owner whom it is for: any pointer, and a number of its own; who comes back soon after leaving is the same:
 * nobody gains by that @return 0 or -ENOMEM
 */
int quota_open(struct quota_camera *, struct quota_account *, const void *node, uint64_t owner);
void quota_close(struct quota_camera *, struct quota_account *);

/** A packet of the camera is being worked on. @param late it has waited for long: the camera does not keep up */
void quota_note(struct quota_camera *, bool late);
/** @return whether it has used less than its share lately */
bool quota_has_share(struct quota_camera *, struct quota_account *);
/** @param begin something that goes on for long: more than a remainder must be left @return whether there is time to spare */
bool quota_has_surplus(struct quota_camera *, bool begin);
/** @param account NULL: for what comes first @param common it is a part of what all needed: not of the camera's share */
void quota_spend(struct quota_camera *, struct quota_account *account, int64_t ns, bool common);

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
