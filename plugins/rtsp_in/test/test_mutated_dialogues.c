/* SPDX-License-Identifier: MIT */
/* Damaged dialogues, streams and descriptions: no crash, no endless loop, and memory within its bounds. */
#include "plugins/rtsp_in/dialogue/transport.h"
#include "plugins/rtsp_in/test/test_camera.h"
#include "tests/check.h"

#include <errno.h>

enum { ROUNDS = 20000, STREAM_MAX = 8192 };

/* xorshift64*: the same on every machine. */
static uint64_t random_state;

static uint32_t random_below(uint32_t n)
{
	random_state ^= random_state >> 12;
	random_state ^= random_state << 25;
	random_state ^= random_state >> 27;
	return (uint32_t)((random_state * UINT64_C(2685821657736338717)) >> 33) % n;
}

/* What a camera says from the first answer to the last, the client's numbers being known. */
static const char stream[] =
	"RTSP/1.0 200 OK\r\nCSeq: 1\r\nPublic: OPTIONS, DESCRIBE, GET_PARAMETER\r\n\r\n"
	"RTSP/1.0 401 Unauthorized\r\nCSeq: 2\r\nWWW-Authenticate: Digest realm=\"r\", nonce=\"n\", "
	"qop=\"auth\", algorithm=SHA-256, opaque=\"o\"\r\nWWW-Authenticate: Basic realm=\"r\"\r\n\r\n"
	"RTSP/1.0 200 OK\r\nCSeq: 3\r\nContent-Base: rtsp://10.0.0.1/live/\r\nContent-Length: 401\r\n\r\n"
	"v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=-\r\na=control:*\r\nm=video 0 RTP/AVP 96\r\n"
	"a=rtpmap:96 H265/90000\r\na=fmtp:96 "
	"sprop-vps=QAEC;sprop-sps=QgEC;sprop-pps=RAEC;sprop-max-don-diff=1\r\n"
	"a=framesize:96 640-480\r\na=control:trackID=1\r\nm=audio 0 RTP/AVP 97\r\n"
	"a=rtpmap:97 MP4A-LATM/48000/1\r\na=fmtp:97 cpresent=0;config=400023103fc0\r\n"
	"a=control:rtsp://10.0.0.1/live/trackID=2\r\nm=audio 0 RTP/AVP 98\r\n"
	"a=rtpmap:98 MPEG4-GENERIC/16000\r\n"
	"RTSP/1.0 200 OK\r\nCSeq: 4\r\nSession: 12ab;timeout=20\r\n"
	"Transport: RTP/AVP/TCP;unicast;interleaved=0-1;ssrc=0000002A\r\n\r\n"
	"RTSP/1.0 461 No\r\nCSeq: 5\r\nRetry-After: 5\r\n\r\n"
	"RTSP/1.0 200 OK\r\nCSeq: 6\r\nSession: 12ab\r\nRTP-Info: url=trackID=1;seq=7;rtptime=900,"
	"url=rtsp://10.0.0.1/live/trackID=2;seq=8;rtptime=800\r\n\r\n"
	"$\0\0\x0c\x80\x60\0\1\0\0\0\2\0\0\0\3$\1\0\x08\x80\xc8\0\1\0\0\0\2"
	"$\0\0\x0c\x80\x60\0\1\0\0\0\2\0\0\0\3$\1\0\x08\x80\xc8\0\1\0\0\0\2"
	"OPTIONS * RTSP/1.0\r\nCSeq: 5\r\n\r\nSET_PARAMETER rtsp://x RTSP/1.0\r\nContent-Length: 3\r\n\r\na:b"
	"$\0\0\x0c\x80\x60\0\1\0\0\0\2\0\0\0\3RTSP/1.0 200 OK\r\nCSeq: 7\r\n\r\n";

/* @return the new length: some bytes are changed, left out, doubled or moved; or it ends early */
static size_t mutate(char *p, size_t len)
{
	static const char hostile[] = "\r\n\0$:;,=\" /\\-9A\xff\x80%*";

	for (uint32_t n = 1 + random_below(6); n && len > 2; n--) {
		size_t at = random_below((uint32_t)len), part = 1 + random_below(40), to;

		part = part < len - at ? part : len - at;
		switch (random_below(6)) {
		case 0:
			p[at] ^= (char)(1 << random_below(8));
			break;
		case 1:
			p[at] = hostile[random_below(sizeof(hostile) - 1)];
			break;
		case 2:
			memmove(p + at, p + at + part, len - at - part);
			len -= part;
			break;
		case 3:
			if (len + part > STREAM_MAX)
				break;
			memmove(p + at + part, p + at, len - at);
			len += part;
			break;
		case 4:
			to = random_below((uint32_t)(len - part + 1));
			memmove(p + to, p + at, part);
			break;
		default:
			len = random_below(20) ? len : at + 1;
		}
	}
	return len;
}

/* The client's promises, whatever has come. */
static void holds(const struct camera *c)
{
	static const char *const methods[] = {
		"OPTIONS ", "DESCRIBE ", "SETUP ", "PLAY ", "GET_PARAMETER ", "TEARDOWN ", "RTSP/1.0 "};
	const char *p = c->request;

	CHECK(c->client.out_len <= sizeof(c->client.out));
	CHECK(c->wire.begin <= c->wire.end && c->wire.end <= WIRE_ROOM);
	CHECK(c->wire.skipped <= WIRE_SKIP_MAX + STREAM_MAX);
	while (*p) { /* what is sent are messages, each line one of ours */
		const char *end = strstr(p, "\r\n\r\n");
		bool known = false;

		CHECK(end);
		for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
			known |= !strncmp(p, methods[i], strlen(methods[i]));
		CHECK(known);
		for (; p < end + 4; p++)
			CHECK((unsigned char)*p >= ' ' || *p == '\r' || *p == '\n');
		CHECK(!memchr(c->request, 0x7f, strlen(c->request)));
	}
	p = strstr(c->request, "rtsp://");
	CHECK(!p || !strncmp(p, "rtsp://cam", 10));
}

TEST(damaged_dialogues_do_no_harm)
{
	static struct camera c;
	static char text[STREAM_MAX];
	unsigned playing = 0, faults = 0;

	random_state = 42;
	for (int i = 0; i < ROUNDS; i++) {
		size_t len = sizeof(stream) - 1, at = 0;
		const struct fault *fault = NULL;

		memcpy(text, stream, len);
		if (i)
			len = mutate(text, len);
		CHECK_INT(camera_open(&c, "rtsp://cam/live", "me", i % 3 == 2, true), 0);
		while (at < len && !fault) {
			size_t n = 1 + random_below(i % 5 ? 700 : 3);

			n = n < len - at ? n : len - at;
			fault = camera_feed(&c, text + at, n);
			at += n;
			camera_request(&c);
			holds(&c);
			if (c.client.state == CLIENT_PLAYING && !random_below(4))
				client_keepalive(&c.client);
		}
		CHECK(i || !fault);
		CHECK(i || (c.client.state == CLIENT_PLAYING && c.frames == 5));
		playing += c.client.state == CLIENT_PLAYING;
		faults += fault != NULL;
		client_close(&c.client);
		camera_request(&c);
		holds(&c);
		camera_close(&c);
	}
	/* The damage is such that both ways are gone often. */
	CHECK(playing > ROUNDS / 20 && faults > ROUNDS / 20);
}

TEST(damaged_descriptions_do_no_harm)
{
	static struct sdp sdp;
	const char *begin = strstr(stream, "v=0");
	size_t whole = (size_t)(strstr(begin, "RTSP/1.0 200 OK") - begin);
	unsigned known = 0;

	random_state = 43;
	for (int i = 0; i < ROUNDS; i++) {
		size_t len = whole;
		char text[STREAM_MAX], *exact;

		memcpy(text, begin, len);
		len = mutate(text, len);
		exact = malloc(len); /* so that the sanitizer knows its end */
		CHECK(exact);
		memcpy(exact, text, len);
		CHECK(sdp_read(exact, len, &sdp) == 0 || len < 400);
		free(exact);
		known += sdp.video_known && sdp.audio_known;
		for (int k = 0; k < 2; k++) {
			const struct sdp_media *m = k ? &sdp.audio : &sdp.video;

			CHECK(m->config_len <= SDP_CONFIG_MAX && strnlen(m->control, URL_MAX) < URL_MAX);
			if (k ? !sdp.audio_known : !sdp.video_known)
				continue;
			CHECK(m->clock && m->codec && m->packing && m->payload_type < 128);
			CHECK(!k || (m->sample_rate && m->channels && m->channels <= 8));
			CHECK(m->size_length <= 32 && m->index_length <= 32 && m->index_delta_length <= 32);
		}
	}
	CHECK(known > ROUNDS / 20);
}

TEST(damaged_streams_of_frames_are_found_again)
{
	static uint8_t text[STREAM_MAX];
	struct wire_item item;
	uint64_t frames = 0;
	struct wire w;

	random_state = 44;
	CHECK_INT(wire_init(&w), 0);
	w.known[0] = w.known[1] = true;
	for (int i = 0; i < ROUNDS; i++) {
		size_t len = 0, at = 0;

		for (int k = 0; k < 20; k++) {
			size_t n = 12 + random_below(300);

			memcpy(text + len, "$\0\0\0\x80\x60\0\1\0\0\0\2\0\0\0\3", 16);
			memset(text + len + 16, (int)random_below(256), n - 12);
			text[len + 2] = (uint8_t)(n >> 8);
			text[len + 3] = (uint8_t)n;
			len += 4 + n;
		}
		if (i % 4 == 0)
			len = mutate((char *)text, len);
		while (at < len) {
			size_t room, n = 1 + random_below(3000);
			uint8_t *to = wire_room(&w, &room);
			const struct fault *fault = NULL;

			CHECK(room >= WIRE_ROOM / 3);
			n = n < len - at ? n : len - at;
			memcpy(to, text + at, n);
			wire_filled(&w, n);
			at += n;
			for (item.kind = WIRE_FRAME; !fault && item.kind != WIRE_MORE;) {
				fault = wire_next(&w, &item);
				frames += !fault && item.kind == WIRE_FRAME;
			}
			if (!fault)
				continue;
			wire_free(&w);
			CHECK_INT(wire_init(&w), 0);
			w.known[0] = w.known[1] = true;
			break;
		}
	}
	/* A quarter of the streams is damaged; a length that grew takes more frames along. */
	CHECK(frames > ROUNDS * 20 * 8 / 10);
	wire_free(&w);
}

TEST(damaged_headers_do_no_harm)
{
	static const char *const texts[] = {
		"RTP/AVP/TCP;unicast;interleaved=0-1;ssrc=0000002A;server_port=1-2,RTP/AVP",
		"12ab;timeout=20", "url=rtsp://10.0.0.1/live/trackID=2;seq=8;rtptime=800,url=a;seq=9"};

	random_state = 45;
	for (int i = 0; i < ROUNDS; i++) {
		char text[STREAM_MAX], id[128], *exact;
		size_t len = strlen(texts[i % 3]);
		struct transport t;
		struct rtp_info info;
		uint32_t timeout = 60;
		const char *rest;
		int n = 0;

		memcpy(text, texts[i % 3], len);
		len = mutate(text, len);
		text[len] = '\0';
		exact = strdup(text);
		CHECK(exact);
		rest = exact;
		CHECK(!transport_read(exact, &t) || strstr(exact, "="));
		CHECK(session_read(exact, id, &timeout) || strlen(id) < sizeof(id));
		CHECK(timeout > 0 && timeout <= 1000000);
		while (rtp_info_next(&rest, &info)) {
			CHECK(n++ < 1000);
			rtp_info_is_of(&info, "/live/trackID=2");
		}
		free(exact);
	}
}

RUN_TESTS(T(damaged_dialogues_do_no_harm), T(damaged_descriptions_do_no_harm),
	T(damaged_streams_of_frames_are_found_again), T(damaged_headers_do_no_harm))
