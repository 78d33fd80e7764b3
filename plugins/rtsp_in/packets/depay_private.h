/* SPDX-License-Identifier: MIT */
/** @file depay_private.h What the packings of depay.h share: the unit under way, in memory that is kept. [any] */
#ifndef CAM_RTSP_IN_DEPAY_PRIVATE_H
#define CAM_RTSP_IN_DEPAY_PRIVATE_H
#include "plugins/rtsp_in/packets/depay.h"

struct h26x {
	bool lost; /**< packets are missing before the next NAL unit */
	bool in_fragment; /**< a NAL unit's end is still to come */
	bool has_slice; /**< in the unit under way */
	bool markers_lie; /**< the marker has stood on slices that did not end a picture */
	bool after_marker; /**< the last unit ended by the marker, at time `ended`; no slice has come since */
	uint8_t fragment_type;
	uint32_t ended;
	size_t nal; /**< where the NAL unit under way begins in the unit */
};

struct jpeg_tables {
	uint8_t n; /**< 0: none; 1: one for all components */
	uint8_t precision; /**< bit k: table k has 16-bit values */
	uint8_t data[2][128];
};

struct jpeg {
	size_t header; /**< bytes of the unit before the scan's data; 0: no picture is under way */
	struct jpeg_tables *cache; /**< of Q 128 to 254; NULL before the first */
};

struct audio {
	size_t want; /**< AAC: bytes of a frame that comes in fragments, 0: none is under way */
	uint32_t step; /**< ticks of the clock from one AAC frame to the next */
};

struct depay {
	const struct sdp_media *media;
	struct depay_sink sink;
	int (*push)(struct depay *, const struct rtp_packet *, bool lost);
	/* the unit under way */
	uint8_t *data;
	size_t len, room;
	uint32_t time;
	int64_t arrival_ns;
	bool broken, gap;
	/* how much of room has been used of late */
	size_t used;
	unsigned n_used;
	union {
		struct h26x h26x;
		struct jpeg jpeg;
		struct audio audio;
	};
};

/** Append bytes to the unit. @return 0, -EMSGSIZE or -ENOMEM */
int depay_add(struct depay *, const void *data, size_t len);
/**
 * Hand these bytes on as a unit, with arrival_ns, broken and gap of the unit under way; clears gap.
 * @return what take() returned, -EMSGSIZE or -ENOMEM
 */
int depay_give(struct depay *, const uint8_t *data, size_t len, uint32_t time);
/** The unit under way is over: give it if it has bytes; its damage is over with it. @return as depay_give() */
int depay_end(struct depay *);
/** Forget the unit under way. */
void depay_drop(struct depay *);

/* One of each packing: a packet that may follow on missing ones. @return as depay_push() */
int depay_h26x(struct depay *, const struct rtp_packet *, bool lost);
int depay_jpeg(struct depay *, const struct rtp_packet *, bool lost);
int depay_aac(struct depay *, const struct rtp_packet *, bool lost);
int depay_latm(struct depay *, const struct rtp_packet *, bool lost);
int depay_whole(struct depay *, const struct rtp_packet *, bool lost);
/** The time from one AAC frame to the next. */
void depay_aac_begin(struct depay *);

static inline unsigned depay_be16(const uint8_t *p)
{
	return (unsigned)p[0] << 8 | p[1];
}
#endif
