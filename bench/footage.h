/* SPDX-License-Identifier: MIT */
/**
 * @file footage.h
 * A video file as RTP payloads: packetised once when it is loaded (RFC 6184, RFC 7798), each no longer than an Ethernet
 * frame takes, so that sending it to one more client costs a header and a call.
 */
#ifndef CAM_BENCH_FOOTAGE_H
#define CAM_BENCH_FOOTAGE_H
#include <stddef.h>
#include <stdint.h>

enum { FOOTAGE_PAYLOAD = 1400, FOOTAGE_PAYLOAD_TYPE = 96, FOOTAGE_CLOCK = 90000 };

/** One RTP packet's payload, inside its unit's data. */
struct payload {
	size_t at, len; /**< len at most FOOTAGE_PAYLOAD bytes, headers of fragments among them */
};

/** One access unit. */
struct unit {
	uint8_t *data; /**< payloads, one after the other; owned by the footage */
	size_t len, room;
	struct payload *payloads; /**< owned by the footage */
	size_t n;
	int key; /**< Decoding can start here. */
};

struct footage {
	struct unit *units;
	size_t n;
	int hevc; /**< H.265; otherwise H.264 */
	char sdp[4096];
};

/**
 * Read the first video track of `path`, H.264 or H.265 without B-frames.
 * @return 0, or -1 after a line on stderr
 */
int footage_load(struct footage *, const char *path);
void footage_free(struct footage *);
#endif
