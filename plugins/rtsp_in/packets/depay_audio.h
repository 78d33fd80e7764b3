/* SPDX-License-Identifier: MIT */
/** @file depay_audio.h Frames from payloads of AAC (RFC 3640 3.2, RFC 6416), and of codecs of one frame a packet. [any] */
#ifndef CAM_RTSP_IN_DEPAY_AUDIO_H
#define CAM_RTSP_IN_DEPAY_AUDIO_H
#include "plugins/rtsp_in/dialogue/sdp.h"
#include "plugins/rtsp_in/packets/assembly.h"
#include "plugins/rtsp_in/packets/rtp.h"

struct depay_audio {
	const struct sdp_media *media;
	struct assembly *unit;
	size_t want; /**< AAC: bytes of a frame that comes in fragments, 0: none is under way */
	uint32_t step; /**< ticks of the clock from one AAC frame to the next */
};

/** AAC: the time from one frame to the next. */
void depay_audio_begin(struct depay_audio *);
/* A packet that may follow on missing ones. @return as depay_push() */
int depay_audio_aac(struct depay_audio *, const struct rtp_packet *, bool lost);
int depay_audio_latm(struct depay_audio *, const struct rtp_packet *, bool lost);
int depay_audio_whole(struct depay_audio *, const struct rtp_packet *, bool lost);
#endif
