/* SPDX-License-Identifier: MIT */
/** @file track.h The video and the audio of a session: their caps, and packets made into buffers. */
#ifndef CAM_RTSP_IN_TRACK_H
#define CAM_RTSP_IN_TRACK_H
#include "plugins/lib/av/annexb.h"
#include "plugins/rtsp_in/order.h"
#include "plugins/rtsp_in/unit.h"

#include <cam/plugin.h>

struct AVPacket;
struct AVStream;

struct track {
	int stream; /**< libavformat's number, -1: there is none */
	uint32_t number; /**< the ABI's: 0 video, 1 audio */
	int num, den; /**< time base */
	struct cam_caps like; /**< without extradata */
	const struct cam_caps *caps; /**< NULL before the first keyframe */
	struct annexb_sets sets; /**< those in force: from the SDP, then from the stream */
	struct unit unit;
	struct order order;
};

/** Set up for a stream, from what the SDP said. @return 0, -ENOMEM, or -ENOTSUP: this codec is unknown or incomplete */
int track_open(struct track *, const struct cam_host *, const struct AVStream *, uint32_t number);
/** After track_open(), also after its failure. */
void track_close(struct track *, const struct cam_host *);
/**
 * Video: bring the caps up to date with a keyframe.
 * @return 0, -ENOMEM, -EAGAIN: parameter sets are missing, maybe the next keyframe has them, or -EPROTO: they are
 * damaged
 */
int track_renew_caps(struct track *, const struct cam_host *, const uint8_t *data, size_t len);
/** @return whether packets of this track are pieces of access units */
bool track_has_pieces(const struct track *);
#endif
