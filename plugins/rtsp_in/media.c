/* SPDX-License-Identifier: MIT */
/* What a camera sends once it plays: packets become units, units are published. */
#include "plugins/rtsp_in/session_impl.h"

#include <errno.h>
#include <stdlib.h>

static const struct fault *fault_of_media(int err)
{
	static const struct fault large = {-EPROTO, NULL, "the camera sends a picture of more than 16 MiB"};
	static const struct fault sets = {-EPROTO, NULL,
		"the camera's parameter sets are damaged or too large; look for an update of the camera's "
		"software"};

	return err == -EMSGSIZE ? &large : err == -ENOMEM ? &fault_memory : &sets;
}

/* ---- units ---- */

/* The unit's memory is the buffer's, or freed. */
static int publish(struct session *s, const struct cam_buf *like, struct depay_unit *unit)
{
	struct cam_buf *buf = s->host->buf_new(like, free, unit->data);
	int err;

	if (!buf) {
		free(unit->data);
		return -ENOMEM;
	}
	err = s->host->publish(s->node, buf);
	s->host->buf_unref(buf);
	return err;
}

static int64_t unit_time(struct session *s, struct track *t, const struct depay_unit *unit)
{
	const struct track *video = &s->track[CLIENT_VIDEO];
	const struct client_track *told = s->client.track;
	bool both = told[CLIENT_VIDEO].has_rtptime && told[CLIENT_AUDIO].has_rtptime;

	if (!t->first_ns) {
		t->first_ns = unit->arrival_ns;
		rtp_clock_start(&t->clock, unit->rtp_time, unit->arrival_ns,
			t == video ? NULL : &video->clock, video->first_ns,
			both ? &told[t->number].rtptime : NULL, both ? &told[CLIENT_VIDEO].rtptime : NULL);
	}
	return rtp_clock_ns(&t->clock, unit->rtp_time);
}

/* A video unit is out: it is progress, and with the first keyframe the session is live. */
static void note_progress(struct session *s)
{
	if (!s->live)
		s->host->state(s->node, CAM_LIVE);
	s->live = true;
	s->deadline_ns = s->now_ns + s->config->stall_timeout_ns;
	s->host->stat(s->node, STAT_UNITS, 1);
}

static void need_key(struct session *s)
{
	if (!s->wait_key)
		s->key_by_ns = s->now_ns + s->config->keyframe_timeout_ns;
	s->wait_key = true;
}

/* A whole picture that is of no use. After a loss it is progress as long as a keyframe may still come in time. */
static void skip(struct session *s)
{
	int64_t stalled = s->now_ns + s->config->stall_timeout_ns;

	if (s->live)
		s->deadline_ns = stalled < s->key_by_ns ? stalled : s->key_by_ns;
	s->host->stat(s->node, STAT_SKIPPED, 1);
}

/* What cannot be decoded is not passed on: all from a loss, or from the start, to the next keyframe. */
static bool is_of_use(struct session *s, const struct depay_unit *unit, bool key)
{
	if (unit->broken) {
		need_key(s);
		s->host->stat(s->node, STAT_BROKEN, 1);
		return false;
	}
	if (key || (s->live && !s->wait_key))
		return true;
	skip(s);
	return false;
}

static int take_video(void *arg, struct depay_unit *unit)
{
	struct session *s = arg;
	struct track *t = &s->track[CLIENT_VIDEO];
	bool key = !unit->broken && track_is_key(t, unit->data, unit->len);
	struct cam_buf like = {.n_planes = 1,
		.flags = key ? CAM_KEY : 0,
		.pts_ns = unit_time(s, t, unit),
		.arrival_ns = unit->arrival_ns,
		.plane = {{unit->data, unit->len, 0}}};
	int err = 0;

	s->heard = true;
	if (!is_of_use(s, unit, key)) {
		free(unit->data);
		return 0;
	}
	if (key)
		err = track_renew_caps(t, s->host, unit->data, unit->len);
	if (err == -EAGAIN) {
		need_key(s);
		skip(s);
	}
	if (err) {
		free(unit->data);
		return err == -EAGAIN ? 0 : err;
	}
	if ((s->wait_key || unit->gap) && s->live)
		like.flags |= CAM_DISCONTINUITY;
	s->wait_key = false;
	like.caps = t->caps;
	like.dts_ns = order_dts(&t->order, like.pts_ns);
	err = publish(s, &like, unit);
	if (!err)
		note_progress(s);
	return err;
}

static int take_audio(void *arg, struct depay_unit *unit)
{
	struct session *s = arg;
	struct track *t = &s->track[CLIENT_AUDIO];
	struct cam_buf like = {.track = CLIENT_AUDIO,
		.n_planes = 1,
		.flags = CAM_KEY,
		.arrival_ns = unit->arrival_ns,
		.caps = t->caps,
		.plane = {{unit->data, unit->len, 0}}};

	/* Without a picture there is nothing that it belongs to; a frame in part is noise. */
	t->gap = t->gap || unit->gap || unit->broken;
	if (!s->live || unit->broken) {
		free(unit->data);
		return 0;
	}
	like.dts_ns = like.pts_ns = unit_time(s, t, unit);
	if (t->clock.told)
		like.flags |= CAM_SYNCED;
	if (t->gap)
		like.flags |= CAM_DISCONTINUITY;
	t->gap = false;
	return publish(s, &like, unit);
}

/* ---- packets ---- */

static int push(void *arg, const struct rtp_packet *packet, bool lost)
{
	const struct track *t = arg;

	return depay_push(t->depay, packet, lost);
}

static void take_report(struct session *s, unsigned track, const uint8_t *data, size_t len)
{
	static const struct fault bye = {-ECONNRESET, NULL, "the camera has ended its stream"};
	struct track *video = &s->track[CLIENT_VIDEO], *audio = &s->track[CLIENT_AUDIO];
	struct track *t = &s->track[track];
	struct rtcp rtcp;

	if (rtcp_parse(&t->rtp, data, len, s->now_ns, &rtcp))
		return;
	if (rtcp.has_report)
		rtp_clock_report(&t->clock, &rtcp, t == video ? NULL : &video->clock);
	if (rtcp.has_report && t == video && audio->media)
		rtp_clock_report(&audio->clock, NULL, &video->clock);
	if (rtcp.bye && t == video)
		session_end(s, &bye);
}

/* @param lost packets missing before this call @param err of the call: nothing, or why the session ends */
static void settle(struct session *s, struct track *t, uint64_t lost, int err)
{
	if (t->rtp.lost > lost)
		s->host->stat(s->node, STAT_LOST, (int64_t)(t->rtp.lost - lost));
	if (err)
		session_end(s, fault_of_media(err));
}

void session_take_packet(struct session *s, unsigned track, bool rtcp, const uint8_t *data, size_t len)
{
	struct track *t = &s->track[track];
	uint64_t lost = t->rtp.lost;
	struct rtp_packet packet;

	if (!t->media)
		return;
	if (rtcp) {
		take_report(s, track, data, len);
		return;
	}
	if (rtp_parse(data, len, &packet))
		return;
	packet.arrival_ns = s->read_ns;
	settle(s, t, lost, rtp_push(&t->rtp, &packet, push, t));
}

void session_take_frame(struct session *s, uint8_t channel, const uint8_t *data, size_t len)
{
	for (unsigned i = 0; s->playing && i < CLIENT_TRACKS; i++) {
		const struct client_track *t = &s->client.track[i];

		if (!t->used || t->udp)
			continue;
		if (channel == t->channel || channel == t->rtcp_channel) {
			session_take_packet(s, i, channel == t->rtcp_channel, data, len);
			return;
		}
	}
}

void session_expire(struct session *s)
{
	for (unsigned i = 0; i < CLIENT_TRACKS && !s->ended; i++) {
		struct track *t = &s->track[i];
		uint64_t lost = t->rtp.lost;

		if (t->media)
			settle(s, t, lost, rtp_expire(&t->rtp, s->now_ns, push, t));
	}
}

/* Firewalls let answers in: an RTP packet of nothing, and an empty receiver report (RFC 3550 5.1, 6.4.2). */
static void open_firewall(struct session *s, unsigned track)
{
	static const uint8_t rtp[12] = {0x80}, report[8] = {0x80, 201, 0, 1};
	const struct client_track *t = &s->client.track[track];

	if (t->rtp_port)
		connection_send_to(&s->connection, track, false, t->rtp_port, rtp, sizeof(rtp));
	if (t->rtcp_port)
		connection_send_to(&s->connection, track, true, t->rtcp_port, report, sizeof(report));
}

const struct fault *session_play(struct session *s)
{
	const struct depay_sink sinks[CLIENT_TRACKS] = {{take_video, s}, {take_audio, s}};
	const struct sdp_media *media[CLIENT_TRACKS] = {&s->client.sdp.video, &s->client.sdp.audio};

	s->client.config.random(s->client.config.arg, &s->ssrc, sizeof(s->ssrc));
	for (unsigned i = 0; i < CLIENT_TRACKS; i++) {
		const struct client_track *t = &s->client.track[i];

		if (t->used && t->udp)
			open_firewall(s, i);
		else
			connection_drop_pair(&s->connection, i);
		if (t->used && track_open(&s->track[i], s->host, media[i], i, t->udp, &sinks[i]))
			return &fault_memory;
	}
	s->playing = true;
	return NULL;
}
