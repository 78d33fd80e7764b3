/* SPDX-License-Identifier: MIT */
#include "plugins/rtsp_in/track.h"

#include "plugins/lib/av/jpeg_size.h"
#include "plugins/lib/av/sps.h"

#include <errno.h>
#include <stdlib.h>

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

int track_open(struct track *t, const struct cam_host *host, const struct sdp_media *media,
	const struct client_track *told, const struct track *video, const struct unit_sink *sink)
{
	*t = (struct track){.media = media, .told = told, .video = video};
	t->like = (struct cam_caps){.form = CAM_PACKET, .media = media->media, .codec = media->codec};
	t->clock.clock = media->clock;
	rtp_init(&t->rtp, media->payload_type, media->clock, told->udp);
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

/* ---- caps ---- */

/* Those of H.264 and H.265, from the sets in front of a keyframe. @return as renew_caps() */
static int renew_sets(struct track *t, const struct cam_host *host, const uint8_t *data, size_t len)
{
	uint32_t codec = t->like.codec;
	struct cam_caps like = t->like;
	struct sps sps;
	int changed = annexb_sets_update(codec, t->sets, data, len);

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

/* Bring the caps up to date with a keyframe. @return 0, -ENOMEM, -EAGAIN, -EPROTO: as track_video() */
static int renew_caps(struct track *t, const struct cam_host *host, const uint8_t *data, size_t len)
{
	struct cam_caps like = t->like;

	if (has_sets(t))
		return renew_sets(t, host, data, len);
	jpeg_size(data, len, &like.width, &like.height);
	if (t->caps && like.width == t->caps->width && like.height == t->caps->height)
		return 0;
	return set_caps(t, host, &like);
}

/* ---- buffers ---- */

static int64_t unit_time(struct track *t, const struct access_unit *unit)
{
	const struct track *video = t->video;
	bool both = video && t->told->has_rtptime && video->told->has_rtptime;

	if (!t->first_ns) {
		t->first_ns = unit->arrival_ns;
		rtp_clock_start(&t->clock, unit->rtp_time, unit->arrival_ns, video ? &video->clock : NULL,
			video ? video->first_ns : 0, both ? &t->told->rtptime : NULL,
			both ? &video->told->rtptime : NULL);
	}
	return rtp_clock_ns(&t->clock, unit->rtp_time);
}

int track_video(struct track *t, const struct cam_host *host, struct access_unit *unit, bool key_only,
	struct cam_buf **ret)
{
	struct cam_buf like = {.pts_ns = unit_time(t, unit),
		.arrival_ns = unit->arrival_ns,
		.n_planes = 1,
		.plane = {{unit->data, unit->len, 0}}};
	bool key = !unit->broken && (!has_sets(t) || annexb_is_key(t->like.codec, unit->data, unit->len));
	int err = unit->broken || (key_only && !key) ? -EAGAIN : 0;

	if (key)
		err = renew_caps(t, host, unit->data, unit->len);
	if (!err) {
		like.flags = key ? CAM_KEY : 0;
		like.caps = t->caps;
		like.dts_ns = order_dts(&t->order, like.pts_ns);
		*ret = host->buf_new(&like, free, unit->data);
		err = *ret ? 0 : -ENOMEM;
	}
	if (err)
		free(unit->data);
	return err;
}

int track_audio(struct track *t, const struct cam_host *host, struct access_unit *unit, bool wanted,
	struct cam_buf **ret)
{
	struct cam_buf like = {.track = CLIENT_AUDIO,
		.flags = CAM_KEY,
		.caps = t->caps,
		.arrival_ns = unit->arrival_ns,
		.n_planes = 1,
		.plane = {{unit->data, unit->len, 0}}};
	int err = wanted && !unit->broken ? 0 : -EAGAIN; /* a frame in part is noise */

	t->gap = t->gap || unit->gap || unit->broken;
	if (!err) {
		like.dts_ns = like.pts_ns = unit_time(t, unit);
		like.flags |= (t->clock.told ? CAM_SYNCED : 0) | (t->gap ? CAM_DISCONTINUITY : 0);
		t->gap = false;
		*ret = host->buf_new(&like, free, unit->data);
		err = *ret ? 0 : -ENOMEM;
	}
	if (err)
		free(unit->data);
	return err;
}
