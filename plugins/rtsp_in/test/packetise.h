/* SPDX-License-Identifier: MIT */
/** @file packetise.h For tests: access units into RTP packets, in the ways that cameras do it; and what comes out again. */
#ifndef CAM_RTSP_IN_PACKETISE_H
#define CAM_RTSP_IN_PACKETISE_H
#include "plugins/rtsp_in/packets/depay.h"

enum { PACKETS_MAX = 4096, UNITS_MAX = 64, TIME_STEP = 3600 };

struct bytes {
	uint8_t *data;
	size_t len;
};

/** Access units: the n-th has RTP time n * TIME_STEP. */
struct units {
	struct bytes unit[UNITS_MAX];
	unsigned n;
};

struct packets {
	struct bytes packet[PACKETS_MAX]; /**< with RTP headers */
	unsigned unit[PACKETS_MAX]; /**< which one each belongs to */
	unsigned n;
	uint16_t seq; /**< of the next one */
};

/** How to pack. */
struct packing {
	struct sdp_media media;
	size_t mtu; /**< of the payload */
	bool aggregate; /**< small NAL units together */
	bool no_marker; /**< never set */
	bool slice_marker; /**< set on each slice */
};

/** Take a copy. @return 0, -ENOSPC, -ENOMEM */
int units_add(struct units *, const void *data, size_t len);
void units_free(struct units *);
/** Add a unit of Annex B. @return 0, -ENOSPC, -ENOMEM */
int packetise(struct packets *, const struct packing *, const struct bytes *, unsigned unit);
/** One packet with this payload. @return 0, -ENOSPC, -ENOMEM */
int packets_add(struct packets *, const void *payload, size_t len, bool marker, unsigned unit);
void packets_free(struct packets *);

/** What has come out. */
struct taken {
	struct access_unit unit[UNITS_MAX];
	unsigned n;
};
int taken_take(void *taken, struct access_unit *);
void taken_free(struct taken *);

/** RTP and depacketiser joined, as in a session; a session's time stands still here. */
struct feed {
	struct rtp rtp;
	struct depay *depay;
};
/** @param media outlives it @return 0, -ENOMEM */
int feed_open(struct feed *, const struct sdp_media *media, bool reorder, struct taken *);
void feed_close(struct feed *);
/** The bytes are copied to memory that fits exactly, for the sanitizers. @return as rtp_push(), 0 for what is not RTP */
int feed_packet(struct feed *, const uint8_t *data, size_t len);
#endif
