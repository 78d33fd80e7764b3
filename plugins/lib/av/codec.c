/* SPDX-License-Identifier: MIT */
#include "plugins/lib/av/codec.h"

#include <libavutil/avutil.h>
#include <libavutil/mathematics.h>

static const struct {
	uint32_t fourcc;
	enum AVCodecID id;
	bool video;
} codecs[] = {
	{CAM_H264, AV_CODEC_ID_H264, true},
	{CAM_HEVC, AV_CODEC_ID_HEVC, true},
	{CAM_MJPG, AV_CODEC_ID_MJPEG, true},
	{CAM_AAC, AV_CODEC_ID_AAC, false},
	{CAM_PCMU, AV_CODEC_ID_PCM_MULAW, false},
	{CAM_PCMA, AV_CODEC_ID_PCM_ALAW, false},
	{CAM_OPUS, AV_CODEC_ID_OPUS, false},
};
enum { N_CODECS = sizeof(codecs) / sizeof(codecs[0]) };

uint32_t av_fourcc(enum AVCodecID id)
{
	for (int i = 0; i < N_CODECS; i++)
		if (codecs[i].id == id)
			return codecs[i].fourcc;
	return 0;
}

enum AVCodecID av_id_of_fourcc(uint32_t fourcc)
{
	for (int i = 0; i < N_CODECS; i++)
		if (codecs[i].fourcc == fourcc)
			return codecs[i].id;
	return AV_CODEC_ID_NONE;
}

bool av_fourcc_is_video(uint32_t fourcc)
{
	for (int i = 0; i < N_CODECS; i++)
		if (codecs[i].fourcc == fourcc)
			return codecs[i].video;
	return false;
}

int64_t av_ns(int64_t ts, int num, int den)
{
	if (ts == AV_NOPTS_VALUE)
		return CAM_NO_TS;
	return av_rescale_q(ts, (AVRational){num, den}, (AVRational){1, (int)CAM_SECOND});
}
