/* SPDX-License-Identifier: MIT */
#include "plugins/rtsp_in/receiver.h"

#include <errno.h>

static const struct fault *fault_of_media(int err)
{
	static const struct fault large = {-EPROTO, NULL, "the camera sends a picture of more than 16 MiB"};
	static const struct fault sets = {-EPROTO, NULL,
		"the camera's parameter sets are damaged or too large; look for an update of the camera's "
		"software"};

	if (!err)
		return NULL;
	return err == -EMSGSIZE ? &large : err == -ENOMEM ? &fault_memory : &sets;
}

/* ---- units ---- */

static int publish(struct receiver *r, struct cam_buf *buf)
{
	int err = r->host->publish(r->node, buf);

	r->host->buf_unref(buf);
	return err;
}

/* A video unit is out: it is progress, and with the first keyframe the session is live. */
static void note_progress(struct receiver *r)
{
	if (!r->live)
		r->host->state(r->node, CAM_LIVE);
	r->live = true;
	r->deadline_ns = r->now_ns + r->config->stall_timeout_ns;
	r->host->stat(r->node, STAT_UNITS, 1);
}

/* What cannot be decoded is not passed on: all from a loss, or from the start, to the next keyframe. */
static void skip(struct receiver *r, bool broken)
{
	int64_t stalled = r->now_ns + r->config->stall_timeout_ns;

	if (!r->wait_key)
		r->key_by_ns = r->now_ns + r->config->keyframe_timeout_ns;
	r->wait_key = true;
	r->host->stat(r->node, broken ? STAT_BROKEN : STAT_SKIPPED, 1);
	/* A whole picture that is of no use is progress, as long as a keyframe may still come in time. */
	if (r->live && !broken)
		r->deadline_ns = stalled < r->key_by_ns ? stalled : r->key_by_ns;
}

static int take_video(void *arg, struct access_unit *unit)
{
	struct receiver *r = arg;
	bool broken = unit->broken, gap = unit->gap;
	struct cam_buf *buf;
	int err = track_video(&r->track[CLIENT_VIDEO], r->host, unit, !r->live || r->wait_key, &buf);

	r->heard = true;
	if (err == -EAGAIN)
		skip(r, broken);
	if (err)
		return err == -EAGAIN ? 0 : err;
	if ((r->wait_key || gap) && r->live)
		buf->flags |= CAM_DISCONTINUITY;
	r->wait_key = false;
	err = publish(r, buf);
	if (!err)
		note_progress(r);
	return err;
}

/* Without a picture there is nothing that it belongs to. */
static int take_audio(void *arg, struct access_unit *unit)
{
	struct receiver *r = arg;
	struct cam_buf *buf;
	int err = track_audio(&r->track[CLIENT_AUDIO], r->host, unit, r->live, &buf);

	if (err)
		return err == -EAGAIN ? 0 : err;
	return publish(r, buf);
}

/* ---- packets ---- */

static const struct fault *take_report(struct receiver *r, unsigned track, const uint8_t *data, size_t len)
{
	static const struct fault bye = {-ECONNRESET, NULL, "the camera has ended its stream"};
	struct track *video = &r->track[CLIENT_VIDEO], *audio = &r->track[CLIENT_AUDIO];
	struct track *t = &r->track[track];
	struct rtcp rtcp;

	if (rtcp_parse(&t->rtp, data, len, r->now_ns, &rtcp))
		return NULL;
	if (rtcp.has_report)
		rtp_clock_report(&t->clock, &rtcp, t == video ? NULL : &video->clock);
	if (rtcp.has_report && t == video && audio->media)
		rtp_clock_report(&audio->clock, NULL, &video->clock);
	return rtcp.bye && t == video ? &bye : NULL;
}

/* @param lost packets missing before this call */
static void count_lost(struct receiver *r, const struct track *t, uint64_t lost)
{
	if (t->rtp.lost > lost)
		r->host->stat(r->node, STAT_LOST, (int64_t)(t->rtp.lost - lost));
}

const struct fault *receiver_take_packet(struct receiver *r, unsigned track, bool rtcp, const uint8_t *data,
	size_t len, struct receiver_times times)
{
	struct track *t = &r->track[track];
	uint64_t lost = t->rtp.lost;
	struct rtp_packet packet;
	int err;

	r->now_ns = times.now_ns;
	if (!t->media)
		return NULL;
	if (rtcp)
		return take_report(r, track, data, len);
	if (rtp_parse(data, len, &packet))
		return NULL;
	packet.arrival_ns = times.read_ns;
	err = rtp_push(&t->rtp, &packet, depay_push, t->depay);
	count_lost(r, t, lost);
	return fault_of_media(err);
}

const struct fault *receiver_take_frame(
	struct receiver *r, uint8_t channel, const uint8_t *data, size_t len, struct receiver_times times)
{
	for (unsigned i = 0; i < CLIENT_TRACKS; i++) {
		const struct client_track *told = &r->told[i];

		if (r->track[i].media && !told->udp &&
			(channel == told->channel || channel == told->rtcp_channel))
			return receiver_take_packet(r, i, channel == told->rtcp_channel, data, len, times);
	}
	return NULL;
}

int64_t receiver_expires_ns(const struct receiver *r)
{
	int64_t video = rtp_expires_ns(&r->track[CLIENT_VIDEO].rtp),
		audio = rtp_expires_ns(&r->track[CLIENT_AUDIO].rtp);

	return video < audio ? video : audio;
}

const struct fault *receiver_expire(struct receiver *r, int64_t now_ns)
{
	int err = 0;

	r->now_ns = now_ns;
	for (unsigned i = 0; i < CLIENT_TRACKS && !err; i++) {
		struct track *t = &r->track[i];
		uint64_t lost = t->rtp.lost;

		if (!t->media)
			continue;
		err = rtp_expire(&t->rtp, now_ns, depay_push, t->depay);
		count_lost(r, t, lost);
	}
	return fault_of_media(err);
}

size_t receiver_report(struct receiver *r, unsigned track, int64_t now_ns, uint8_t ret[64])
{
	struct track *t = &r->track[track];

	return t->media && t->rtp.started ? rtcp_report(&t->rtp, r->ssrc, now_ns, ret) : 0;
}

/* ---- its life ---- */

const struct fault *receiver_late(const struct receiver *r, int64_t now_ns)
{
	static const struct fault silent = {-ETIMEDOUT, "transport",
		"the camera has agreed to send video, but none has come; restart it, or try the other "
		"transport"};
	static const struct fault no_key = {-ETIMEDOUT, "keyframe_timeout",
		"the camera has sent no keyframe in time; shorten its I-frame interval, or raise "
		"keyframe_timeout"};
	static const struct fault stalled = {-ETIMEDOUT, "stall_timeout",
		"the camera has stopped sending video; check its network and power"};

	if (r->live && !(r->wait_key && now_ns >= r->key_by_ns))
		return &stalled;
	return r->heard ? &no_key : &silent;
}

bool receiver_is_midway(const struct receiver *r)
{
	return r->live && depay_is_midway(r->track[CLIENT_VIDEO].depay);
}

const struct fault *receiver_open(struct receiver *r, struct cam_node *node, const struct cam_host *host,
	const struct rtsp_config *config, const struct client *client, uint32_t ssrc, int64_t now_ns)
{
	const struct unit_sink sinks[CLIENT_TRACKS] = {{take_video, r}, {take_audio, r}};
	const struct sdp_media *media[CLIENT_TRACKS] = {&client->sdp.video, &client->sdp.audio};

	r->node = node;
	r->host = host;
	r->config = config;
	r->told = client->track;
	r->ssrc = ssrc;
	r->deadline_ns = now_ns + config->keyframe_timeout_ns;
	for (unsigned i = 0; i < CLIENT_TRACKS; i++) {
		const struct track *video = i == CLIENT_VIDEO ? NULL : &r->track[CLIENT_VIDEO];

		if (r->told[i].used &&
			track_open(&r->track[i], host, media[i], &r->told[i], video, &sinks[i]))
			return &fault_memory;
	}
	return NULL;
}

void receiver_close(struct receiver *r, const struct cam_host *host)
{
	for (unsigned i = 0; i < CLIENT_TRACKS; i++)
		track_close(&r->track[i], host);
}
