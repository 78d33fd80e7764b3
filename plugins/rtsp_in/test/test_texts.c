/* SPDX-License-Identifier: MIT */
/* What is read of a camera's texts: URLs, logins, session descriptions, headers; and what faults say. */
#include "plugins/rtsp_in/dialogue/asc.h"
#include "plugins/rtsp_in/dialogue/auth.h"
#include "plugins/rtsp_in/dialogue/sdp.h"
#include "plugins/rtsp_in/dialogue/transport.h"
#include "tests/check.h"

#include <errno.h>
#include <uv.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

TEST(urls_are_checked_with_a_reason)
{
	static char longest[300];
	static const struct {
		const char *url, *user, *password, *option; /* option NULL: good */
	} cases[] = {
		{"rtsp://10.0.0.1/stream", "", "", NULL},
		{"RTSP://camera.example:8554", "admin", "p@ss:w/rd", NULL},
		{"rtsp://[fe80::1]:554/a?b=c&d", "admin", "", NULL},
		{"rtsp://u:p@h/x@y", "", "", NULL},
		{"rtsp://u:p@ss:x@h/", "", "", NULL},
		{"rtsps://h/", "", "", "url"},
		{"http://h/", "", "", "url"},
		{"rtsp:///path", "", "", "url"},
		{"rtsp://u:p@/path", "", "", "url"},
		{"rtsp://:p@h/path", "", "", "url"},
		{"rtsp://u%3Ax:p@h/path", "", "", "url"},
		{"rtsp://u%0d%0aX:p@h/path", "", "", "url"},
		{"rtsp://h:0/", "", "", "url"},
		{"rtsp://h:/", "", "", "url"},
		{"rtsp://h:65536/", "", "", "url"},
		{"rtsp://h:5x/", "", "", "url"},
		{"rtsp://[::1/", "", "", "url"},
		{"rtsp://[]/", "", "", "url"},
		{"rtsp://[::1]x/", "", "", "url"},
		{"rtsp://h/a b", "", "", "url"},
		{"rtsp://h/a\"b", "", "", "url"},
		{"rtsp://h/\r\nX: y", "", "", "url"},
		{"rtsp://u:p@h/", "admin", "", "user"},
		{"rtsp://h/", "", "secret", "user"},
		{"rtsp://h/", "a:b", "secret", "user"},
		{"rtsp://h/", "a\nb", "secret", "user"},
		{"rtsp://h/", "a", "secret\n", "password"},
		{"rtsp://h/", "admin", longest, "password"},
		{"rtsp://h/", longest, "", "user"},
	};

	memset(longest, 'x', 256);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct cam_why why = {NULL, ""};
		int err = url_check(cases[i].url, cases[i].user, cases[i].password, &why);

		CHECK_INT(err, cases[i].option ? -EINVAL : 0);
		if (!err)
			continue;
		CHECK_STR(why.option, cases[i].option);
		CHECK(why.text[0] && !strstr(why.text, "secret"));
	}
}

TEST(urls_come_apart_and_requests_carry_no_login)
{
	struct url u;

	url_parse("RTSP://ad%20min:p%40s:%2fx%C3%a9@cam.example:8554/a/b?c=d#e", "", "", &u);
	CHECK_STR(u.host, "cam.example");
	CHECK_INT(u.port, 8554);
	CHECK_STR(u.base, "rtsp://cam.example:8554");
	CHECK_STR(u.request, "rtsp://cam.example:8554/a/b?c=d");
	CHECK_STR(u.user, "ad min");
	CHECK_STR(u.password, "p@s:/x\xc3\xa9");
	url_parse("rtsp://[fe80::1]", "me", "100%", &u);
	CHECK_STR(u.host, "fe80::1");
	CHECK_INT(u.port, 554);
	CHECK_STR(u.base, "rtsp://[fe80::1]");
	CHECK_STR(u.request, "rtsp://[fe80::1]");
	CHECK_STR(u.user, "me");
	CHECK_STR(u.password, "100%");
}

TEST(stream_urls_never_leave_the_configured_host)
{
	static const struct {
		const char *url, *from, *control, *resolved; /* resolved NULL: refused */
	} cases[] = {
		{"rtsp://h:1/s", NULL, "trackID=1", "rtsp://h:1/s/trackID=1"},
		{"rtsp://h/s/", NULL, "trackID=1", "rtsp://h/s/trackID=1"},
		{"rtsp://h/s", "rtsp://h/s/", "trackID=1", "rtsp://h/s/trackID=1"},
		{"rtsp://h", NULL, "track1", "rtsp://h/track1"},
		{"rtsp://h/cam?channel=1", NULL, "trackID=0", "rtsp://h/cam?channel=1/trackID=0"},
		{"rtsp://h/cam?channel=1", "rtsp://10.0.0.9/cam?channel=1/", "trackID=0",
			"rtsp://h/cam?channel=1/trackID=0"},
		{"rtsp://h/s", "rtsp://10.0.0.9:554/s/", "*", "rtsp://h/s/"},
		{"rtsp://h/s", NULL, "", "rtsp://h/s"},
		{"rtsp://h/s", NULL, "rtsp://192.168.1.4/s/track1", "rtsp://h/s/track1"},
		{"rtsp://h/s", NULL, "RTSP://u:p@evil:99/x?y#z", "rtsp://h/x?y"},
		{"rtsp://h/s", NULL, "http://evil", "rtsp://h"},
		{"rtsp://h/s", NULL, "/track1", "rtsp://h/s/track1"},
		{"rtsp://h/s/", NULL, "/track1", "rtsp://h/s/track1"},
		{"rtsp://h/s", NULL, "/s/track1", "rtsp://h/s/track1"},
		{"rtsp://h/s", "/other/", "track1", "rtsp://h/other/track1"},
		{"rtsp://h/s", "nonsense", "track1", "rtsp://h/s/track1"},
		{"rtsp://h/s", NULL, "a b", NULL},
		{"rtsp://h/s", NULL, "a\r\nX: y", NULL},
		{"rtsp://h/s", NULL, "a\"b", NULL},
		{"rtsp://h/s", "rtsp://h/\x7f", "a", NULL},
	};
	char ret[URL_MAX], large[URL_MAX];
	struct url u;

	for (size_t i = 0; i < COUNT(cases); i++) {
		int err;

		url_parse(cases[i].url, "", "", &u);
		err = url_resolve(&u, cases[i].from, cases[i].control, ret);
		CHECK_INT(err, cases[i].resolved ? 0 : -EINVAL);
		if (!err)
			CHECK_STR(ret, cases[i].resolved);
	}
	memset(large, 'x', sizeof(large));
	large[sizeof(large) - 1] = '\0';
	CHECK_INT(url_resolve(&u, NULL, large, ret), -EINVAL);
}

static bool challenge(struct auth *a, const char *first, const char *second)
{
	struct wire_item item = {.kind = WIRE_ANSWER, .n_headers = second ? 2 : 1};

	item.header[0] = (struct wire_header){"www-authenticate", first};
	item.header[1] = (struct wire_header){"WWW-Authenticate", second};
	return auth_challenge(a, &item);
}

/* RFC 2617 3.5. */
TEST(digest_answers_as_in_rfc_2617)
{
	struct auth a = {0};
	char text[2048];

	CHECK(challenge(&a,
		"Digest realm=\"testrealm@host.com\", qop=\"auth,auth-int\", "
		"nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\", opaque=\"5ccc069c403ebaf9f0171e9517f40e41\"",
		NULL));
	CHECK_INT(a.scheme, AUTH_DIGEST_MD5);
	CHECK_INT(auth_answer(&a, "Mufasa", "Circle Of Life", "GET", "/dir/index.html", "0a4f113b", text,
			  sizeof(text)),
		0);
	CHECK_STR(text,
		"Digest username=\"Mufasa\", realm=\"testrealm@host.com\", "
		"nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\", uri=\"/dir/index.html\", "
		"response=\"6629fae49393a05397450978507c4ef1\", "
		"opaque=\"5ccc069c403ebaf9f0171e9517f40e41\", qop=auth, nc=00000001, cnonce=\"0a4f113b\"");
	CHECK_INT(auth_answer(&a, "Mufasa", "x", "GET", "/", "0a4f113b", text, sizeof(text)), 0);
	CHECK(strstr(text, "nc=00000002"));
	CHECK_INT(auth_answer(&a, "Mufasa", "x", "GET", "/", "0a4f113b", text, 200), -EMSGSIZE);
}

/* RFC 7616 3.9.1; the same in two headers, and both challenges in one. */
TEST(digest_answers_as_in_rfc_7616_with_the_better_hash)
{
	static const char nonce[] = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v";
	static const char opaque[] = "FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS";
	char sha[512], md5[512], both[1100], text[2048];
	struct auth a = {0};

	snprintf(sha, sizeof(sha),
		"Digest realm=\"http-auth@example.org\", qop=\"auth, auth-int\", algorithm=SHA-256, "
		"nonce=\"%s\", "
		"opaque=\"%s\"",
		nonce, opaque);
	snprintf(md5, sizeof(md5),
		"Digest realm=\"http-auth@example.org\", qop=\"auth, auth-int\", algorithm=MD5, "
		"nonce=\"%s\", "
		"opaque=\"%s\"",
		nonce, opaque);
	CHECK(challenge(&a, md5, sha));
	CHECK_INT(a.scheme, AUTH_DIGEST_SHA256);
	CHECK_INT(auth_answer(&a, "Mufasa", "Circle of Life", "GET", "/dir/index.html",
			  "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ", text, sizeof(text)),
		0);
	CHECK(strstr(text, "response=\"753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1\", "
			   "algorithm=SHA-256"));
	snprintf(both, sizeof(both), "%s, Basic realm=\"x\", %s", sha, md5);
	CHECK(challenge(&a, both, NULL));
	CHECK_INT(a.scheme, AUTH_DIGEST_SHA256);
	CHECK(challenge(&a, md5, NULL));
	CHECK_INT(auth_answer(&a, "Mufasa", "Circle of Life", "GET", "/dir/index.html",
			  "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ", text, sizeof(text)),
		0);
	CHECK(strstr(text, "response=\"8ca523f5e9506fed4657c9700eebdbec\", algorithm=MD5"));
}

/* RFC 7617 2. */
TEST(basic_answers_as_in_rfc_7617)
{
	struct auth a = {0};
	char text[100];

	CHECK(challenge(&a, "Basic realm=\"WallyWorld\"", NULL));
	CHECK_INT(auth_answer(&a, "Aladdin", "open sesame", "GET", "/", "", text, sizeof(text)), 0);
	CHECK_STR(text, "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
	CHECK_INT(auth_answer(&a, "Aladdin", "open sesame", "GET", "/", "", text, 34), -EMSGSIZE);
}

TEST(challenges_are_taken_as_cameras_write_them)
{
	static const struct {
		const char *text;
		enum auth_scheme scheme;
	} cases[] = {
		{"Digest realm=\"IP Camera(23435)\", nonce=\"abc\", stale=\"FALSE\"", AUTH_DIGEST_MD5},
		{"digest realm=x,nonce=y,algorithm=\"md5\"", AUTH_DIGEST_MD5},
		{"Digest realm = \"x\" , nonce = \"y\"", AUTH_DIGEST_MD5},
		{"Basic", AUTH_BASIC},
		{"Negotiate, Basic realm=\"a, Digest b\"", AUTH_BASIC},
		{"Digest realm=\"x\", nonce=\"y\", algorithm=SHA-512-256, Basic realm=\"x\"", AUTH_BASIC},
		{"Digest realm=\"x\", nonce=\"y\", qop=\"auth-int\"", AUTH_NONE},
		{"Digest realm=\"x\", nonce=\"y\", algorithm=MD5-sess", AUTH_NONE},
		{"Digest realm=\"x\"", AUTH_NONE},
		{"Digest nonce=\"y\"", AUTH_NONE},
		{"Digest realm=\"x\\\"\", nonce=\"y\"", AUTH_NONE},
		{"Digest realm=\"x\", nonce=\"y\rX: z\"", AUTH_NONE},
		{"Digest realm=\"x\", nonce=y\"z", AUTH_NONE},
		{"Digest realm=\"x\", nonce=\"y", AUTH_NONE},
		{"Digest realm=\"x\", nonce=", AUTH_DIGEST_MD5},
		{"Bearer", AUTH_NONE},
		{"=,=\"", AUTH_NONE},
		{"", AUTH_NONE},
	};
	struct auth a;
	char text[600] = "Digest realm=\"x\", nonce=\"";

	for (size_t i = 0; i < COUNT(cases); i++) {
		memset(&a, 0, sizeof(a));
		CHECK_INT(challenge(&a, cases[i].text, NULL), cases[i].scheme != AUTH_NONE);
		CHECK_INT(a.scheme, cases[i].scheme);
	}
	memset(text + strlen(text), 'n', 300);
	CHECK(!challenge(&a, text, NULL));
	CHECK(challenge(&a, "Digest realm=\"x\", nonce=\"y\", stale=True", NULL) && a.stale);
}

static int read_sdp(const char *text, struct sdp *ret)
{
	return sdp_read(text, strlen(text), ret);
}

#define SDP_HEAD "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"

TEST(a_session_description_tells_video_and_audio)
{
	struct sdp s;

	CHECK_INT(read_sdp(SDP_HEAD "a=control:rtsp://10.0.0.1/s/\r\na=range:npt=0-\r\n"
				    "m=application 0 RTP/AVP 107\r\na=control:meta\r\n"
				    "m=video 0 RTP/AVP 96\r\na=rtpmap:96 h264/90000\r\n"
				    "a=fmtp:96 packetization-mode=1; profile-level-id=42001e; "
				    "sprop-parameter-sets=Z0IAHpY=, aM4xUg==\r\na=framesize:96 640-480\r\n"
				    "a=Control: trackID=1 \r\n"
				    "m=audio 0 RTP/AVP 97\r\na=RTPMAP:97 MPEG4-GENERIC/16000/1\r\n"
				    "a=fmtp:97 mode=AAC-hbr;config=1408;sizeLength=13;indexLength=3;"
				    "indexDeltaLength=3\r\na=control:trackID=2",
			  &s),
		0);
	CHECK(s.has_video && s.video_known && s.has_audio && s.audio_known);
	CHECK_STR(s.control, "rtsp://10.0.0.1/s/");
	CHECK_INT(s.video.codec, CAM_H264);
	CHECK_INT(s.video.packing, SDP_H264);
	CHECK_INT(s.video.clock, 90000);
	CHECK_INT(s.video.payload_type, 96);
	CHECK_INT(s.video.width, 640);
	CHECK_INT(s.video.height, 480);
	CHECK_STR(s.video.control, "trackID=1");
	CHECK_INT(s.video.config_len, 17);
	CHECK(!memcmp(s.video.config, "\0\0\0\1\x67\x42\0\x1e\x96\0\0\0\1\x68\xce\x31\x52", 17));
	CHECK_INT(s.audio.codec, CAM_AAC);
	CHECK_INT(s.audio.packing, SDP_AAC);
	CHECK_INT(s.audio.sample_rate, 16000);
	CHECK_INT(s.audio.channels, 1);
	CHECK_INT(s.audio.size_length, 13);
	CHECK_INT(s.audio.index_length, 3);
	CHECK_INT(s.audio.index_delta_length, 3);
	CHECK(s.audio.config_len == 2 && !memcmp(s.audio.config, "\x14\x08", 2));
	CHECK_STR(s.audio.control, "trackID=2");
}

TEST(hevc_parameter_sets_come_from_three_lists)
{
	struct sdp s;

	CHECK_INT(read_sdp(SDP_HEAD
			  "m=video 0 RTP/AVP 98\na=rtpmap:98 H265/90000\n"
			  "a=fmtp:98 sprop-sps=QgEC;sprop-vps=QAEC;sprop-pps=RAEC;sprop-max-don-diff=1\n"
			  "a=x-dimensions: 1920, 1080\n",
			  &s),
		0);
	CHECK_INT(s.video.codec, CAM_HEVC);
	CHECK_INT(s.video.config_len, 21);
	CHECK(!memcmp(s.video.config, "\0\0\0\1\x40\1\2\0\0\0\1\x42\1\2\0\0\0\1\x44\1\2", 21));
	CHECK(s.video.donl);
	CHECK_INT(s.video.width, 1920);
}

TEST(static_payload_types_need_no_map)
{
	struct sdp s;

	CHECK_INT(read_sdp("v=0\nm=video 0 RTP/AVP 26\nm=audio 0 RTP/AVP 0\n", &s), 0);
	CHECK_INT(s.video.codec, CAM_MJPG);
	CHECK_INT(s.video.clock, 90000);
	CHECK_INT(s.audio.codec, CAM_PCMU);
	CHECK_INT(s.audio.sample_rate, 8000);
	CHECK_INT(s.audio.channels, 1);
	CHECK_INT(read_sdp("m=audio 0 RTP/AVP 8\n", &s), 0);
	CHECK_INT(s.audio.codec, CAM_PCMA);
	CHECK(!s.has_video);
	CHECK_INT(read_sdp("v=0\nm=audio 0 RTP/AVP 111\na=rtpmap:111 opus/48000/2\n", &s), 0);
	CHECK_INT(s.audio.codec, CAM_OPUS);
	CHECK_INT(s.audio.channels, 2);
}

TEST(the_first_known_stream_of_a_kind_counts)
{
	struct sdp s;

	CHECK_INT(read_sdp("v=0\nm=video 0 RTP/AVP 96 97\na=rtpmap:96 VP8/90000\na=rtpmap:97 H264/90000\n"
			   "a=control:first\nm=video 0 RTP/AVP 98\na=rtpmap:98 H265/90000\na=control:second\n"
			   "m=audio 0 RTP/AVP 2\na=rtpmap:2 G726-32/8000\n",
			  &s),
		0);
	CHECK_INT(s.video.payload_type, 97);
	CHECK_STR(s.video.control, "first");
	CHECK(s.has_audio && !s.audio_known);
	CHECK_INT(read_sdp("v=0\nm=video 0 RTP/SAVP 96\na=rtpmap:96 H264/90000\n", &s), 0);
	CHECK(s.has_video && !s.video_known);
	CHECK_INT(read_sdp("v=0\nm=video 0 RTP/AVP 96\na=rtpmap:96 H264/0\n", &s), 0);
	CHECK(!s.video_known);
	CHECK_INT(read_sdp("v=0\nm=video 0 RTP/AVP 128\na=rtpmap:128 H264/90000\n", &s), 0);
	CHECK(!s.video_known);
}

TEST(aac_is_what_its_configuration_says)
{
	static const struct {
		const char *lines;
		uint32_t rate, channels; /* 0: unknown */
		size_t config_len;
	} cases[] = {
		{"a=rtpmap:97 mpeg4-generic/44100/1\na=fmtp:97 mode=AAC-hbr;config=1190\n", 48000, 2, 2},
		{"a=rtpmap:97 mpeg4-generic/16000\na=fmtp:97 mode=aac-lbr\n", 16000, 1, 2},
		{"a=rtpmap:97 mpeg4-generic/16000\na=fmtp:97 mode=AAC-hbr;config=zz\n", 16000, 1, 2},
		{"a=rtpmap:97 mpeg4-generic/16001\na=fmtp:97 mode=AAC-hbr\n", 0, 0, 0},
		{"a=rtpmap:97 mpeg4-generic/16000\na=fmtp:97 mode=AAC-hbr;sizeLength=33\n", 0, 0, 0},
		{"a=rtpmap:97 mpeg4-generic/16000\na=fmtp:97 mode=AAC-hbr;config=f8e85000\n", 0, 0, 0},
		/* StreamMuxConfig of ffmpeg's: LC, 48 kHz, mono */
		{"a=rtpmap:97 MP4A-LATM/48000/1\na=fmtp:97 cpresent=0;config=400023103fc0\n", 48000, 1, 2},
		{"a=rtpmap:97 MP4A-LATM/48000/1\na=fmtp:97 config=400023103fc0\n", 0, 0, 0},
		{"a=rtpmap:97 MP4A-LATM/48000/1\na=fmtp:97 cpresent=0;config=c00023103fc0\n", 0, 0, 0},
		{"a=rtpmap:97 MP4A-LATM/48000/1\na=fmtp:97 cpresent=0;config=000023103fc0\n", 0, 0, 0},
		{"a=rtpmap:97 MP4A-LATM/48000/1\na=fmtp:97 cpresent=0;config=400023003fc0\n", 0, 0, 0},
		{"a=rtpmap:97 MP4A-LATM/48000/1\na=fmtp:97 cpresent=0\n", 0, 0, 0},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct sdp s;
		char text[256];

		snprintf(text, sizeof(text), "v=0\nm=audio 0 RTP/AVP 97\n%s", cases[i].lines);
		CHECK_INT(read_sdp(text, &s), 0);
		CHECK_INT(s.audio_known, cases[i].rate != 0);
		if (!s.audio_known)
			continue;
		CHECK_INT(s.audio.sample_rate, cases[i].rate);
		CHECK_INT(s.audio.channels, cases[i].channels);
		CHECK_INT(s.audio.config_len, cases[i].config_len);
	}
}

TEST(damaged_and_oversized_descriptions_are_bounded)
{
	static char text[400000];
	size_t n = 0;
	struct sdp s;

	CHECK_INT(read_sdp("", &s), -EPROTO);
	CHECK_INT(read_sdp("<html>\n\n", &s), -EPROTO);
	CHECK_INT(sdp_read("m=", 2, &s), 0);
	for (int i = 0; i < 10000; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "m=video 0 RTP/AVP %d\r\n", i % 200);
	CHECK_INT(sdp_read(text, n, &s), 0);
	CHECK(s.has_video && !s.video_known);
	n = (size_t)snprintf(text, sizeof(text),
		"v=0\nm=video 0 RTP/AVP 96\na=rtpmap:96 H264/90000\na=fmtp:96 "
		"sprop-parameter-sets=Z0IA,###,aM4,");
	memset(text + n, 'A', 30000);
	text[n + 30000] = '\0';
	CHECK_INT(read_sdp(text, &s), 0);
	CHECK(s.video_known && s.video.config_len >= 7 && s.video.config_len < 20);
	n = (size_t)snprintf(text, sizeof(text), "v=0\nm=video 0 RTP/AVP 26\na=control:");
	memset(text + n, 'A', 30000);
	CHECK_INT(sdp_read(text, n + 30000, &s), 0);
	CHECK(s.has_video && !s.video_known);
}

TEST(transports_are_read_and_hosts_in_them_are_not)
{
	struct transport t;

	CHECK_INT(transport_read("RTP/AVP/TCP;unicast;interleaved=4-5;ssrc=DEADbeef;mode=\"PLAY\"", &t), 0);
	CHECK(t.tcp && t.has_channels && t.channel == 4 && t.rtcp_channel == 5);
	CHECK(t.has_ssrc && t.ssrc == 0xdeadbeef);
	CHECK_INT(
		transport_read("RTP/AVP;unicast;source=1.2.3.4;server_port=6970-6971,RTP/AVP;multicast", &t),
		0);
	CHECK(t.udp && !t.tcp && !t.multicast && t.rtp_port == 6970 && t.rtcp_port == 6971);
	CHECK_INT(transport_read("RTP/AVP;unicast;server_port=0-1;ssrc=123456789", &t), 0);
	CHECK(!t.rtp_port && !t.has_ssrc);
	CHECK_INT(transport_read("RTP/AVP/TCP;interleaved=7", &t), 0);
	CHECK(t.channel == 7 && t.rtcp_channel == 8);
	CHECK_INT(transport_read("RTP/AVP/TCP;interleaved=255", &t), -EPROTO);
	CHECK_INT(transport_read("RTP/AVP/TCP;interleaved=0-256", &t), -EPROTO);
	CHECK_INT(transport_read("RTP/AVP/TCP;interleaved=-1", &t), -EPROTO);
	CHECK_INT(transport_read("", &t), 0);
}

TEST(sessions_have_names_that_can_be_sent_back)
{
	char id[128], large[200];
	uint32_t timeout = 60;

	CHECK_INT(session_read("12345678;timeout=10", id, &timeout), 0);
	CHECK_STR(id, "12345678");
	CHECK_INT(timeout, 10);
	CHECK_INT(session_read("a$-_.+Z ; timeout = x", id, &timeout), 0);
	CHECK_INT(timeout, 10);
	CHECK_INT(session_read("", id, &timeout), -EPROTO);
	CHECK_INT(session_read("a b", id, &timeout), -EPROTO);
	CHECK_INT(session_read("a\rb", id, &timeout), -EPROTO);
	CHECK_INT(session_read("a\"b", id, &timeout), -EPROTO);
	memset(large, 'x', sizeof(large));
	large[128] = '\0';
	CHECK_INT(session_read(large, id, &timeout), -EPROTO);
}

TEST(rtp_info_belongs_to_the_stream_whose_end_it_names)
{
	const char *text =
		"url=rtsp://10.0.0.1/s/trackID=1;seq=9810092;rtptime=3450012, url=trackID=2;seq=65535;"
		"rtptime=4294967296";
	struct rtp_info i;

	CHECK(rtp_info_next(&text, &i));
	CHECK(!i.has_seq && i.has_rtptime && i.rtptime == 3450012);
	CHECK(rtp_info_is_of(&i, "/s/trackID=1") && !rtp_info_is_of(&i, "/s/trackID=11"));
	CHECK(rtp_info_is_of(&i, "/live/s/trackID=1") && !rtp_info_is_of(&i, "/s/trackID=2"));
	CHECK(rtp_info_next(&text, &i));
	CHECK(i.has_seq && i.seq == 65535 && !i.has_rtptime);
	CHECK(rtp_info_is_of(&i, "/s/trackID=2") && !rtp_info_is_of(&i, "/s/xtrackID=2"));
	CHECK(!rtp_info_next(&text, &i));
}

TEST(every_fault_is_a_sentence)
{
	static const int errs[] = {
		UV_EOF, UV_ECONNREFUSED, UV_EAI_NONAME, UV_EAI_MEMORY, UV_ETIMEDOUT, -1, 0};

	for (int i = 300; i < 700; i++)
		CHECK(fault_of_status(i)->err < 0 && fault_of_status(i)->text[0]);
	for (size_t i = 0; i < COUNT(errs); i++)
		CHECK(fault_of_connect(errs[i])->err < 0 && fault_of_stream(errs[i])->err < 0);
	CHECK_INT(fault_of_status(302)->err, -EPERM);
	CHECK_INT(fault_of_status(401)->err, -EACCES);
	CHECK_INT(fault_of_status(404)->err, -ENOENT);
	CHECK_INT(fault_of_status(461)->err, -ENOTSUP);
	CHECK_STR(fault_of_connect(UV_EAI_NONAME)->option, "url");
	CHECK_INT(fault_of_stream(UV_EOF)->err, -ECONNRESET);
}

RUN_TESTS(T(urls_are_checked_with_a_reason), T(urls_come_apart_and_requests_carry_no_login),
	T(stream_urls_never_leave_the_configured_host), T(digest_answers_as_in_rfc_2617),
	T(digest_answers_as_in_rfc_7616_with_the_better_hash), T(basic_answers_as_in_rfc_7617),
	T(challenges_are_taken_as_cameras_write_them), T(a_session_description_tells_video_and_audio),
	T(hevc_parameter_sets_come_from_three_lists), T(static_payload_types_need_no_map),
	T(the_first_known_stream_of_a_kind_counts), T(aac_is_what_its_configuration_says),
	T(damaged_and_oversized_descriptions_are_bounded), T(transports_are_read_and_hosts_in_them_are_not),
	T(sessions_have_names_that_can_be_sent_back), T(rtp_info_belongs_to_the_stream_whose_end_it_names),
	T(every_fault_is_a_sentence))
