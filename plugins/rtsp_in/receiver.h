/* SPDX-License-Identifier: MIT */
/**
 * @file receiver.h
 * What a camera sends once it plays: RTP packets of its tracks become buffers, and those that can be decoded are published.
 * Knows no socket and no clock. All [loop].
 */
#ifndef CAM_RTSP_IN_RECEIVER_H
#define CAM_RTSP_IN_RECEIVER_H
#include "plugins/rtsp_in/config.h"
#include "plugins/rtsp_in/dialogue/client_state.h"
#include "plugins/rtsp_in/dialogue/fault.h"
#include "plugins/rtsp_in/track.h"

/** Zero-initialise, then receiver_open(). What stands above `track` is for reading. All times: CLOCK_MONOTONIC */
struct receiver {
	int64_t deadline_ns; /**< when a picture of use has to have come */
	struct track track[CLIENT_TRACKS];
	struct cam_node *node;
	const struct cam_host *host;
	const struct rtsp_config *config;
	const struct client_track *told; /* of each track, by the camera's answers */
	uint32_t ssrc; /* ours, in reports */
	int64_t now_ns; /* of the call under way */
	int64_t key_by_ns; /* something is missing: when the next keyframe has to be there */
	bool heard; /* something of the video has come */
	bool live; /* the first keyframe is out */
	bool wait_key; /* something is missing: the next packet out is a keyframe, marked */
};

/** When a call is made, and when what it is about was read: a turn of the loop or more before, after a rest. */
struct receiver_times {
	int64_t now_ns, read_ns;
};

/** Playing begins: set the tracks up. @param client outlives it @param ssrc ours @return NULL, or why the session ends */
const struct fault *receiver_open(struct receiver *, struct cam_node *, const struct cam_host *,
	const struct rtsp_config *, const struct client *client, uint32_t ssrc, int64_t now_ns);
/** Of a zeroed one too. What has not become a whole unit goes. */
void receiver_close(struct receiver *, const struct cam_host *);
/** What has come on a channel of the connection. @return NULL, or why the session ends */
const struct fault *receiver_take_frame(
	struct receiver *, uint8_t channel, const uint8_t *data, size_t len, struct receiver_times);
/** An RTP or RTCP packet of a track. @return as above */
const struct fault *receiver_take_packet(
	struct receiver *, unsigned track, bool rtcp, const uint8_t *data, size_t len, struct receiver_times);
/** @return when to call receiver_expire(); INT64_MAX: nothing waits */
int64_t receiver_expires_ns(const struct receiver *);
/** Packets that have waited too long for missing ones go on. @return as above */
const struct fault *receiver_expire(struct receiver *, int64_t now_ns);
/** A report of ours to the camera. @return bytes written, 0: there is nothing to tell of this track */
size_t receiver_report(struct receiver *, unsigned track, int64_t now_ns, uint8_t ret[64]);
/** @return why no picture of use has come until the deadline */
const struct fault *receiver_late(const struct receiver *, int64_t now_ns);
/** @return whether a picture was under way that the end of the session cuts off */
bool receiver_is_midway(const struct receiver *);
#endif
