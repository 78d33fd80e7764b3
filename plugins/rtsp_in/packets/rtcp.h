/* SPDX-License-Identifier: MIT */
/** @file rtcp.h RTCP packets of one stream (RFC 3550 6): the camera's reports, and ours. Hostile input. [any] */
#ifndef CAM_RTSP_IN_RTCP_H
#define CAM_RTSP_IN_RTCP_H
#include "plugins/rtsp_in/packets/rtp.h"

/** What an RTCP packet said. */
struct rtcp {
	bool has_report, bye;
	uint32_t rtp_time;
	int64_t ntp_ns; /**< since 1900, of the moment that rtp_time stands for */
};

/** Read a compound packet; a sender report is also kept for the next report of ours. @return 0, -EPROTO */
int rtcp_parse(struct rtp *, const uint8_t *data, size_t len, int64_t now_ns, struct rtcp *ret);
/** A receiver report and an SDES with a CNAME of no meaning. @return bytes written, at most 64 */
size_t rtcp_report(struct rtp *, uint32_t own_ssrc, int64_t now_ns, uint8_t ret[64]);
#endif
