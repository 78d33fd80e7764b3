/* SPDX-License-Identifier: MIT */
#include "plugins/rtsp_in/test/fake_camera.h"

#include "plugins/lib/av/annexb.h"

#include <arpa/inet.h>
#include <cam/plugin.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

enum { RTP_PAYLOAD_MAX = 1400, RTP_TYPE = 96, NAL_FU_A = 28 };

static const char usual_sdp[] = "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 0.0.0.0\r\nt=0 0\r\n"
				"m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n"
				"a=fmtp:96 packetization-mode=1\r\na=control:track1\r\n";

static void *serve(void *arg)
{
	struct fake_camera *c = arg;
	struct timeval patience = {30, 0}; /* longer than what a script waits for */

	for (;;) {
		int fd = accept(c->listener, NULL, NULL);

		if (fd < 0)
			return NULL;
		setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
		setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
		c->connections++;
		c->script(c, fd);
		close(fd);
	}
}

int fake_camera_start(struct fake_camera *c, void (*script)(struct fake_camera *, int fd))
{
	struct sockaddr_in addr = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(addr);

	c->script = script;
	c->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (c->listener < 0 || bind(c->listener, (struct sockaddr *)&addr, sizeof(addr)) ||
		listen(c->listener, 4) || getsockname(c->listener, (struct sockaddr *)&addr, &len))
		return -1;
	c->port = ntohs(addr.sin_port);
	return pthread_create(&c->thread, NULL, serve, c) ? -1 : 0;
}

void fake_camera_stop(struct fake_camera *c)
{
	shutdown(c->listener, SHUT_RDWR);
	pthread_join(c->thread, NULL);
	close(c->listener);
}

bool fake_camera_request(struct fake_camera *c, int fd, char *ret, size_t room)
{
	size_t n = 0, seen = strlen(c->seen);

	ret[0] = '\0';
	while (n + 1 < room && !strstr(ret, "\r\n\r\n")) {
		if (recv(fd, ret + n, 1, 0) != 1)
			return false;
		ret[++n] = '\0';
	}
	c->requests++;
	snprintf(c->seen + seen, sizeof(c->seen) - seen, "%s", ret);
	return true;
}

bool fake_camera_send(int fd, const void *data, size_t len)
{
	const char *p = data;

	while (len) {
		ssize_t n = send(fd, p, len, MSG_NOSIGNAL);

		if (n <= 0)
			return false;
		p += n;
		len -= (size_t)n;
	}
	return true;
}

bool fake_camera_say(int fd, const char *text)
{
	return fake_camera_send(fd, text, strlen(text));
}

bool fake_camera_reply(int fd, const char *request, const char *status, const char *lines, const char *body)
{
	const char *cseq = strstr(request, "CSeq: ");
	char text[32768];

	snprintf(text, sizeof(text), "RTSP/1.0 %s\r\nCSeq: %.*s\r\n%sContent-Length: %zu\r\n\r\n%s", status,
		cseq ? (int)strcspn(cseq + 6, "\r") : 0, cseq ? cseq + 6 : "", lines, body ? strlen(body) : 0,
		body ? body : "");
	return fake_camera_say(fd, text);
}

/* On the channels that it asks for. */
static bool agree_to_set_up(int fd, const char *request)
{
	const char *channels = strstr(request, "interleaved=");
	char lines[128];

	channels = channels ? channels + 12 : "0-1\r";
	snprintf(lines, sizeof(lines), "Session: 1\r\nTransport: RTP/AVP/TCP;unicast;interleaved=%.*s\r\n",
		(int)strcspn(channels, "\r"), channels);
	return fake_camera_reply(fd, request, "200 OK", lines, NULL);
}

bool fake_camera_until_play(struct fake_camera *c, int fd)
{
	char request[4096];

	while (fake_camera_request(c, fd, request, sizeof(request))) {
		bool played = false, ok;

		if (c->bad_method && !strncmp(request, c->bad_method, strlen(c->bad_method))) {
			ok = fake_camera_reply(fd, request, c->answer, "", NULL);
		} else if (!strncmp(request, "DESCRIBE", 8)) {
			ok = fake_camera_reply(fd, request, "200 OK", "Content-Type: application/sdp\r\n",
				c->sdp ? c->sdp : usual_sdp);
		} else if (!strncmp(request, "SETUP", 5)) {
			ok = agree_to_set_up(fd, request);
		} else {
			char session[64];

			played = !strncmp(request, "PLAY", 4);
			snprintf(session, sizeof(session), "Session: %s\r\n", c->session ? c->session : "1");
			ok = fake_camera_reply(fd, request, "200 OK", session, NULL);
		}
		if (!ok || played)
			return ok;
	}
	return false;
}

static bool send_rtp(struct fake_camera *c, int fd, const uint8_t *head, size_t head_len, const uint8_t *data,
	size_t len, uint32_t time, bool last)
{
	size_t size = 12 + head_len + len;
	uint8_t p[4 + 12 + 2 + RTP_PAYLOAD_MAX] = {'$', 0, (uint8_t)(size >> 8), (uint8_t)size, 0x80,
		(uint8_t)(RTP_TYPE | (last ? 0x80 : 0)), (uint8_t)(c->rtp_seq >> 8), (uint8_t)c->rtp_seq,
		(uint8_t)(time >> 24), (uint8_t)(time >> 16), (uint8_t)(time >> 8), (uint8_t)time, 0, 0, 0,
		1};

	c->rtp_seq++;
	if (c->drop_one && !--c->drop_one)
		return true;
	if (c->quiet)
		return true;
	c->quiet = c->drop_from && !--c->drop_from;
	if (head_len)
		memcpy(p + 16, head, head_len);
	memcpy(p + 16 + head_len, data, len);
	return fake_camera_send(fd, p, 4 + size);
}

bool fake_camera_send_audio(int fd, const void *data, uint8_t len, uint16_t seq, uint32_t time)
{
	uint8_t p[4 + 12 + 255] = {'$', 2, 0, 0, 0x80, 0, (uint8_t)(seq >> 8), (uint8_t)seq,
		(uint8_t)(time >> 24), (uint8_t)(time >> 16), (uint8_t)(time >> 8), (uint8_t)time, 0, 0, 0,
		2};

	p[2] = (uint8_t)((12 + len) >> 8);
	p[3] = (uint8_t)(12 + len);
	memcpy(p + 16, data, len);
	return fake_camera_send(fd, p, 16 + (size_t)len);
}

static bool send_nal(struct fake_camera *c, int fd, const struct annexb_nal *nal, uint32_t time, bool last)
{
	const uint8_t *data = nal->data + 1;
	size_t left = nal->len - 1, most = c->payload_max ? c->payload_max : RTP_PAYLOAD_MAX;
	uint8_t head[2] = {(nal->data[0] & 0xe0) | NAL_FU_A, (nal->data[0] & 0x1f) | 0x80};

	if (nal->len <= most)
		return send_rtp(c, fd, NULL, 0, nal->data, nal->len, time, last);
	while (left) {
		size_t n = left < most ? left : most;

		if (n == left)
			head[1] |= 0x40;
		if (!send_rtp(c, fd, head, 2, data, n, time, last && n == left))
			return false;
		head[1] &= 0x1f;
		data += n;
		left -= n;
	}
	return true;
}

bool fake_camera_send_unit(struct fake_camera *c, int fd, const uint8_t *data, size_t len, uint32_t rtp_time)
{
	struct annexb_nal nal, next;
	size_t pos = 0;
	int more = annexb_next(data, len, &pos, &nal);

	while (more) {
		more = annexb_next(data, len, &pos, &next);
		if (!send_nal(c, fd, &nal, rtp_time, !more))
			return false;
		nal = next;
	}
	return true;
}

void fake_camera_drain(struct fake_camera *c, int fd)
{
	char text[8192];
	size_t n = 0;
	ssize_t got;

	while (n < sizeof(text) && (got = recv(fd, text + n, sizeof(text) - n, 0)) > 0)
		n += (size_t)got;
	c->teardown = memmem(text, n, "TEARDOWN", 8) != NULL;
}
