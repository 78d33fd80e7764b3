/* SPDX-License-Identifier: MIT */
#include "plugins/rtsp_in/track.h"

#include "plugins/lib/av/sps.h"

#include <errno.h>
#include <stdlib.h>

enum { JPEG_SOF0 = 0xc0, JPEG_SOF2 = 0xc2, JPEG_SOS = 0xda };

static bool has_sets(const struct track *t)
{
	return t->like.codec == CAM_H264 || t->like.codec == CAM_HEVC;
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

static int open_audio(struct track *t, const struct cam_host *host)
{
	struct cam_caps like = t->like;

	like.sample_rate = t->media->sample_rate;
	like.channels = t->media->channels;
	if (t->media->config_len) {
		like.extradata = t->media->config;
		like.extradata_len = t->media->config_len;
	}
	return set_caps(t, host, &like);
}

/* Sets that the SDP has damaged are left out: the stream may bring better ones. */
static int open_sets(struct track *t)
{
	t->sets = calloc(1, sizeof(*t->sets));
	if (!t->sets)
		return -ENOMEM;
	if (t->media->config_len)
		annexb_sets_update(t->like.codec, t->sets, t->media->config, t->media->config_len);
	return 0;
}

int track_open(struct track *t, const struct cam_host *host, const struct sdp_media *media, uint32_t number,
	bool udp, const struct depay_sink *sink)
{
	*t = (struct track){.number = number, .media = media};
	t->like = (struct cam_caps){.form = CAM_PACKET, .media = media->media, .codec = media->codec};
	t->clock.clock = media->clock;
	rtp_init(&t->rtp, media->payload_type, media->clock, udp);
	t->depay = depay_new(media, sink);
	if (!t->depay)
		return -ENOMEM;
	if (media->media == CAM_AUDIO)
		return open_audio(t, host);
	return has_sets(t) ? open_sets(t) : 0;
}

void track_close(struct track *t, const struct cam_host *host)
{
	host->caps_unref(t->caps);
	depay_free(t->depay);
	rtp_free(&t->rtp);
	free(t->sets);
	*t = (struct track){0};
}

bool track_is_key(const struct track *t, const uint8_t *data, size_t len)
{
	return !has_sets(t) || annexb_is_key(t->like.codec, data, len);
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
	changed = annexb_sets_update(codec, t->sets, data, len);
	if (t->caps && !changed)
		return 0;
	if (changed < 0)
		return -EPROTO;
	if (!annexb_sets_complete(codec, t->sets))
		return -EAGAIN;
	if (sps_read(codec, t->sets, &sps))
		return -EPROTO;
	like.width = sps.width;
	like.height = sps.height;
	like.fps_num = sps.fps_num;
	like.fps_den = sps.fps_den;
	like.extradata = t->sets->data;
	like.extradata_len = t->sets->len;
	t->order = (struct order){.depth = sps.reorder > 0 ? sps.reorder : 0};
	return set_caps(t, host, &like);
}
