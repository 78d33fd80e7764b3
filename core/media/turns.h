/* SPDX-License-Identifier: MIT */
/** @file turns.h Whose turn it is, who may have what a picture costs, and its delivery. All calls in one place at a time. */
#ifndef CAM_MEDIA_TURNS_H
#define CAM_MEDIA_TURNS_H
#include "core/media/outputs.h"

/** Who is offered a picture. */
enum turns_who {
	TURNS_ALL,
	TURNS_NEW /**< those that have had none yet; but who comes first: a leap in time would look like a change */
};

/** @return whether somebody is due to get a picture of that time, and may have it. @param late see turns_may_decode() */
bool turns_are_due(struct outputs *, int64_t time_ns, int64_t arrival_ns, enum turns_who, bool late);
/**
 * @param begin with a keyframe @param late the camera is behind: only those within their share count
 * @return whether somebody may have it decoded
 */
bool turns_may_decode(struct outputs *, bool begin, bool late);
/** The time that decoding has taken is the outputs' to pay for. */
void turns_pay(struct outputs *, int64_t ns);
/** A picture of that time is not made, though some are due: nobody may have it decoded. */
void turns_put_off(struct outputs *, int64_t time_ns);
/**
 * Offer a picture to those whose turn it is: first to who comes first, then to owners within their share, then, unless late,
 * to others. @return false: something could not be made
 */
bool turns_deliver(struct outputs *, const struct decoded *, enum turns_who, bool late);
/** @return the time between two pictures of the most frequent wish, 0: all pictures */
int64_t turns_interval_ns(struct outputs *);
#endif
