/* SPDX-License-Identifier: MIT */
/** @file test_camera.h For tests: a client and its wire, without a socket. */
#ifndef CAM_RTSP_IN_TEST_CAMERA_H
#define CAM_RTSP_IN_TEST_CAMERA_H
#include "plugins/rtsp_in/dialogue/client.h"

#include <stdio.h>
#include <string.h>

#define TEST_SDP                                                                                             \
	"v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=control:*\r\nm=video 0 RTP/AVP 96\r\n"         \
	"a=rtpmap:96 H264/90000\r\na=fmtp:96 "                                                               \
	"packetization-mode=1;sprop-parameter-sets=Z0IAHpY=,aM4xUg==\r\n"                                    \
	"a=control:trackID=1\r\nm=audio 0 RTP/AVP 0\r\na=control:trackID=2\r\n"

struct camera {
	struct url url;
	struct wire wire;
	struct client client;
	char request[8192]; /* the last one */
	unsigned binds, frames;
};

static inline uint16_t camera_bind(void *arg, unsigned track)
{
	struct camera *c = arg;

	c->binds++;
	return (uint16_t)(5000 + 2 * track);
}

static inline void camera_random(void *arg, void *ret, size_t len)
{
	(void)arg;
	memset(ret, 0x5a, len);
}

/* What the client sends, taken away. "" for nothing. */
static inline const char *camera_request(struct camera *c)
{
	memcpy(c->request, c->client.out, c->client.out_len);
	c->request[c->client.out_len] = '\0';
	c->client.out_len = 0;
	return c->request;
}

static inline int camera_open(struct camera *c, const char *url, const char *user, bool udp, bool audio)
{
	struct client_config config = {.url = &c->url,
		.udp = udp,
		.audio = audio,
		.bind_pair = camera_bind,
		.random = camera_random,
		.arg = c};

	memset(c, 0, sizeof(*c));
	url_parse(url, user, *user ? "secret" : "", &c->url);
	if (wire_init(&c->wire))
		return -1;
	client_begin(&c->client, &config, &c->wire);
	camera_request(c);
	return 0;
}

static inline void camera_close(struct camera *c)
{
	wire_free(&c->wire);
}

/* All items that are there. */
static inline const struct fault *camera_drain(struct camera *c)
{
	struct wire_item item;
	const struct fault *fault;

	for (;;) {
		fault = wire_next(&c->wire, &item);
		if (fault || item.kind == WIRE_MORE)
			return fault;
		if (item.kind == WIRE_FRAME)
			c->frames++;
		else
			fault = client_take(&c->client, &item);
		if (fault)
			return fault;
	}
}

/* Bytes of the camera's. */
static inline const struct fault *camera_feed(struct camera *c, const void *data, size_t len)
{
	const uint8_t *p = data;
	const struct fault *fault = NULL;

	while (len && !fault) {
		size_t room, n;
		uint8_t *to = wire_room(&c->wire, &room);

		n = len < room ? len : room;
		memcpy(to, p, n);
		wire_filled(&c->wire, n);
		p += n;
		len -= n;
		fault = camera_drain(c);
	}
	return fault;
}

/* Answer the last request; the next one is then in c->request. @param lines headers, or "" */
static inline const struct fault *camera_answer(
	struct camera *c, const char *status, const char *lines, const char *body)
{
	const char *cseq = strstr(c->request, "CSeq: ");
	const struct fault *fault;
	char text[8192];
	int n = snprintf(text, sizeof(text), "RTSP/1.0 %s\r\nCSeq: %.*s\r\n%sContent-Length: %zu\r\n\r\n%s",
		status, cseq ? (int)strcspn(cseq + 6, "\r") : 0, cseq ? cseq + 6 : "", lines, strlen(body),
		body);

	fault = camera_feed(c, text, (size_t)n);
	camera_request(c);
	return fault;
}
#endif
