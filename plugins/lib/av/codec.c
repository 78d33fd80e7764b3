/* SPDX-License-Identifier: MIT */
#include "plugins/lib/av/codec.h"

static const struct {
	uint32_t codec;
	enum AVCodecID id;
} codecs[] = {
	{CAM_H264, AV_CODEC_ID_H264},
	{CAM_HEVC, AV_CODEC_ID_HEVC},
	{CAM_MJPG, AV_CODEC_ID_MJPEG},
	{CAM_AAC, AV_CODEC_ID_AAC},
	{CAM_OPUS, AV_CODEC_ID_OPUS},
};

enum AVCodecID av_codec_id(uint32_t codec)
{
	for (size_t i = 0; i < sizeof(codecs) / sizeof(codecs[0]); i++)
		if (codecs[i].codec == codec)
			return codecs[i].id;
	return AV_CODEC_ID_NONE;
}
