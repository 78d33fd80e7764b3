/* SPDX-License-Identifier: MIT */
/** @file track.h The video or the audio of a session: its packets, and buffers from their units. [loop] */
#ifndef CAM_RTSP_IN_TRACK_H
#define CAM_RTSP_IN_TRACK_H
#include "plugins/lib/av/annexb.h"
#include "plugins/rtsp_in/dialogue/client_state.h"
#include "plugins/rtsp_in/packets/depay.h"
#include "plugins/rtsp_in/packets/order.h"
#include "plugins/rtsp_in/packets/rtp_clock.h"

#include <cam/plugin.h>

struct track {
	const struct sdp_media *media; /**< NULL: there is none */
	const struct client_track *told; /**< of it, by the camera's answers */
	const struct track *video; /**< of the session; NULL: it is this */
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

/** Set up for a stream. @param media, told, video outlive it @param video NULL: it is this @return 0, -ENOMEM */
int track_open(struct track *, const struct cam_host *, const struct sdp_media *media,
	const struct client_track *told, const struct track *video, const struct unit_sink *);
/** Of a zeroed track too, and after a failed track_open(). */
void track_close(struct track *, const struct cam_host *);
/**
 * A buffer of a unit of the video, with its time stamps and caps, these up to date with a keyframe. The unit's memory is
 * taken over in any case. @param key_only nothing but a keyframe is of use
 * @return 0 and *ret, a reference; -EAGAIN: of no use: broken, no keyframe, or one whose parameter sets are missing,
 * which the next may have; -EPROTO: its sets are damaged; -ENOMEM
 */
int track_video(
	struct track *, const struct cam_host *, struct access_unit *, bool key_only, struct cam_buf **ret);
/** The same of the audio. @param wanted false: nothing is of use yet @return 0 and *ret, -EAGAIN, -ENOMEM */
int track_audio(
	struct track *, const struct cam_host *, struct access_unit *, bool wanted, struct cam_buf **ret);
#endif
