/* SPDX-License-Identifier: MIT */
/** @file rtp.h RTP and RTCP packets of one stream (RFC 3550): header, order, loss, reports. Hostile input. [any] */
#ifndef CAM_RTSP_IN_RTP_H
#define CAM_RTSP_IN_RTP_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** A packet's header, and where its payload is. */
struct rtp_packet {
	bool marker;
	uint8_t payload_type;
	uint16_t seq;
	uint32_t time, ssrc;
	const uint8_t *data; /**< inside the packet */
	size_t len;
	int64_t arrival_ns; /**< CLOCK_MONOTONIC; set by the caller */
};

/** @return 0, or -EPROTO: not RTP version 2, or shorter than it says */
int rtp_parse(const uint8_t *data, size_t len, struct rtp_packet *ret);

/** RTP_JUMP: sequence numbers farther off begin anew (RFC 3550 A.1, MAX_DROPOUT). */
enum { RTP_WAIT_MAX = 64, RTP_PACKET_MAX = 65535, RTP_JUMP = 3000 };
#define RTP_WAIT_NS INT64_C(100000000) /**< how long a missing packet is waited for, with UDP */

/**
 * Puts packets into order. Inside a TCP connection they are; over UDP up to RTP_WAIT_MAX of them wait, as copies, for one
 * that is missing. Zero-initialise, then rtp_init().
 */
struct rtp {
	uint8_t payload_type;
	bool reorder; /**< UDP */
	bool started;
	bool gap; /* packets are missing before the next one taken */
	uint16_t next; /**< the sequence number expected */
	uint32_t ssrc;
	uint64_t lost; /**< packets; those missing where the numbers begin anew cannot be known */
	uint64_t late; /**< duplicates, and such that came too late */
	unsigned late_run; /* late ones since the last that was not */
	/* for reports */
	uint32_t received, received_before, expected_before, base, cycles;
	uint16_t highest;
	uint32_t jitter16, last_transit; /* in units of the clock, times 16 as in RFC 3550 A.8 */
	uint32_t clock; /**< Hz */
	uint32_t sr_middle; /* NTP time of the last sender report, its middle 32 bits, and when it came */
	int64_t sr_at_ns;
	struct rtp_waiting *waiting; /* sorted by sequence number */
	unsigned n_waiting;
};

void rtp_init(struct rtp *, uint8_t payload_type, uint32_t clock, bool reorder);
/** Free what waits. */
void rtp_free(struct rtp *);
/**
 * A packet has come. take() is called for it, and for those that have waited for it, in order; `lost` is true
 * where one or more before it are missing for good. Packets of another payload type are left out; another SSRC, or a
 * sequence number far off, begins anew, with `lost`.
 * @return 0, what take() returned if not 0, or -ENOMEM
 */
int rtp_push(struct rtp *, const struct rtp_packet *,
	int (*take)(void *arg, const struct rtp_packet *, bool lost), void *arg);
/**
 * Give up waiting for what has been missing for RTP_WAIT_NS. @return as rtp_push()
 */
int rtp_expire(struct rtp *, int64_t now_ns, int (*take)(void *arg, const struct rtp_packet *, bool lost),
	void *arg);
/** @return when to call rtp_expire(), CLOCK_MONOTONIC; INT64_MAX: nothing waits */
int64_t rtp_expires_ns(const struct rtp *);

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

/**
 * RTP time as nanoseconds, all tracks of a session on one scale: the video's first packet is 0. Zero-initialise, then
 * set clock (Hz).
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
