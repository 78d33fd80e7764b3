/* SPDX-License-Identifier: MIT */
/** @file client_state.h What the client of a camera knows: of the dialogue, its login, and the streams that are set up. */
#ifndef CAM_RTSP_IN_CLIENT_STATE_H
#define CAM_RTSP_IN_CLIENT_STATE_H
#include "plugins/rtsp_in/dialogue/auth.h"
#include "plugins/rtsp_in/dialogue/sdp.h"
#include "plugins/rtsp_in/dialogue/url.h"
#include "plugins/rtsp_in/dialogue/wire.h"

enum { CLIENT_VIDEO, CLIENT_AUDIO, CLIENT_TRACKS };

enum client_state {
	CLIENT_OPENING, /**< on the way to PLAY */
	CLIENT_PLAYING, /**< the camera has agreed to send */
	CLIENT_CLOSING, /**< TEARDOWN is out */
	CLIENT_CLOSED /**< and answered */
};

/** One stream that is set up. */
struct client_track {
	bool used;
	bool udp; /**< its packets travel on their own */
	uint8_t channel, rtcp_channel; /**< not udp: inside the connection */
	uint16_t rtp_port, rtcp_port; /**< udp: the camera's; 0 where it has not told */
	bool has_ssrc, has_rtptime, has_seq;
	uint32_t ssrc; /**< from the answer to SETUP */
	uint32_t rtptime; /**< the time stamp where all tracks begin (RTP-Info) */
	uint16_t seq; /**< the first packet's, likewise */
};

struct client_config {
	const struct url *url; /**< outlives the client */
	bool udp; /**< try UDP first; a 461 changes to the other transport once */
	bool audio;
	/** Have a pair of UDP ports for a track. @return the even one (RTCP has the next), or 0: there is none */
	uint16_t (*bind_pair)(void *arg, unsigned track);
	void (*random)(void *arg, void *ret, size_t len); /**< fill with random bytes */
	void *arg;
};

/** Zero-initialise, then client_begin(). What stands above `out` is for reading. */
struct client {
	enum client_state state;
	struct sdp sdp; /**< once described */
	struct client_track track[CLIENT_TRACKS];
	int64_t keepalive_ns; /**< once playing: how often to call client_keepalive() */
	unsigned retry_after_s; /**< what a refusal asked for (at most 3600); 0 otherwise */
	char out[8192]; /**< bytes to send, out_len of them; the caller sets out_len to 0 when it has taken them */
	size_t out_len;

	struct client_config config;
	struct wire *wire; /* whose known channels are set here */
	struct auth auth;
	unsigned cseq, step, logins; /* of the request under way; see client_request.h */
	bool with_login; /* it carries one */
	bool login_proved; /* a request with a login has been granted */
	uint16_t port; /* SETUP with UDP: ours */
	uint32_t timeout_s; /* of the session */
	char session[128];
	char from[URL_MAX]; /* Content-Base or Content-Location */
	bool udp, fell_back, can_get_parameter;
};
#endif
