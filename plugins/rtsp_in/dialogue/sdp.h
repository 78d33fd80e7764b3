/* SPDX-License-Identifier: MIT */
/** @file sdp.h What a session description (RFC 8866) says about the streams that we know. Hostile input. [any] */
#ifndef CAM_RTSP_IN_SDP_H
#define CAM_RTSP_IN_SDP_H
#include <cam/plugin.h>

#include "plugins/rtsp_in/dialogue/url.h"

enum {
	SDP_LINES_MAX = 8, /**< media lines that are looked at */
	SDP_CONFIG_MAX = 16384 /**< bytes of a stream's parameter sets */
};

/** How a codec travels in RTP. */
enum sdp_packing {
	SDP_H264 = 1, /**< RFC 6184 */
	SDP_HEVC, /**< RFC 7798 */
	SDP_JPEG, /**< RFC 2435 */
	SDP_AAC, /**< RFC 3640, mpeg4-generic */
	SDP_LATM, /**< RFC 6416, MP4A-LATM with the configuration in the SDP */
	SDP_WHOLE /**< one frame a packet: G.711 (RFC 3551), Opus (RFC 7587) */
};

/** One media line whose codec we know. */
struct sdp_media {
	uint32_t media; /**< CAM_VIDEO, CAM_AUDIO */
	uint32_t codec; /**< CAM_H264 … */
	enum sdp_packing packing;
	uint8_t payload_type; /**< 0 to 127 */
	uint32_t clock; /**< Hz, 1 to 1,000,000 */
	uint32_t sample_rate, channels; /**< audio */
	uint32_t width, height; /**< pixels, from a=framesize or a=x-dimensions; 0 unless told */
	bool donl; /**< H.265: decoding order numbers stand in the packets (sprop-max-don-diff > 0) */
	uint8_t size_length, index_length, index_delta_length; /**< mpeg4-generic, bits: 0 to 32 */
	char control[URL_MAX]; /**< as it stands there; "" without */
	uint8_t config[SDP_CONFIG_MAX]; /**< parameter sets in Annex B, or an AudioSpecificConfig */
	size_t config_len;
};

struct sdp {
	bool has_video, has_audio; /**< a media line of the kind is there, whether we know its codec or not */
	bool video_known, audio_known; /**< the first one of a known codec is in video, audio */
	char control[URL_MAX]; /**< of the session; "" without */
	struct sdp_media video, audio;
};

/** Oversized or damaged parameter sets are left out. @return 0, or -EPROTO: not a session description */
int sdp_read(const char *text, size_t len, struct sdp *ret);
#endif
