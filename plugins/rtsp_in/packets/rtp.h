/* SPDX-License-Identifier: MIT */
/** @file rtp.h RTP packets of one stream (RFC 3550): header, order, loss. Hostile input. [any] */
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
#endif
