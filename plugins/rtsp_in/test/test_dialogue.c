/* SPDX-License-Identifier: MIT */
/* The dialogue with a camera, from the first request to the last. */
#include "plugins/rtsp_in/test/test_camera.h"
#include "tests/check.h"

#include <errno.h>

#define URL "rtsp://cam:8554/live"
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct camera c;

static bool asks(const char *what)
{
	return strstr(c.request, what) != NULL;
}

static void opens(const char *user, bool udp, bool audio)
{
	camera_close(&c);
	CHECK_INT(camera_open(&c, URL, user, udp, audio), 0);
	CHECK(!strncmp(c.request, "OPTIONS " URL " RTSP/1.0\r\nCSeq: 1\r\n", 38));
}

static void grants(const char *lines, const char *body)
{
	const struct fault *fault = camera_answer(&c, "200 OK", lines, body);

	CHECK_STR(fault ? fault->text : "", "");
}

/* Up to a request. */
static void reaches(const char *method)
{
	size_t len = strlen(method);

	for (int i = 0; i < 6 && strncmp(c.request, method, len) != 0; i++) {
		if (!strncmp(c.request, "OPTIONS", 7))
			grants("Public: DESCRIBE, GET_PARAMETER\r\n", "");
		else if (!strncmp(c.request, "DESCRIBE", 8))
			grants("Content-Base: rtsp://10.0.0.1/live/\r\n", TEST_SDP);
		else if (!strncmp(c.request, "SETUP", 5))
			grants("Session: 77;timeout=20\r\n", "");
	}
	CHECK(!strncmp(c.request, method, len));
}

static void plays(void)
{
	reaches("PLAY");
	grants("", "");
	CHECK_INT(c.client.state, CLIENT_PLAYING);
	CHECK_STR(c.request, "");
}

static void refuses(const char *status, const char *lines, int err)
{
	const struct fault *fault = camera_answer(&c, status, lines, "");

	CHECK(fault);
	CHECK_INT(fault->err, err);
	CHECK(!strstr(fault->text, "secret"));
}

TEST(a_session_is_opened_played_kept_and_torn_down)
{
	opens("", false, true);
	CHECK(asks("User-Agent: cam_server\r\n"));
	grants("Public: OPTIONS, DESCRIBE, get_parameter\r\n", "");
	CHECK(asks("DESCRIBE " URL " RTSP/1.0\r\n") && asks("Accept: application/sdp\r\n"));
	grants("Content-Type: application/sdp\r\nContent-Base: rtsp://10.0.0.1:554/live/\r\n", TEST_SDP);
	CHECK(asks("SETUP " URL "/trackID=1 RTSP/1.0\r\n"));
	CHECK(asks("Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n") && !asks("Session:"));
	grants("Session: 12ab;timeout=20\r\nTransport: RTP/AVP/TCP;unicast;interleaved=4-5;ssrc=0000002A\r\n",
		"");
	CHECK(asks("SETUP " URL "/trackID=2 RTSP/1.0\r\n") && asks("Session: 12ab\r\n"));
	CHECK(asks("interleaved=2-3\r\n"));
	grants("Session: 12ab\r\n", "");
	CHECK(asks("PLAY " URL "/ RTSP/1.0\r\n") && asks("Range: npt=0.000-\r\n"));
	grants("RTP-Info: url=rtsp://10.0.0.1/live/trackID=1;seq=7;rtptime=900,"
	       "url=rtsp://10.0.0.1/live/trackID=2;seq=8;rtptime=800\r\n",
		"");
	CHECK_INT(c.client.state, CLIENT_PLAYING);
	CHECK(c.client.track[0].used && c.client.track[0].channel == 4 &&
		c.client.track[0].rtcp_channel == 5);
	CHECK(c.client.track[0].has_ssrc && c.client.track[0].ssrc == 42);
	CHECK(c.client.track[0].has_seq && c.client.track[0].seq == 7 && c.client.track[0].rtptime == 900);
	CHECK(c.client.track[1].used && c.client.track[1].channel == 2);
	CHECK(c.client.track[1].has_rtptime && c.client.track[1].rtptime == 800);
	CHECK(c.wire.known[4] && c.wire.known[5] && c.wire.known[2] && c.wire.known[3] && !c.wire.known[0]);
	CHECK_INT(c.client.keepalive_ns, 10 * CAM_SECOND);
	client_keepalive(&c.client);
	camera_request(&c);
	CHECK(asks("GET_PARAMETER " URL "/ RTSP/1.0\r\n") && asks("Session: 12ab\r\n"));
	grants("", "");
	client_close(&c.client);
	camera_request(&c);
	CHECK(asks("TEARDOWN " URL "/ RTSP/1.0\r\n") && asks("Session: 12ab\r\n"));
	CHECK_INT(c.client.state, CLIENT_CLOSING);
	grants("", "");
	CHECK_INT(c.client.state, CLIENT_CLOSED);
	camera_close(&c);
}

static unsigned count(const char *what)
{
	unsigned n = 0;

	for (const char *p = strstr(c.request, what); p; p = strstr(p + 1, what))
		n++;
	return n;
}

#define DIGEST(nonce) "WWW-Authenticate: Digest realm=\"r\", nonce=\"" nonce "\", qop=\"auth\"\r\n"
#define STALE(nonce) "WWW-Authenticate: Digest realm=\"r\", nonce=\"" nonce "\", stale=true\r\n"

TEST(a_login_is_sent_when_asked_for_and_with_all_that_follows)
{
	opens("me", false, false);
	CHECK(!asks("Authorization"));
	grants("", "");
	CHECK(!camera_answer(&c, "401 Unauthorized", DIGEST("n1"), ""));
	CHECK(asks("DESCRIBE") && asks("CSeq: 3\r\n") && asks("username=\"me\"") && asks("nc=00000001"));
	CHECK(asks("uri=\"" URL "\"") && asks("cnonce=\"5a5a5a5a5a5a5a5a\"") && !asks("secret"));
	plays();
	client_keepalive(&c.client);
	camera_request(&c);
	CHECK(asks("Authorization: Digest") && asks("nc=00000004") && count("Authorization") == 1);
	camera_close(&c);
}

TEST(a_login_that_is_refused_is_not_sent_again)
{
	opens("me", false, false);
	CHECK(!camera_answer(&c, "401 Unauthorized", DIGEST("n1"), ""));
	refuses("401 Unauthorized", DIGEST("n2"), -EACCES);
	CHECK_STR(c.request, "");
	opens("me", false, false);
	CHECK(!camera_answer(&c, "401 Unauthorized", "WWW-Authenticate: Basic realm=\"x\"\r\n", ""));
	CHECK(asks("Authorization: Basic bWU6c2VjcmV0\r\n"));
	refuses("401 Unauthorized", "WWW-Authenticate: Basic realm=\"x\", stale=true\r\n", -EACCES);
	camera_close(&c);
}

TEST(a_stale_nonce_is_replaced_once_a_request)
{
	opens("me", false, false);
	CHECK(!camera_answer(&c, "401 Unauthorized", DIGEST("n1"), ""));
	CHECK(!camera_answer(&c, "401 Unauthorized", STALE("n2"), ""));
	CHECK(asks("OPTIONS") && asks("nonce=\"n2\""));
	refuses("401 Unauthorized", STALE("n3"), -EACCES);
	opens("me", false, false);
	CHECK(!camera_answer(&c, "401 Unauthorized", DIGEST("n1"), ""));
	plays();
	client_keepalive(&c.client);
	camera_request(&c);
	/* Some cameras do not say that the nonce is too old; this login has been good before. */
	CHECK(!camera_answer(&c, "401 Unauthorized", DIGEST("n2"), ""));
	CHECK(asks("GET_PARAMETER") && asks("nonce=\"n2\"") && asks("nc=00000001"));
	refuses("401 Unauthorized", DIGEST("n3"), -EACCES);
	camera_close(&c);
}

TEST(a_camera_that_wants_a_login_names_the_options)
{
	opens("", false, false);
	refuses("401 Unauthorized", DIGEST("n"), -EACCES);
	CHECK_STR(c.request, "");
	opens("me", false, false);
	refuses("401 Unauthorized", "WWW-Authenticate: Bearer\r\n", -EACCES);
	opens("me", false, false);
	refuses("401 Unauthorized", "WWW-Authenticate: Digest realm=\"r\", nonce=\"a\tb\\\"\"\r\n", -EACCES);
	CHECK_STR(c.request, "");
	camera_close(&c);
}

TEST(redirects_are_refused_at_every_step)
{
	static const char *const steps[] = {"OPTIONS", "DESCRIBE", "SETUP", "PLAY"};

	for (size_t i = 0; i < COUNT(steps); i++) {
		opens("me", false, false);
		reaches(steps[i]);
		refuses("302 Found", "Location: rtsp://cam:8554/live\r\n", -EPERM);
		CHECK_STR(c.request, "");
	}
	opens("", false, true);
	plays();
	client_keepalive(&c.client);
	camera_request(&c);
	refuses("301 Moved", "", -EPERM);
	camera_close(&c);
}

TEST(options_may_fail)
{
	opens("", false, false);
	CHECK(!camera_answer(&c, "501 Not Implemented", "Public: GET_PARAMETER\r\n", ""));
	CHECK(asks("DESCRIBE"));
	plays();
	client_keepalive(&c.client);
	camera_request(&c);
	CHECK(asks("OPTIONS " URL "/ RTSP/1.0\r\n"));
	camera_close(&c);
}

TEST(refusals_are_told_with_the_time_to_come_again)
{
	static const struct {
		const char *status;
		int err;
	} cases[] = {{"400 Bad Request", -EPROTO}, {"403 Forbidden", -EACCES}, {"404 Not Found", -ENOENT},
		{"453 Not Enough Bandwidth", -EBUSY}, {"454 Session Not Found", -ECONNRESET},
		{"461 Unsupported Transport", -ENOTSUP}, {"503 Service Unavailable", -EBUSY},
		{"500 Error", -EPROTO}};

	for (size_t i = 0; i < COUNT(cases); i++) {
		opens("", false, false);
		reaches(i % 2 ? "DESCRIBE" : "PLAY");
		refuses(cases[i].status, "Retry-After: 17\r\n", cases[i].err);
		CHECK_INT(c.client.retry_after_s, 17);
	}
	opens("", false, false);
	reaches("SETUP");
	refuses("503 Busy", "Retry-After: 999999999\r\n", -EBUSY);
	CHECK_INT(c.client.retry_after_s, 3600);
	opens("", false, false);
	reaches("SETUP");
	refuses("503 Busy", "Retry-After: Fri, 31 Dec 1999 23:59:59 GMT\r\n", -EBUSY);
	CHECK_INT(c.client.retry_after_s, 0);
	camera_close(&c);
}

TEST(a_refused_transport_is_exchanged_once)
{
	opens("", true, true);
	reaches("SETUP");
	CHECK(asks("Transport: RTP/AVP;unicast;client_port=5000-5001\r\n") && c.binds == 1);
	CHECK(!camera_answer(&c, "461 Unsupported Transport", "", ""));
	CHECK(asks("SETUP") && asks("interleaved=0-1\r\n"));
	refuses("461 Unsupported Transport", "", -ENOTSUP);
	opens("", false, false);
	reaches("SETUP");
	CHECK(!camera_answer(&c, "461 Unsupported Transport", "", ""));
	CHECK(asks("client_port=5000-5001\r\n"));
	grants("Session: 1\r\nTransport: RTP/AVP;unicast;source=9.9.9.9;server_port=6000-6001\r\n", "");
	CHECK(c.client.track[0].udp && c.client.track[0].rtp_port == 6000);
	CHECK_INT(c.client.track[0].rtcp_port, 6001);
	CHECK(!c.wire.known[0]);
	camera_close(&c);
}

TEST(what_the_camera_makes_of_the_transport_is_looked_at)
{
	static const struct {
		bool udp;
		const char *transport;
		int err;
	} cases[] = {{true, "RTP/AVP/TCP;unicast;interleaved=0-1", 0},
		{true, "RTP/AVP/TCP;unicast", -ENOTSUP},
		{true, "RTP/AVP;multicast;destination=224.1.1.1", -ENOTSUP}, {true, "RTP/AVP;unicast", 0},
		{false, "RTP/AVP;unicast;server_port=1-2", -ENOTSUP}, {false, "RTP/AVP;interleaved=0-1", 0},
		{false, "RTP/AVP/TCP;interleaved=0-999", -EPROTO}, {false, "", 0}};

	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct fault *fault;
		char lines[256];

		opens("", cases[i].udp, false);
		reaches("SETUP");
		snprintf(lines, sizeof(lines), "Session: 1\r\nTransport: %s\r\n", cases[i].transport);
		fault = camera_answer(&c, "200 OK", lines, "");
		CHECK_INT(fault ? fault->err : 0, cases[i].err);
		CHECK_INT(c.client.track[0].used, !fault);
	}
	camera_close(&c);
}

TEST(video_is_never_lost_to_audio)
{
	static const char *const refusals[] = {"404 Not Found", "461 Unsupported Transport",
		"401 Unauthorized", "500 Error", "454 Session Not Found"};

	for (size_t i = 0; i < COUNT(refusals); i++) {
		opens(i % 2 ? "me" : "", false, true);
		reaches("SETUP");
		grants("Session: 1\r\n", "");
		CHECK(asks("trackID=2"));
		CHECK(!camera_answer(&c, refusals[i], "Retry-After: 9\r\n", ""));
		CHECK(asks("PLAY") && !c.client.track[1].used && !c.client.retry_after_s);
	}
	opens("", false, true);
	reaches("SETUP");
	grants("Session: 1\r\n", "");
	grants("Session: 1\r\nTransport: RTP/AVP/TCP;interleaved=0-1\r\n", ""); /* the video's */
	CHECK(asks("PLAY") && !c.client.track[1].used);
	camera_close(&c);
}

TEST(descriptions_without_usable_video_say_so)
{
	static const struct {
		const char *sdp;
		int err;
	} cases[] = {{"", -EPROTO}, {"<html>", -EPROTO}, {"v=0\r\nm=audio 0 RTP/AVP 0\r\n", -ENOTSUP},
		{"v=0\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 VP8/90000\r\n", -ENOTSUP},
		{"v=0\r\nm=video 0 RTP/AVP 26\r\na=control:a b\r\n", -EPROTO}};

	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct fault *fault;

		opens("", false, true);
		reaches("DESCRIBE");
		fault = camera_answer(&c, "200 OK", "", cases[i].sdp);
		CHECK(fault);
		CHECK_INT(fault->err, cases[i].err);
	}
	camera_close(&c);
}

TEST(answers_to_other_requests_are_left_out)
{
	static const char old[] =
		"RTSP/1.0 404 Not Found\r\nCSeq: 1\r\n\r\nRTSP/1.0 404 No\r\nCSeq: x\r\n\r\n"
		"RTSP/1.0 100 Continue\r\nCSeq: 2\r\n\r\n";
	static const char bare[] = "RTSP/1.0 404 Not Found\r\n\r\n";

	opens("", false, false);
	reaches("DESCRIBE");
	CHECK(!camera_feed(&c, old, sizeof(old) - 1));
	CHECK_INT(c.client.out_len, 0);
	CHECK(camera_feed(&c, bare, sizeof(bare) - 1)); /* without any number it is ours */
	opens("", false, false);
	plays();
	CHECK(!camera_feed(&c, bare, sizeof(bare) - 1));
	camera_close(&c);
}

TEST(a_camera_may_ask_too)
{
	static const struct {
		const char *request, *reply;
	} cases[] = {{"OPTIONS * RTSP/1.0\r\nCSeq: 5\r\n\r\n",
			     "RTSP/1.0 200 OK\r\nCSeq: 5\r\nSession: 77\r\n\r\n"},
		{"SET_PARAMETER rtsp://x RTSP/1.0\r\nCSeq: 6\r\nContent-Length: 3\r\n\r\na:b",
			"RTSP/1.0 200 OK\r\nCSeq: 6\r\nSession: 77\r\n\r\n"},
		{"ANNOUNCE rtsp://x RTSP/1.0\r\nCSeq: 1\"\tX\r\n\r\n",
			"RTSP/1.0 501 Not Implemented\r\nSession: 77\r\n\r\n"}};
	static const char redirect[] = "REDIRECT rtsp://x RTSP/1.0\r\nCSeq: 1\r\n\r\n";
	static const char teardown[] = "TEARDOWN rtsp://x RTSP/1.0\r\nCSeq: 1\r\n\r\n";

	opens("", false, false);
	plays();
	for (size_t i = 0; i < COUNT(cases); i++) {
		CHECK(!camera_feed(&c, cases[i].request, strlen(cases[i].request)));
		CHECK_STR(camera_request(&c), cases[i].reply);
	}
	for (int i = 0; i < 1000; i++)
		CHECK(!camera_feed(&c, cases[0].request, strlen(cases[0].request)));
	CHECK(c.client.out_len > 1024 && c.client.out_len < 4096);
	CHECK_INT(camera_feed(&c, redirect, sizeof(redirect) - 1)->err, -EPERM);
	CHECK_INT(camera_feed(&c, teardown, sizeof(teardown) - 1)->err, -ECONNRESET);
	client_close(&c.client); /* there is room for it behind the replies */
	CHECK_INT(c.client.state, CLIENT_CLOSING);
	CHECK(!camera_feed(&c, teardown, sizeof(teardown) - 1));
	camera_close(&c);
}

TEST(nothing_hostile_is_sent_back)
{
	opens("", false, false);
	reaches("SETUP");
	refuses("200 OK", "Session: a\tb\r\n", -EPROTO);
	opens("", false, false);
	reaches("DESCRIBE");
	grants("Content-Base: rtsp://evil/x y/\r\nContent-Location: nonsense\r\n",
		"v=0\r\na=control:rtsp://evil:99/p?q\r\nm=video 0 RTP/AVP "
		"26\r\na=control:rtsp://evil/t#\r\n");
	CHECK(asks("SETUP rtsp://cam:8554/t RTSP/1.0\r\n"));
	grants("", "");
	CHECK(asks("PLAY rtsp://cam:8554/p?q RTSP/1.0\r\n") && !asks("evil"));
	camera_close(&c);
}

TEST(keepalives_follow_the_session_and_what_the_camera_can)
{
	static const struct {
		const char *session;
		int seconds;
	} cases[] = {{"Session: 1\r\n", 30}, {"Session: 1;timeout=1\r\n", 5},
		{"Session: 1;timeout=30\r\n", 15}, {"Session: 1;timeout=3600\r\n", 30},
		{"Session: 1;timeout=0\r\n", 30}, {"Session: 1;timeout=-5\r\n", 30}, {"", 30}};

	for (size_t i = 0; i < COUNT(cases); i++) {
		opens("", false, false);
		reaches("SETUP");
		grants(cases[i].session, "");
		plays();
		CHECK_INT(c.client.keepalive_ns, cases[i].seconds * CAM_SECOND);
	}
	client_keepalive(&c.client);
	client_keepalive(&c.client); /* the first one has not left yet */
	camera_request(&c);
	CHECK_INT(count("GET_PARAMETER"), 1);
	client_keepalive(&c.client); /* no answer */
	CHECK(!strncmp(camera_request(&c), "OPTIONS", 7));
	CHECK(!camera_answer(&c, "454 Session Not Found", "", "")); /* the pictures tell */
	CHECK_INT(c.client.state, CLIENT_PLAYING);
	camera_close(&c);
}

TEST(closing_never_fails)
{
	opens("", false, false);
	client_close(&c.client);
	CHECK_INT(c.client.state, CLIENT_CLOSED);
	CHECK_INT(c.client.out_len, 0);
	opens("me", false, false);
	CHECK(!camera_answer(&c, "401 Unauthorized", DIGEST("n1"), ""));
	plays();
	client_close(&c.client);
	camera_request(&c);
	CHECK(!camera_answer(&c, "401 Unauthorized", STALE("n2"), ""));
	CHECK(asks("TEARDOWN") && asks("nonce=\"n2\"") && c.client.state == CLIENT_CLOSING);
	CHECK(!camera_answer(&c, "401 Unauthorized", STALE("n3"), ""));
	CHECK_INT(c.client.state, CLIENT_CLOSED);
	client_keepalive(&c.client);
	CHECK_INT(c.client.out_len, 0);
	camera_close(&c);
}

RUN_TESTS(T(a_session_is_opened_played_kept_and_torn_down),
	T(a_login_is_sent_when_asked_for_and_with_all_that_follows),
	T(a_login_that_is_refused_is_not_sent_again), T(a_stale_nonce_is_replaced_once_a_request),
	T(a_camera_that_wants_a_login_names_the_options), T(redirects_are_refused_at_every_step),
	T(options_may_fail), T(refusals_are_told_with_the_time_to_come_again),
	T(a_refused_transport_is_exchanged_once), T(what_the_camera_makes_of_the_transport_is_looked_at),
	T(video_is_never_lost_to_audio), T(descriptions_without_usable_video_say_so),
	T(answers_to_other_requests_are_left_out), T(a_camera_may_ask_too), T(nothing_hostile_is_sent_back),
	T(keepalives_follow_the_session_and_what_the_camera_can), T(closing_never_fails))
