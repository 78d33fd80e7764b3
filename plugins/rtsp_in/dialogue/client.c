/* SPDX-License-Identifier: MIT */
#include "plugins/rtsp_in/dialogue/client.h"

#include "plugins/rtsp_in/dialogue/client_request.h"
#include "plugins/rtsp_in/dialogue/transport.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

enum { RETRY_AFTER_MAX = 3600, KEEPALIVE_MIN_S = 5, KEEPALIVE_MAX_S = 30 };

static bool is_number(const char *text, size_t max_len)
{
	size_t len = strspn(text, "0123456789");

	return len && len <= max_len && !text[len];
}

static unsigned to_number(const char *text)
{
	unsigned n = 0;

	for (; *text; text++)
		n = n * 10 + (unsigned)(*text - '0');
	return n;
}

/* Why the camera has refused, and when to come again. */
static const struct fault *refused(struct client *c, const struct wire_item *answer)
{
	const char *after = wire_header(answer, "Retry-After", 0);

	if (after && is_number(after, 9)) {
		c->retry_after_s = to_number(after);
		if (c->retry_after_s > RETRY_AFTER_MAX)
			c->retry_after_s = RETRY_AFTER_MAX;
	}
	return fault_of_status(answer->status);
}

/* A 401. The login is sent once; again only where the camera wants no other login but a newer nonce. */
static const struct fault *log_in(struct client *c, const struct wire_item *answer)
{
	static const struct fault missing = {
		-EACCES, "user", "the camera wants a login; set user and password"};
	static const struct fault unknown = {-EACCES, "user",
		"the camera wants a kind of login that is not known here; choose Digest or Basic in the "
		"camera"};
	struct auth before = c->auth;
	bool newer;

	if (!c->config.url->user[0])
		return &missing;
	if (!auth_challenge(&c->auth, answer))
		return &unknown;
	newer = c->auth.scheme > AUTH_BASIC && strcmp(c->auth.nonce, before.nonce) != 0 &&
		(c->auth.stale || c->login_proved);
	if (c->with_login && (!newer || c->logins > 1))
		return refused(c, answer);
	/* Without a login, then with one, then with a newer nonce; or with one and with a newer nonce. */
	c->logins = c->with_login ? 2 : 1;
	return client_repeat(c);
}

static const struct fault *take_options(struct client *c, const struct wire_item *answer)
{
	const char *list = answer->status < 300 ? wire_header(answer, "Public", 0) : NULL;

	while (list && *list) {
		size_t len;

		list += strspn(list, ", \t");
		len = strcspn(list, ", \t");
		if (len == 13 && !strncasecmp(list, "GET_PARAMETER", len))
			c->can_get_parameter = true;
		list += len;
	}
	return client_request(c, STEP_DESCRIBE);
}

/* Where the description is said to come from, if that is a URL. */
static void take_base(struct client *c, const struct wire_item *answer)
{
	static const char *const names[] = {"Content-Base", "Content-Location"};
	char uri[URL_MAX];

	for (size_t i = 0; i < 2 && !c->from[0]; i++) {
		const char *value = wire_header(answer, names[i], 0);

		if (!value || strlen(value) >= sizeof(c->from) || (!url_path(value) && *value != '/') ||
			url_resolve(c->config.url, value, "", uri))
			continue;
		memcpy(c->from, value, strlen(value) + 1);
	}
}

static const struct fault *take_description(struct client *c, const struct wire_item *answer)
{
	static const struct fault none = {
		-ENOTSUP, "url", "the camera sends no video at this URL; check the path"};
	static const struct fault unknown = {-ENOTSUP, "url",
		"the camera's video is neither H.264, H.265 nor JPEG; choose one of them in the camera"};

	if (answer->status >= 300)
		return refused(c, answer);
	if (sdp_read((const char *)answer->data, answer->len, &c->sdp))
		return &fault_protocol;
	if (!c->sdp.video_known)
		return c->sdp.has_video ? &unknown : &none;
	take_base(c, answer);
	return client_request(c, STEP_SETUP_VIDEO);
}

/* @return false: what is no session */
static bool take_session(struct client *c, const struct wire_item *answer)
{
	const char *value = wire_header(answer, "Session", 0);
	char id[sizeof(c->session)];

	if (!value)
		return true;
	if (session_read(value, id, &c->timeout_s))
		return false;
	if (!c->session[0])
		memcpy(c->session, id, sizeof(id));
	return true;
}

static const struct fault *take_channels(struct client *c, unsigned which, const struct transport *t)
{
	struct client_track *track = &c->track[which];
	const struct client_track *other = &c->track[!which];

	track->channel = (uint8_t)(t->has_channels ? t->channel : 2 * which);
	track->rtcp_channel = (uint8_t)(t->has_channels ? t->rtcp_channel : 2 * which + 1);
	if (other->used && !other->udp &&
		(track->channel == other->channel || track->channel == other->rtcp_channel ||
			track->rtcp_channel == other->channel))
		return &fault_protocol;
	c->wire->known[track->channel] = c->wire->known[track->rtcp_channel] = true;
	return NULL;
}

/* What the camera makes of the transport that we have asked for. */
static const struct fault *take_transport(struct client *c, unsigned which, const struct wire_item *answer)
{
	struct client_track *track = &c->track[which];
	const char *text = wire_header(answer, "Transport", 0);
	const struct fault *fault = NULL;
	struct transport t;

	if (transport_read(text ? text : "", &t) || !take_session(c, answer))
		return &fault_protocol;
	track->udp = c->udp && !t.has_channels;
	if (t.multicast || (track->udp ? t.tcp : t.udp && !t.has_channels))
		return fault_of_status(461);
	track->rtp_port = t.rtp_port;
	track->rtcp_port = t.rtcp_port;
	track->has_ssrc = t.has_ssrc;
	track->ssrc = t.ssrc;
	if (!track->udp)
		fault = take_channels(c, which, &t);
	track->used = !fault;
	return fault;
}

static const struct fault *play(struct client *c)
{
	return client_request(c, STEP_PLAY);
}

static const struct fault *take_video(struct client *c, const struct wire_item *answer)
{
	const struct fault *fault = NULL;

	if (answer->status == 461 && !c->fell_back) {
		c->fell_back = true;
		c->udp = !c->udp;
		return client_request(c, STEP_SETUP_VIDEO);
	}
	fault = answer->status >= 300 ? refused(c, answer) : take_transport(c, CLIENT_VIDEO, answer);
	if (fault)
		return fault;
	if (!c->config.audio || !c->sdp.audio_known || client_request(c, STEP_SETUP_AUDIO))
		return play(c);
	return NULL;
}

/* A track of the camera's that is not to be had costs nothing but itself. */
static const struct fault *take_audio(struct client *c, const struct wire_item *answer)
{
	if (answer->status < 300)
		take_transport(c, CLIENT_AUDIO, answer);
	return play(c);
}

static void take_info(struct client *c, const struct rtp_info *info, bool only)
{
	size_t base = strlen(c->config.url->base);
	char uri[URL_MAX];

	for (unsigned i = 0; i < CLIENT_TRACKS; i++) {
		struct client_track *t = &c->track[i];

		if (!t->used || t->has_seq || t->has_rtptime || client_track_uri(c, i, uri) ||
			!(only || rtp_info_is_of(info, uri + base)))
			continue;
		t->has_seq = info->has_seq;
		t->seq = info->seq;
		t->has_rtptime = info->has_rtptime;
		t->rtptime = info->rtptime;
		return;
	}
}

static const struct fault *take_play(struct client *c, const struct wire_item *answer)
{
	const char *text = wire_header(answer, "RTP-Info", 0), *rest = text;
	bool only = !c->track[CLIENT_AUDIO].used;
	struct rtp_info info;
	uint32_t s;

	if (answer->status >= 300)
		return refused(c, answer);
	if (!take_session(c, answer))
		return &fault_protocol;
	/* One entry and one track belong together, whatever it is called. */
	only &= text && rtp_info_next(&rest, &info) && !rtp_info_next(&rest, &info);
	while (text && rtp_info_next(&text, &info))
		take_info(c, &info, only);
	s = c->timeout_s / 2;
	s = s < KEEPALIVE_MIN_S ? KEEPALIVE_MIN_S : s > KEEPALIVE_MAX_S ? KEEPALIVE_MAX_S : s;
	c->keepalive_ns = s * INT64_C(1000000000);
	c->state = CLIENT_PLAYING;
	c->step = STEP_NONE;
	return NULL;
}

/* Whatever it says, the pictures tell better whether the session lives. */
static const struct fault *take_keepalive(struct client *c, const struct wire_item *answer)
{
	if (answer->status >= 400)
		c->can_get_parameter = false;
	c->step = STEP_NONE;
	return NULL;
}

static const struct fault *take_step(struct client *c, const struct wire_item *answer)
{
	switch (c->step) {
	case STEP_OPTIONS:
		return take_options(c, answer);
	case STEP_DESCRIBE:
		return take_description(c, answer);
	case STEP_SETUP_VIDEO:
		return take_video(c, answer);
	case STEP_SETUP_AUDIO:
		return take_audio(c, answer);
	case STEP_PLAY:
		return take_play(c, answer);
	case STEP_KEEPALIVE:
		return take_keepalive(c, answer);
	default:
		return NULL;
	}
}

static const struct fault *take_answer(struct client *c, const struct wire_item *answer)
{
	const struct fault *fault;

	if (answer->status == 401) {
		fault = log_in(c, answer);
		return fault && c->step == STEP_SETUP_AUDIO ? play(c) : fault;
	}
	if (answer->status >= 300 && answer->status < 400)
		return fault_of_status(answer->status);
	c->login_proved |= c->with_login && answer->status < 300;
	return take_step(c, answer);
}

/* Is it the answer to the request under way, and the last one? */
static bool is_awaited(const struct client *c, const struct wire_item *answer)
{
	const char *cseq = wire_header(answer, "CSeq", 0);

	if (c->step == STEP_NONE || answer->status < 200)
		return false;
	return !cseq || (is_number(cseq, 9) && to_number(cseq) == c->cseq);
}

static const struct fault *take_request(struct client *c, const struct wire_item *request)
{
	static const char *const granted[] = {"OPTIONS", "GET_PARAMETER", "SET_PARAMETER"};
	const char *status = "501 Not Implemented";

	if (c->state != CLIENT_CLOSING && !strcmp(request->method, "REDIRECT"))
		return fault_of_status(302);
	if (c->state != CLIENT_CLOSING && !strcmp(request->method, "TEARDOWN"))
		return fault_of_stream(-ECONNRESET);
	for (size_t i = 0; i < sizeof(granted) / sizeof(granted[0]); i++)
		if (!strcmp(request->method, granted[i]))
			status = "200 OK";
	client_reply(c, status, wire_header(request, "CSeq", 0));
	return NULL;
}

const struct fault *client_take(struct client *c, const struct wire_item *item)
{
	if (c->state == CLIENT_CLOSED)
		return NULL;
	if (item->kind == WIRE_REQUEST)
		return take_request(c, item);
	if (item->kind != WIRE_ANSWER || !is_awaited(c, item))
		return NULL;
	if (c->state != CLIENT_CLOSING)
		return take_answer(c, item);
	/* A TEARDOWN whose nonce was too old is made again. */
	if (item->status != 401 || log_in(c, item))
		c->state = CLIENT_CLOSED;
	return NULL;
}

void client_begin(struct client *c, const struct client_config *config, struct wire *wire)
{
	c->config = *config;
	c->wire = wire;
	c->udp = config->udp;
	c->timeout_s = 60; /* RFC 2326 12.37 */
	client_request(c, STEP_OPTIONS);
}

void client_keepalive(struct client *c)
{
	if (c->state != CLIENT_PLAYING || c->out_len)
		return;
	if (c->step == STEP_KEEPALIVE)
		c->can_get_parameter = false;
	client_request(c, STEP_KEEPALIVE);
}

void client_close(struct client *c)
{
	if (c->state >= CLIENT_CLOSING)
		return;
	c->state = c->session[0] || c->track[CLIENT_VIDEO].used ? CLIENT_CLOSING : CLIENT_CLOSED;
	if (c->state == CLIENT_CLOSING && client_request(c, STEP_TEARDOWN))
		c->state = CLIENT_CLOSED;
}
