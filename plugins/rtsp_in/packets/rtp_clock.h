/* SPDX-License-Identifier: MIT */
/** @file rtp_clock.h RTP time as nanoseconds, all tracks of a session on one scale. [any] */
#ifndef CAM_RTSP_IN_RTP_CLOCK_H
#define CAM_RTSP_IN_RTP_CLOCK_H
#include "plugins/rtsp_in/packets/rtcp.h"

/**
 * One track's. The video's first packet is 0. Zero-initialise, then set clock (Hz).
 */
struct rtp_clock {
	uint32_t clock;
	bool started, synced;
	bool told; /**< offset_ns is by the camera's own word, which does not contradict itself */
	uint32_t last;
	int64_t ticks; /**< since the first, unwrapped: 2^32 at 90 kHz is 13.26 h */
	int64_t offset_ns; /**< of this track on the session's scale */
	bool has_report;
	int64_t report_ns, report_ntp_ns; /**< one moment: on this track's own scale, and as NTP time */
	bool doubted; /* the last report was far from what held before: */
	int64_t doubt_ns; /* by this offset, which holds if another report confirms it */
};
/** Reports and rtptimes that put tracks farther apart than this are nonsense. */
#define RTP_CLOCK_APART_NS INT64_C(10000000000)
/** @return ns of this RTP time on the session's scale; may go back, when the camera's does */
int64_t rtp_clock_ns(struct rtp_clock *, uint32_t rtp_time);
/**
 * Begin: without knowing better, what arrives together belongs together. The times are those of the tracks' first packets.
 * @param main the video's clock, NULL for the video itself; as long as it is not started, nothing begins: ask again;
 * both tracks' rtptime of the answer to PLAY, where both have one, are one moment
 */
void rtp_clock_start(struct rtp_clock *, uint32_t rtp_time, int64_t arrival_ns, const struct rtp_clock *main,
	int64_t main_arrival_ns, const uint32_t *rtptime, const uint32_t *main_rtptime);
/**
 * A sender report of this track. Once both tracks have one, the offset of the track that is not main is exact; later it
 * follows the clocks' drift slowly. @param report NULL: main alone has a new one
 */
void rtp_clock_report(struct rtp_clock *, const struct rtcp *report, const struct rtp_clock *main);
#endif
