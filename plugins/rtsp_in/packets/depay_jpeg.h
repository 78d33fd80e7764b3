/* SPDX-License-Identifier: MIT */
/** @file depay_jpeg.h Files from payloads of JPEG (RFC 2435): scans without their headers, which are made here. [any] */
#ifndef CAM_RTSP_IN_DEPAY_JPEG_H
#define CAM_RTSP_IN_DEPAY_JPEG_H
#include "plugins/rtsp_in/dialogue/sdp.h"
#include "plugins/rtsp_in/packets/assembly.h"
#include "plugins/rtsp_in/packets/rtp.h"

struct depay_jpeg {
	const struct sdp_media *media;
	struct assembly *unit;
	size_t header; /**< bytes of the unit before the scan's data; 0: no picture is under way */
	struct jpeg_quantisers *cache; /**< of Q 128 to 254; NULL before the first */
};

/** A packet that may follow on missing ones. @return as depay_push() */
int depay_jpeg(struct depay_jpeg *, const struct rtp_packet *, bool lost);
void depay_jpeg_free(struct depay_jpeg *);
#endif
