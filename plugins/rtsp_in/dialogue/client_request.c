/* SPDX-License-Identifier: MIT */
#include "plugins/rtsp_in/dialogue/client_request.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum {
	LOGIN_MAX = 4096, /* an Authorization header: user, realm, nonce, opaque and URL are its parts */
	REPLIES_MAX = 2048 /* of `out`, so that a request always fits */
};
_Static_assert(REPLIES_MAX + 128 + LOGIN_MAX + URL_MAX + 512 <= sizeof(((struct client *)0)->out),
	"a request fits behind replies");

/* Appends to `out`, whole or not at all. */
struct writer {
	char *p;
	size_t room, n;
};

__attribute__((format(printf, 2, 3))) static void put(struct writer *w, const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = w->n < w->room ? vsnprintf(w->p + w->n, w->room - w->n, format, args) : 0;
	va_end(args);
	w->n += (size_t)n;
}

static struct writer begin_writing(struct client *c)
{
	return (struct writer){c->out + c->out_len, sizeof(c->out) - c->out_len, 0};
}

static bool finish(struct client *c, const struct writer *w)
{
	if (w->n >= w->room)
		return false;
	c->out_len += w->n;
	return true;
}

int client_track_uri(const struct client *c, unsigned track, char ret[URL_MAX])
{
	const char *control = track == CLIENT_VIDEO ? c->sdp.video.control : c->sdp.audio.control;
	const char *from = c->from[0] ? c->from : NULL;

	/* As other clients have it: an absolute URL of the session is more than Content-Base. */
	if (url_path(c->sdp.control) && !url_resolve(c->config.url, c->sdp.control, control, ret))
		return 0;
	return url_resolve(c->config.url, from, control, ret);
}

/* Of all tracks together. */
static int session_uri(const struct client *c, char ret[URL_MAX])
{
	const char *from = c->from[0] ? c->from : NULL;

	return url_resolve(c->config.url, from, c->sdp.control, ret)
		       ? url_resolve(c->config.url, from, "", ret)
		       : 0;
}

static const char *method_of(const struct client *c)
{
	switch (c->step) {
	case STEP_DESCRIBE:
		return "DESCRIBE";
	case STEP_SETUP_VIDEO:
	case STEP_SETUP_AUDIO:
		return "SETUP";
	case STEP_PLAY:
		return "PLAY";
	case STEP_KEEPALIVE:
		return c->can_get_parameter ? "GET_PARAMETER" : "OPTIONS";
	case STEP_TEARDOWN:
		return "TEARDOWN";
	default:
		return "OPTIONS";
	}
}

static int uri_of(const struct client *c, char ret[URL_MAX])
{
	switch (c->step) {
	case STEP_SETUP_VIDEO:
		return client_track_uri(c, CLIENT_VIDEO, ret);
	case STEP_SETUP_AUDIO:
		return client_track_uri(c, CLIENT_AUDIO, ret);
	case STEP_PLAY:
	case STEP_KEEPALIVE:
	case STEP_TEARDOWN:
		return session_uri(c, ret);
	default:
		snprintf(ret, URL_MAX, "%s", c->config.url->request);
		return 0;
	}
}

/* @return 0, or -errno: there is no login for want of memory or room */
static int put_login(struct client *c, struct writer *w, const char *method, const char *uri)
{
	const struct url *url = c->config.url;
	char login[LOGIN_MAX], cnonce[17] = "";
	uint8_t random[8];
	int err;

	c->with_login = c->auth.scheme != AUTH_NONE && url->user[0];
	if (!c->with_login)
		return 0;
	c->config.random(c->config.arg, random, sizeof(random));
	for (size_t i = 0; i < sizeof(random); i++)
		snprintf(cnonce + 2 * i, 3, "%02x", random[i]);
	err = auth_answer(&c->auth, url->user, url->password, method, uri, cnonce, login, sizeof(login));
	if (!err)
		put(w, "Authorization: %s\r\n", login);
	explicit_bzero(login, sizeof(login));
	return err;
}

static void put_headers(struct client *c, struct writer *w)
{
	unsigned track = c->step == STEP_SETUP_AUDIO ? CLIENT_AUDIO : CLIENT_VIDEO;

	if (c->session[0])
		put(w, "Session: %s\r\n", c->session);
	if (c->step == STEP_DESCRIBE)
		put(w, "Accept: application/sdp\r\n");
	if (c->step == STEP_PLAY)
		put(w, "Range: npt=0.000-\r\n");
	if (c->step != STEP_SETUP_VIDEO && c->step != STEP_SETUP_AUDIO)
		return;
	if (c->udp)
		put(w, "Transport: RTP/AVP;unicast;client_port=%u-%u\r\n", c->port, c->port + 1u);
	else
		put(w, "Transport: RTP/AVP/TCP;unicast;interleaved=%u-%u\r\n", 2 * track, 2 * track + 1);
}

const struct fault *client_repeat(struct client *c)
{
	struct writer w = begin_writing(c);
	const char *method = method_of(c);
	char uri[URL_MAX];

	if (uri_of(c, uri))
		return &fault_protocol;
	c->cseq++;
	put(&w, "%s %s RTSP/1.0\r\nCSeq: %u\r\nUser-Agent: cam_server\r\n", method, uri, c->cseq);
	if (put_login(c, &w, method, uri))
		return &fault_memory;
	put_headers(c, &w);
	put(&w, "\r\n");
	return finish(c, &w) ? NULL : &fault_memory;
}

static const struct fault *have_port(struct client *c, unsigned track)
{
	static const struct fault none = {-EADDRINUSE, "transport",
		"there is no free pair of UDP ports; set transport to tcp, or look at what uses the ports"};

	c->port = c->udp ? c->config.bind_pair(c->config.arg, track) : 0;
	return c->udp && !c->port ? &none : NULL;
}

const struct fault *client_request(struct client *c, enum client_step step)
{
	const struct fault *fault = NULL;

	c->step = step;
	c->logins = 0;
	if (step == STEP_SETUP_VIDEO)
		fault = have_port(c, CLIENT_VIDEO);
	if (step == STEP_SETUP_AUDIO)
		fault = have_port(c, CLIENT_AUDIO);
	return fault ? fault : client_repeat(c);
}

void client_reply(struct client *c, const char *status, const char *cseq)
{
	struct writer w = begin_writing(c);

	/* A camera that asks faster than it reads gets no answer. */
	if (c->out_len > REPLIES_MAX)
		return;
	put(&w, "RTSP/1.0 %s\r\n", status);
	if (cseq && cseq[0] && strlen(cseq) <= 10 && strspn(cseq, "0123456789") == strlen(cseq))
		put(&w, "CSeq: %s\r\n", cseq);
	if (c->session[0])
		put(&w, "Session: %s\r\n", c->session);
	put(&w, "\r\n");
	finish(c, &w);
}
