/* SPDX-License-Identifier: MIT */
/**
 * @file footage.h
 * A video file as RTP over RTSP's TCP: packetised once when it is loaded (RFC 6184, RFC 7798, RFC 2326 10.12), so
 * that sending a frame to one more client is one write().
 */
#ifndef CAM_BENCH_FOOTAGE_H
#define CAM_BENCH_FOOTAGE_H
#include <stddef.h>
#include <stdint.h>

/** One access unit: interleaved RTP packets, one after the other. */
struct unit {
	uint8_t *data; /**< '$', channel, length and RTP packet, repeated. Owned by the footage. */
	size_t len, room;
	uint32_t packets;
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
/** Write sequence numbers (from *seq on) and the time stamp into a unit's packets. */
void footage_stamp(struct unit *, uint16_t *seq, uint32_t timestamp);
void footage_free(struct footage *);
#endif
