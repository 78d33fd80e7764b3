/* SPDX-License-Identifier: MIT */
/**
 * @file depay.h
 * Access units from RTP payloads: H.264 (RFC 6184), H.265 (RFC 7798), JPEG (RFC 2435), AAC (RFC 3640, RFC 6416), and
 * codecs of one frame a packet. Every byte may be hostile; a unit is at most DEPAY_UNIT_MAX. [any]
 *
 * A video unit ends at RTP's marker, so that it is out when its last byte is in. Cameras that set the marker wrongly
 * (on parameter sets, on each slice) are found out and believed no more: then a unit ends where another time stamp,
 * or a NAL unit that can only begin one, comes.
 */
#ifndef CAM_RTSP_IN_DEPAY_H
#define CAM_RTSP_IN_DEPAY_H
#include "plugins/rtsp_in/dialogue/sdp.h"
#include "plugins/rtsp_in/packets/rtp.h"

/** A keyframe of 8 MB is a large one. Behind each unit DEPAY_PADDING zeros may be read, as decoders do. */
enum { DEPAY_UNIT_MAX = 16 << 20, DEPAY_PADDING = 64 };

/** One access unit: Annex B with four-byte start codes, a JPEG file, or a frame of audio. */
struct depay_unit {
	uint8_t *data; /**< malloc'd to fit: the taker's to free() */
	size_t len;
	uint32_t
		rtp_time; /**< of its first slice or fragment; AAC: counted on from there for further frames */
	int64_t arrival_ns; /**< of its last byte */
	/** Something is missing in it, or before it where others are needed to decode it: H.264, H.265. */
	bool broken;
	bool gap; /**< something is missing before it */
};

struct depay_sink {
	/** Takes the unit's memory over in any case. @return 0, or -errno, which the pushing call hands on */
	int (*take)(void *arg, struct depay_unit *);
	void *arg;
};

struct depay;

/** @param media outlives it @return NULL without memory */
struct depay *depay_new(const struct sdp_media *media, const struct depay_sink *sink);
/** What has not become a whole unit goes. NULL is allowed. */
void depay_free(struct depay *);
/**
 * One packet, in order. @param lost: one or more before it are missing
 * @return 0 (damaged payloads make the unit broken), what take() returned, -EMSGSIZE: a unit of more than
 * DEPAY_UNIT_MAX, -ENOMEM
 */
int depay_push(struct depay *, const struct rtp_packet *, bool lost);
/** The session ends: @return whether a unit was under way that is not whole */
bool depay_is_midway(const struct depay *);
#endif
