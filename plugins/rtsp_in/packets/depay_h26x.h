/* SPDX-License-Identifier: MIT */
/** @file depay_h26x.h Access units from payloads of H.264 (RFC 6184, in the order of decoding) and H.265 (RFC 7798). [any] */
#ifndef CAM_RTSP_IN_DEPAY_H26X_H
#define CAM_RTSP_IN_DEPAY_H26X_H
#include "plugins/rtsp_in/dialogue/sdp.h"
#include "plugins/rtsp_in/packets/assembly.h"
#include "plugins/rtsp_in/packets/rtp.h"

struct h26x {
	const struct sdp_media *media;
	struct assembly *unit;
	bool lost; /**< packets are missing before the next NAL unit */
	bool in_fragment; /**< a NAL unit's end is still to come */
	bool has_slice; /**< in the unit under way */
	bool markers_lie; /**< the marker has stood on slices that did not end a picture */
	bool after_marker; /**< the last unit ended by the marker, at time `ended`; no slice has come since */
	uint8_t fragment_type;
	uint32_t ended;
	size_t nal; /**< where the NAL unit under way begins in the unit */
};

/** A packet that may follow on missing ones. @return as depay_push() */
int depay_h26x(struct h26x *, const struct rtp_packet *, bool lost);
#endif
