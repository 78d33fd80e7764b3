/* SPDX-License-Identifier: MIT */
/** @file track.h The video or the audio of a session: its packets, their clock, and the caps of what comes out. */
#ifndef CAM_RTSP_IN_TRACK_H
#define CAM_RTSP_IN_TRACK_H
#include "plugins/lib/av/annexb.h"
#include "plugins/rtsp_in/packets/depay.h"
#include "plugins/rtsp_in/packets/order.h"

#include <cam/plugin.h>

struct track {
	uint32_t number; /**< the ABI's: 0 video, 1 audio */
	const struct sdp_media *media; /**< NULL: there is none */
	struct rtp rtp;
	struct rtp_clock clock;
	struct depay *depay;
	int64_t first_ns; /**< arrival of the first unit, CLOCK_MONOTONIC; 0: none yet */
	bool gap; /**< audio: something is missing before the next unit out */
	struct cam_caps like; /**< without extradata */
	const struct cam_caps *caps; /**< NULL before the first keyframe */
	struct annexb_sets *sets; /**< H.264, H.265: those in force, from the SDP, then from the stream */
	struct order order;
};

/** Set up for a stream. @param media outlives it @param udp its packets may be out of order @return 0, -ENOMEM */
int track_open(struct track *, const struct cam_host *, const struct sdp_media *media, uint32_t number,
	bool udp, const struct depay_sink *);
/** Of a zeroed track too, and after a failed track_open(). */
void track_close(struct track *, const struct cam_host *);
/**
 * Video: bring the caps up to date with a keyframe.
 * @return 0, -ENOMEM, -EAGAIN: parameter sets are missing, maybe the next keyframe has them, or -EPROTO: they are
 * damaged
 */
int track_renew_caps(struct track *, const struct cam_host *, const uint8_t *data, size_t len);
/** @return whether decoding can start at this unit: always, but for H.264 and H.265 */
bool track_is_key(const struct track *, const uint8_t *data, size_t len);
#endif
