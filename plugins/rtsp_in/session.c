/* SPDX-License-Identifier: MIT */
#include "plugins/rtsp_in/session.h"

#include "plugins/lib/av/codec.h"
#include "plugins/rtsp_in/connection.h"
#include "plugins/rtsp_in/fault.h"
#include "plugins/rtsp_in/track.h"

#include <errno.h>
#include <libavformat/avformat.h>
#include <stdlib.h>
#include <string.h>

enum { VIDEO, AUDIO, N_TRACKS };

struct session {
	struct cam_node *node;
	const struct cam_host *host;
	const struct rtsp_config *config;
	struct connection connection;
	struct track track[N_TRACKS];
	bool heard; /* something of the video has come */
	bool live; /* the first keyframe is out */
	uint32_t next_flags; /* of the next video packet: CAM_DISCONTINUITY after a loss */
};

static int say(struct session *s, const struct fault *fault)
{
	return s->host->error(s->node, fault->err, fault->option, "%s", fault->text);
}

/* A call of libavformat was interrupted: by a stop, or by the deadline of what the session waits for. */
static int interrupted(struct session *s, const struct fault *late)
{
	return s->host->stopping(s->node) ? 0 : say(s, late);
}

static int open_connection(struct session *s)
{
	static const struct fault late = {-ETIMEDOUT, "url",
		"the camera does not answer in time; check host and port, or raise open_timeout"};
	static const struct fault redirect = {-EPERM, "url",
		"the camera redirects to another address, which is refused; write the final address into the "
		"URL"};
	static const struct fault option = {-ENOTSUP, NULL,
		"this FFmpeg does not know an option that is needed here; install FFmpeg 5.1 or later"};
	int err = connection_open(&s->connection, s->config);

	switch (err) {
	case 0:
		return 0;
	case CONNECTION_INTERRUPTED:
		return interrupted(s, &late);
	case CONNECTION_REDIRECTED:
		return say(s, &redirect);
	case CONNECTION_BAD_OPTION:
		return say(s, &option);
	default:
		return say(s, fault_of_open(err));
	}
}

/* The first stream of a kind that has a codec we know. @return 0, -ENOENT: none of the kind, or track_open()'s error */
static int find_track(struct session *s, int which, enum AVMediaType type)
{
	AVFormatContext *fmt = s->connection.fmt;
	struct track *t = &s->track[which];
	int err = -ENOENT;

	for (unsigned i = 0; err && i < fmt->nb_streams; i++) {
		if (fmt->streams[i]->codecpar->codec_type != type)
			continue;
		err = track_open(t, s->host, fmt->streams[i], (uint32_t)which);
		if (err)
			track_close(t, s->host);
	}
	if (err)
		t->stream = -1;
	return err;
}

static int find_tracks(struct session *s)
{
	static const struct fault none = {
		-ENOTSUP, "url", "the camera sends no video at this URL; check the path"};
	static const struct fault unknown = {-ENOTSUP, "url",
		"the camera's video is neither H.264, H.265 nor JPEG; choose one of them in the camera"};
	static const struct fault memory = {-ENOMEM, NULL, "there is no memory left for this camera"};
	AVFormatContext *fmt = s->connection.fmt;
	int err = find_track(s, VIDEO, AVMEDIA_TYPE_VIDEO);

	if (err)
		return say(s, err == -ENOENT ? &none : err == -ENOMEM ? &memory : &unknown);
	if (!s->config->audio || find_track(s, AUDIO, AVMEDIA_TYPE_AUDIO))
		s->track[AUDIO].stream = -1;
	for (unsigned i = 0; i < fmt->nb_streams; i++)
		if ((int)i != s->track[VIDEO].stream && (int)i != s->track[AUDIO].stream)
			fmt->streams[i]->discard = AVDISCARD_ALL;
	return 0;
}

/* Make a buffer and publish it. release(arg) is called in any case. */
static int publish(struct session *s, const struct cam_buf *like, void (*release)(void *), void *arg)
{
	struct cam_buf *buf = s->host->buf_new(like, release, arg);
	int err;

	if (!buf) {
		release(arg);
		return -ENOMEM;
	}
	err = s->host->publish(s->node, buf);
	s->host->buf_unref(buf);
	return err;
}

/* A video packet has come: it is progress, and with the first keyframe the session is live. */
static void note_progress(struct session *s)
{
	if (!s->live)
		s->host->state(s->node, CAM_LIVE);
	s->live = true;
	connection_deadline(&s->connection, s->config->stall_timeout_ns);
	s->host->stat(s->node, STAT_UNITS, 1);
}

/* One whole video access unit. release(arg) is called in any case. */
static int publish_video(struct session *s, struct cam_buf *like, void (*release)(void *), void *arg)
{
	struct track *t = &s->track[VIDEO];
	int err = 0;

	if (like->flags & CAM_KEY)
		err = track_renew_caps(t, s->host, like->plane[0].data, like->plane[0].len);
	else if (!s->live)
		err = -EAGAIN;
	if (err) {
		release(arg);
		return err == -EAGAIN ? 0 : err;
	}
	like->flags |= s->next_flags;
	s->next_flags = 0;
	like->caps = t->caps;
	like->dts_ns = order_dts(&t->order, like->pts_ns);
	note_progress(s);
	return publish(s, like, release, arg);
}

/* The access unit that has been put together. */
static int publish_unit(struct session *s)
{
	struct track *t = &s->track[VIDEO];
	struct unit *u = &t->unit;
	struct cam_buf like = {.track = t->number,
		.n_planes = 1,
		.pts_ns = av_ns(u->pts, t->num, t->den),
		.arrival_ns = u->arrival_ns,
		.plane = {{u->data, u->len, 0}}};

	if (annexb_is_key(t->like.codec, u->data, u->len))
		like.flags |= CAM_KEY;
	if (u->broken) {
		s->next_flags |= CAM_DISCONTINUITY;
		s->host->stat(s->node, STAT_BROKEN, 1);
	}
	like.plane[0].data = unit_take(u);
	return publish_video(s, &like, free, (void *)(uintptr_t)like.plane[0].data);
}

static int take_piece(struct session *s, const AVPacket *packet, int64_t arrival_ns)
{
	struct unit *u = &s->track[VIDEO].unit;
	struct piece piece = {packet->data, (size_t)packet->size, packet->pts, arrival_ns};
	int err = 0;

	if (unit_ends_before(u, &piece))
		err = publish_unit(s);
	return err ? err : unit_add(u, &piece);
}

static void free_packet(void *arg)
{
	AVPacket *packet = arg;

	av_packet_free(&packet);
}

/* Takes the packet over: audio, and video that comes as whole pictures. */
static int take_whole(struct session *s, struct track *t, AVPacket *packet, int64_t arrival_ns)
{
	struct cam_buf like = {.track = t->number,
		.n_planes = 1,
		.pts_ns = av_ns(packet->pts, t->num, t->den),
		.arrival_ns = arrival_ns,
		.caps = t->caps,
		.plane = {{packet->data, (size_t)packet->size, 0}}};

	if (packet->flags & AV_PKT_FLAG_CORRUPT)
		like.flags |= CAM_CORRUPT;
	like.flags |= CAM_KEY;
	if (t->number == VIDEO)
		return publish_video(s, &like, free_packet, packet);
	if (!s->live) {
		av_packet_free(&packet);
		return 0;
	}
	like.dts_ns = like.pts_ns;
	return publish(s, &like, free_packet, packet);
}

/* Takes the packet over. */
static int take_packet(struct session *s, AVPacket *packet)
{
	int64_t arrival_ns = connection_now();
	int err = 0;

	s->heard |= packet->stream_index == s->track[VIDEO].stream;
	if (packet->size > 0 && packet->stream_index == s->track[VIDEO].stream &&
		track_has_pieces(&s->track[VIDEO])) {
		err = take_piece(s, packet, arrival_ns);
	} else if (packet->size > 0) {
		for (int i = 0; i < N_TRACKS; i++)
			if (packet->stream_index == s->track[i].stream)
				return take_whole(s, &s->track[i], packet, arrival_ns);
	}
	av_packet_free(&packet);
	return err;
}

static int say_packet_error(struct session *s, int err)
{
	static const struct fault large = {-EPROTO, NULL, "the camera sends a picture of more than 16 MiB"};
	static const struct fault memory = {-ENOMEM, NULL, "there is no memory left for this camera"};
	static const struct fault sets = {-EPROTO, NULL,
		"the camera's parameter sets are damaged or too large; look for an update of the camera's "
		"software"};

	return say(s, err == -EMSGSIZE ? &large : err == -ENOMEM ? &memory : &sets);
}

static int read_packets(struct session *s)
{
	static const struct fault no_key = {-ETIMEDOUT, "keyframe_timeout",
		"the camera has sent no keyframe in time; shorten its I-frame interval, or raise "
		"keyframe_timeout"};
	static const struct fault silent = {-ETIMEDOUT, "transport",
		"the camera has agreed to send video, but none has come; restart it, or try the other "
		"transport"};
	static const struct fault stalled = {-ETIMEDOUT, "stall_timeout",
		"the camera has stopped sending video; check its network and power"};

	connection_deadline(&s->connection, s->config->keyframe_timeout_ns);
	for (;;) {
		AVPacket *packet = av_packet_alloc();
		int err = packet ? connection_read(&s->connection, packet) : AVERROR(ENOMEM);

		if (err) {
			av_packet_free(&packet);
			if (err == CONNECTION_INTERRUPTED)
				return interrupted(s, s->live ? &stalled : s->heard ? &no_key : &silent);
			return say(s, fault_of_read(err));
		}
		err = take_packet(s, packet);
		if (err)
			return say_packet_error(s, err);
	}
}

int session_run(
	struct cam_node *node, const struct cam_host *host, const struct rtsp_config *config, bool *was_live)
{
	struct session s = {.node = node,
		.host = host,
		.config = config,
		.next_flags = *was_live ? CAM_DISCONTINUITY : 0};
	int err;

	for (int i = 0; i < N_TRACKS; i++)
		s.track[i].stream = -1;
	host->stat(node, STAT_SESSIONS, 1);
	host->state(node, CAM_CONNECTING);
	connection_init(&s.connection, node, host);
	err = open_connection(&s);
	if (!err && s.connection.fmt)
		err = find_tracks(&s);
	if (!err && s.connection.fmt)
		err = read_packets(&s);
	connection_close(&s.connection);
	if (s.live && s.track[VIDEO].unit.has_slice)
		host->stat(node, STAT_UNFINISHED, 1);
	*was_live |= s.live;
	for (int i = 0; i < N_TRACKS; i++)
		track_close(&s.track[i], host);
	return err;
}
