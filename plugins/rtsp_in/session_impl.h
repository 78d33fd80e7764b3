/* SPDX-License-Identifier: MIT */
/** @file session_impl.h The inside of a session, for session.c (dialogue, deadlines) and media.c (what comes). [loop] */
#ifndef CAM_RTSP_IN_SESSION_IMPL_H
#define CAM_RTSP_IN_SESSION_IMPL_H
#include "plugins/rtsp_in/connection.h"
#include "plugins/rtsp_in/dialogue/client.h"
#include "plugins/rtsp_in/session.h"
#include "plugins/rtsp_in/track.h"

struct session {
	struct cam_node *node;
	const struct cam_host *host;
	const struct rtsp_config *config;
	struct url url;
	struct connection_events events;
	struct connection connection;
	struct wire wire;
	struct client client;
	struct track track[CLIENT_TRACKS];
	uint32_t ssrc; /* ours, in reports */
	uv_timer_t timer;
	int64_t timer_at_ns; /* what the timer waits for; INT64_MAX: nothing. All times: CLOCK_MONOTONIC */
	int64_t now_ns; /* when the callback under way began */
	int64_t read_ns; /* when what it works on was read: a turn of the loop or more before, after a rest */
	int64_t deadline_ns; /* of what the session waits for */
	int64_t key_by_ns; /* something is missing: when the next keyframe has to be there */
	int64_t keepalive_at_ns, report_at_ns;
	uint64_t turn; /* of the loop, by its clock, and what this camera has used of it */
	int64_t used_ns;
	bool connected; /* was, at least */
	bool broken; /* no longer */
	bool playing; /* the tracks are set up */
	bool heard; /* something of the video has come */
	bool live; /* the first keyframe is out */
	bool wait_key; /* something is missing: the next packet out is a keyframe, marked */
	bool ended; /* the host has been told why */
	bool closing;
};

/** The session ends: tell why. Only the first time counts. */
void session_end(struct session *, const struct fault *);
/** Playing begins: set the tracks up. @return NULL, or why the session ends */
const struct fault *session_play(struct session *);
/** What has come on a channel of the connection. */
void session_take_frame(struct session *, uint8_t channel, const uint8_t *data, size_t len);
/** An RTP or RTCP packet of a track. */
void session_take_packet(struct session *, unsigned track, bool rtcp, const uint8_t *data, size_t len);
/** Packets that have waited too long for missing ones go on. */
void session_expire(struct session *);
#endif
