/* SPDX-License-Identifier: MIT */
#include "plugins/rtsp_in/track.h"

#include "plugins/lib/av/codec.h"
#include "plugins/lib/av/sps.h"

#include <errno.h>
#include <libavformat/avformat.h>
#include <string.h>

enum { AUDIO_CONFIG_MAX = 256, JPEG_SOF0 = 0xc0, JPEG_SOF2 = 0xc2, JPEG_SOS = 0xda };

bool track_has_pieces(const struct track *t)
{
	return t->like.codec == CAM_H264 || t->like.codec == CAM_HEVC;
}

static int open_audio(struct track *t, const struct cam_host *host, const AVCodecParameters *par)
{
	size_t len = par->extradata_size > 0 ? (size_t)par->extradata_size : 0;
	bool needs_config = t->like.codec == CAM_AAC;
	struct cam_caps caps;

	t->like.media = CAM_AUDIO;
	t->like.sample_rate = par->sample_rate > 0 ? (uint32_t)par->sample_rate : 0;
	t->like.channels = (uint32_t)par->ch_layout.nb_channels;
	if (!t->like.sample_rate || !t->like.channels || len > AUDIO_CONFIG_MAX || (needs_config && len < 2))
		return -ENOTSUP;
	caps = t->like;
	if (needs_config) {
		caps.extradata = par->extradata;
		caps.extradata_len = len;
	}
	t->caps = host->caps_new(&caps);
	return t->caps ? 0 : -ENOMEM;
}

int track_open(struct track *t, const struct cam_host *host, const AVStream *stream, uint32_t number)
{
	const AVCodecParameters *par = stream->codecpar;

	memset(t, 0, sizeof(*t));
	t->stream = stream->index;
	t->number = number;
	t->num = stream->time_base.num;
	t->den = stream->time_base.den;
	t->like =
		(struct cam_caps){.form = CAM_PACKET, .media = CAM_VIDEO, .codec = av_fourcc(par->codec_id)};
	t->unit.codec = t->like.codec;
	if (!t->like.codec || av_fourcc_is_video(t->like.codec) != (par->codec_type == AVMEDIA_TYPE_VIDEO))
		return -ENOTSUP;
	if (par->codec_type == AVMEDIA_TYPE_AUDIO)
		return open_audio(t, host, par);
	if (track_has_pieces(t) && par->extradata_size > 0)
		annexb_sets_update(t->like.codec, &t->sets, par->extradata, (size_t)par->extradata_size);
	return 0;
}

void track_close(struct track *t, const struct cam_host *host)
{
	host->caps_unref(t->caps);
	t->caps = NULL;
	unit_clear(&t->unit);
}

/* Width and height from the frame header (ITU-T T.81, B.2.2). */
static void jpeg_size(const uint8_t *data, size_t len, struct cam_caps *ret)
{
	size_t i = 2;

	while (i + 9 < len && data[i] == 0xff && data[i + 1] != JPEG_SOS) {
		if (data[i + 1] >= JPEG_SOF0 && data[i + 1] <= JPEG_SOF2) {
			ret->height = (uint32_t)data[i + 5] << 8 | data[i + 6];
			ret->width = (uint32_t)data[i + 7] << 8 | data[i + 8];
			return;
		}
		i += 2 + ((size_t)data[i + 2] << 8 | data[i + 3]);
	}
}

static int set_caps(struct track *t, const struct cam_host *host, const struct cam_caps *like)
{
	const struct cam_caps *caps = host->caps_new(like);

	if (!caps)
		return -ENOMEM;
	host->caps_unref(t->caps);
	t->caps = caps;
	return 0;
}

static int renew_jpeg(struct track *t, const struct cam_host *host, const uint8_t *data, size_t len)
{
	struct cam_caps like = t->like;

	jpeg_size(data, len, &like);
	if (t->caps && like.width == t->caps->width && like.height == t->caps->height)
		return 0;
	return set_caps(t, host, &like);
}

int track_renew_caps(struct track *t, const struct cam_host *host, const uint8_t *data, size_t len)
{
	uint32_t codec = t->like.codec;
	struct cam_caps like = t->like;
	struct sps sps;
	int changed;

	if (codec == CAM_MJPG)
		return renew_jpeg(t, host, data, len);
	changed = annexb_sets_update(codec, &t->sets, data, len);
	if (t->caps && !changed)
		return 0;
	if (changed < 0)
		return -EPROTO;
	if (!annexb_sets_complete(codec, &t->sets))
		return -EAGAIN;
	if (sps_read(codec, &t->sets, &sps))
		return -EPROTO;
	like.width = sps.width;
	like.height = sps.height;
	like.fps_num = sps.fps_num;
	like.fps_den = sps.fps_den;
	like.extradata = t->sets.data;
	like.extradata_len = t->sets.len;
	t->order = (struct order){.depth = sps.reorder > 0 ? sps.reorder : 0};
	return set_caps(t, host, &like);
}
