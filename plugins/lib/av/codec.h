/* SPDX-License-Identifier: MIT */
/** @file codec.h FFmpeg's codec numbers and the ABI's, for the plugins that use FFmpeg. [any] */
#ifndef CAM_LIB_AV_CODEC_H
#define CAM_LIB_AV_CODEC_H
#include <cam/plugin.h>

#include <libavcodec/codec_id.h>

/** @return CAM_H264 …, or 0 when the ABI has no code for it */
uint32_t av_fourcc(enum AVCodecID id);
/** @return AV_CODEC_ID_H264 …, or AV_CODEC_ID_NONE */
enum AVCodecID av_id_of_fourcc(uint32_t fourcc);
/** @return whether this is the code of a video codec */
bool av_fourcc_is_video(uint32_t fourcc);
/** @return a time of this many units as nanoseconds; AV_NOPTS_VALUE becomes CAM_NO_TS */
int64_t av_ns(int64_t ts, int num, int den);
#endif
