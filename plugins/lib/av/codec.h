/* SPDX-License-Identifier: MIT */
/** @file codec.h FFmpeg's numbers of the ABI's codecs, for the plugins that use FFmpeg. [any] */
#ifndef CAM_LIB_AV_CODEC_H
#define CAM_LIB_AV_CODEC_H
#include <cam/plugin.h>

#include <libavcodec/codec_id.h>

/** @param codec CAM_H264 … @return AV_CODEC_ID_H264 …, or AV_CODEC_ID_NONE */
enum AVCodecID av_codec_id(uint32_t codec);
#endif
