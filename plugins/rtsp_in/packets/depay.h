/* SPDX-License-Identifier: MIT */
/**
 * @file depay.h
 * Access units from RTP payloads: H.264 (RFC 6184), H.265 (RFC 7798), JPEG (RFC 2435), AAC (RFC 3640, RFC 6416), and
 * codecs of one frame a packet. Every byte may be hostile; a unit is at most UNIT_MAX. [any]
 *
 * A video unit ends at RTP's marker, so that it is out when its last byte is in. Cameras that set the marker wrongly
 * (on parameter sets, on each slice) are found out and believed no more: then a unit ends where another time stamp,
 * or a NAL unit that can only begin one, comes.
 */
#ifndef CAM_RTSP_IN_DEPAY_H
#define CAM_RTSP_IN_DEPAY_H
#include "plugins/rtsp_in/packets/depay_audio.h"
#include "plugins/rtsp_in/packets/depay_h26x.h"
#include "plugins/rtsp_in/packets/depay_jpeg.h"

struct depay {
	const struct sdp_media *media;
	struct assembly unit; /**< the one under way */
	union {
		struct h26x h26x;
		struct depay_jpeg jpeg;
		struct depay_audio audio;
	};
};

/** @param media outlives it @return NULL without memory */
struct depay *depay_new(const struct sdp_media *media, const struct unit_sink *sink);
/** What has not become a whole unit goes. NULL is allowed. */
void depay_free(struct depay *);
/**
 * One packet, in order: what rtp_push() may call. @param depay a struct depay @param lost one or more before it are
 * missing
 * @return 0 (damaged payloads make the unit broken), what take() returned, -EMSGSIZE: a unit of more than
 * UNIT_MAX, -ENOMEM
 */
int depay_push(void *depay, const struct rtp_packet *, bool lost);
/** The session ends: @return whether a unit was under way that is not whole */
bool depay_is_midway(const struct depay *);
#endif
