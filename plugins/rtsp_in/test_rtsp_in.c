/* SPDX-License-Identifier: MIT */
/* Sessions with scripted cameras: what each of them may do, and what the source makes of it. */
#include "plugins/lib/av/annexb.h"
#include "plugins/rtsp_in/fake_camera.h"
#include "plugins/rtsp_in/session.h"
#include "plugins/test_in/encoder.h"
#include "tests/check.h"
#include "tests/plugin/fake_host.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libavcodec/packet.h>
#include <libavutil/log.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include <uv.h>

#define MS INT64_C(1000000)
enum { N_UNITS = 40, GOP = 10, FIRST_SENT = 5 };

static struct fake fake;
static struct rtsp_config config;
static char url[256];
static AVPacket *units[N_UNITS];

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* The server's part: run it until it fails or is to stop, then stop it. @return why it has failed, or 0 */
static int run(void)
{
	uv_loop_t loop;

	CHECK_INT(uv_loop_init(&loop), 0);
	fake.loop = &loop;
	fake.failed = 0;
	fake.stopping = false;
	CHECK_INT(cam_plugin_1.start(fake.self), 0);
	while (!fake.failed && !fake.stopping)
		uv_run(&loop, UV_RUN_ONCE);
	fake.stopping = true;
	cam_plugin_1.stop(fake.self);
	while (fake.state != CAM_STOPPED)
		uv_run(&loop, UV_RUN_ONCE);
	uv_run(&loop, UV_RUN_DEFAULT);
	CHECK_INT(uv_loop_close(&loop), 0);
	return fake.failed;
}

/* One session with whoever listens at this port. @return why it has failed, or 0 */
static int session(uint16_t port)
{
	snprintf(url, sizeof(url), "rtsp://127.0.0.1:%u/stream", port);
	config.url = url;
	CHECK_INT(fake_create(&fake, &cam_plugin_1, &config), 0);
	return run();
}

static void usual(void)
{
	memset(&fake, 0, sizeof(fake));
	config = (struct rtsp_config){.user = "",
		.password = "",
		.transport = TRANSPORT_TCP,
		.open_timeout_ns = 2000 * MS,
		.keyframe_timeout_ns = 2000 * MS,
		.stall_timeout_ns = 2000 * MS,
		.audio = true};
}

/* A camera that only plays this script. @return why the session has failed, or 0; the camera has ended */
static int session_with(struct fake_camera *c, void (*script)(struct fake_camera *, int))
{
	int err;

	CHECK_INT(fake_camera_start(c, script), 0);
	err = session(c->port);
	fake_camera_stop(c);
	return err;
}

static void encode_units(int from, int to, int width, int height)
{
	struct encoder_want want = {CAM_H264, width, height, 25, GOP, 2000000};
	struct encoder encoder;
	struct canvas canvas;

	CHECK_INT(encoder_open(&encoder, &want), 0);
	for (int i = from; i < to; i++) {
		CHECK_INT(encoder_canvas(&encoder, &canvas), 0);
		canvas_box(&canvas, 0, 0, width, height, canvas_colour(&canvas, 0.2, 0.4, 0.6));
		for (int k = 0; k < 200; k++)
			canvas_box(&canvas, k * 37 % width, (k * 53 + i * 7) % height, 9, 9,
				canvas_colour(&canvas, k / 200.0, 1 - k / 200.0, 0.5));
		canvas_bar_code(&canvas, (uint32_t)i);
		CHECK_INT(encoder_encode(&encoder, i, &units[i]), 0);
	}
	encoder_close(&encoder);
}

static void free_units(void)
{
	for (int i = 0; i < N_UNITS; i++)
		av_packet_free(&units[i]);
}

/* ---- Scripts ---- */

static void play_plainly(struct fake_camera *c, int fd)
{
	fake_camera_until_play(c, fd);
}

static void play_silence(struct fake_camera *c, int fd)
{
	fake_camera_drain(c, fd);
}

/* RTP's 32 bits wrap in the middle of what is sent. */
static const uint32_t rtp_base = UINT32_MAX - 20 * 3600 - 1000;

static bool send_units(struct fake_camera *c, int fd, int from, int to)
{
	for (int i = from; i < to; i++)
		if (!fake_camera_send_unit(
			    c, fd, units[i]->data, (size_t)units[i]->size, rtp_base + (uint32_t)i * 3600))
			return false;
	return true;
}

static void play_units(struct fake_camera *c, int fd)
{
	if (fake_camera_until_play(c, fd))
		send_units(c, fd, FIRST_SENT, N_UNITS);
}

static void play_units_then_silence(struct fake_camera *c, int fd)
{
	if (fake_camera_until_play(c, fd) && send_units(c, fd, FIRST_SENT, N_UNITS))
		fake_camera_drain(c, fd);
}

static void play_nothing(struct fake_camera *c, int fd)
{
	if (fake_camera_until_play(c, fd))
		fake_camera_drain(c, fd);
}

static void play_no_keyframe(struct fake_camera *c, int fd)
{
	if (fake_camera_until_play(c, fd) && send_units(c, fd, 1, GOP))
		fake_camera_drain(c, fd);
}

static void play_garbage(struct fake_camera *c, int fd)
{
	char noise[1024];

	(void)c;
	for (size_t i = 0; i < sizeof(noise) - 1; i++)
		noise[i] = (char)(i * 167 % 255 + 1);
	noise[sizeof(noise) - 1] = '\0';
	while (fake_camera_say(fd, noise))
		;
}

static void play_endless_headers(struct fake_camera *c, int fd)
{
	char request[4096];

	if (!fake_camera_request(c, fd, request, sizeof(request)) ||
		!fake_camera_say(fd, "RTSP/1.0 200 OK\r\n"))
		return;
	while (fake_camera_say(fd, "X-Filler: once more and once more and once more\r\n"))
		;
}

static void play_refusal(struct fake_camera *c, int fd)
{
	char request[4096];

	while (fake_camera_request(c, fd, request, sizeof(request)))
		fake_camera_reply(fd, request, "401 Unauthorized", c->answer, NULL);
}

/* ---- Tests ---- */

TEST(a_refused_login_is_eacces_and_no_word_of_it_is_told)
{
	struct fake_camera c = {.answer = "WWW-Authenticate: Basic realm=\"x\"\r\n"};

	usual();
	config.user = "ad min";
	config.password = "s3:cr@t/%";
	CHECK_INT(session_with(&c, play_refusal), -EACCES);
	CHECK_STR(fake.option, "user");
	CHECK_STR(fake.error, "the camera refuses the login; check user and password");
	CHECK(!strstr(fake.log, "s3") && !strstr(fake.log, "czM6"));
	/* base64 of "ad min:s3:cr@t/%" */
	CHECK(strstr(c.seen, "Authorization: Basic YWQgbWluOnMzOmNyQHQvJQ==\r\n"));
	CHECK(!strstr(c.seen, "@127"));
	fake_destroy(&fake);
}

TEST(statuses_become_errors_that_tell_what_to_do)
{
	static const struct {
		const char *method, *answer;
		int err;
		const char *option;
	} cases[] = {
		{"DESCRIBE", "404 Not Found", -ENOENT, "url"},
		{"DESCRIBE", "403 Forbidden", -EACCES, "user"},
		{"DESCRIBE", "503 Service Unavailable", -EBUSY, ""},
		{"SETUP", "461 Unsupported transport", -ENOTSUP, "transport"},
		{"SETUP", "453 Not Enough Bandwidth", -EBUSY, ""},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct fake_camera c = {.bad_method = cases[i].method, .answer = cases[i].answer};

		usual();
		CHECK_INT(session_with(&c, play_plainly), cases[i].err);
		CHECK_STR(fake.option, cases[i].option);
		fake_destroy(&fake);
	}
}

TEST(nobody_listening_is_econnrefused)
{
	struct sockaddr_in addr = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(addr);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	usual();
	CHECK(!bind(fd, (struct sockaddr *)&addr, len) && !getsockname(fd, (struct sockaddr *)&addr, &len));
	CHECK_INT(session(ntohs(addr.sin_port)), -ECONNREFUSED);
	close(fd);
	fake_destroy(&fake);
}

TEST(a_silent_camera_is_left_at_the_deadline)
{
	struct fake_camera c = {0};
	int64_t begin = now_ms();

	usual();
	config.open_timeout_ns = 300 * MS;
	CHECK_INT(session_with(&c, play_silence), -ETIMEDOUT);
	CHECK(now_ms() - begin >= 300 && now_ms() - begin < 3000);
	fake_destroy(&fake);
}

TEST(redirects_reach_nobody)
{
	static const char *const methods[] = {"OPTIONS", "DESCRIBE", "SETUP", "PLAY"};

	for (size_t i = 0; i < 4; i++) {
		struct fake_camera c = {.bad_method = methods[i]}, other = {0};
		char answer[128];

		usual();
		config.user = "admin";
		config.password = "secret";
		CHECK_INT(fake_camera_start(&other, play_plainly), 0);
		snprintf(answer, sizeof(answer), "302 Moved\r\nLocation: rtsp://127.0.0.1:%u/", other.port);
		c.answer = answer;
		CHECK_INT(session_with(&c, play_plainly), -EPERM);
		fake_camera_stop(&other);
		CHECK_INT(other.connections, 0);
		CHECK_INT(c.connections, 1);
		fake_destroy(&fake);
	}
}

TEST(a_redirect_to_itself_is_refused_too)
{
	struct fake_camera c = {.bad_method = "DESCRIBE"};
	char answer[128];

	usual();
	CHECK_INT(fake_camera_start(&c, play_plainly), 0);
	snprintf(answer, sizeof(answer), "301 Moved\r\nLocation: rtsp://127.0.0.1:%u/stream", c.port);
	c.answer = answer;
	CHECK_INT(session(c.port), -EPERM);
	fake_camera_stop(&c);
	CHECK_INT(c.connections, 1);
	fake_destroy(&fake);
}

TEST(garbage_and_endless_headers_end_in_bounded_time_and_memory)
{
	void (*const scripts[])(struct fake_camera *, int) = {play_garbage, play_endless_headers};
	struct rusage before, after;

	getrusage(RUSAGE_SELF, &before);
	for (size_t i = 0; i < 2; i++) {
		struct fake_camera c = {0};
		int64_t begin = now_ms();
		int err;

		usual();
		config.open_timeout_ns = 500 * MS;
		err = session_with(&c, scripts[i]);
		CHECK(err == -ETIMEDOUT || err == -EPROTO);
		CHECK(now_ms() - begin < 4000);
		CHECK_INT(fake.n_published, 0);
		fake_destroy(&fake);
	}
	getrusage(RUSAGE_SELF, &after);
	CHECK(after.ru_maxrss - before.ru_maxrss < 32768);
}

/* Both are byte streams of the same NAL units; their start codes may differ in length. */
static void check_same_nals(const struct cam_plane *a, const AVPacket *b)
{
	struct annexb_nal x, y;
	size_t i = 0, j = 0;

	while (annexb_next(a->data, a->len, &i, &x)) {
		CHECK(annexb_next(b->data, (size_t)b->size, &j, &y));
		CHECK_INT(x.len, y.len);
		CHECK(!memcmp(x.data, y.data, x.len));
	}
	CHECK(!annexb_next(b->data, (size_t)b->size, &j, &y));
}

TEST(whole_access_units_from_the_first_keyframe_on_arrive_unchanged)
{
	struct fake_camera c = {0};

	usual();
	encode_units(0, N_UNITS, 320, 180);
	CHECK_INT(session_with(&c, play_units), -ECONNRESET);
	CHECK_INT(fake.n_published, N_UNITS - GOP);
	for (int i = 0; i < N_UNITS - GOP; i++) {
		const struct cam_buf *b = fake.published[i];

		CHECK_INT(b->flags, i % GOP ? 0 : CAM_KEY);
		CHECK_INT(b->pts_ns - fake.published[0]->pts_ns, i * (40 * MS));
		CHECK_INT(b->dts_ns, b->pts_ns);
		CHECK(b->caps == fake.published[0]->caps);
		check_same_nals(&b->plane[0], units[i + GOP]);
	}
	CHECK_INT(fake.published[0]->caps->width, 320);
	CHECK_INT(fake.published[0]->caps->height, 180);
	CHECK_INT(fake.published[0]->caps->codec, CAM_H264);
	CHECK(fake.published[0]->caps->extradata_len > 8);
	CHECK_STR(fake.error, "the camera has closed the connection");
	CHECK_INT(fake.stats[STAT_UNITS], N_UNITS - GOP);
	CHECK_INT(fake.stats[STAT_SKIPPED], GOP - FIRST_SENT);
	CHECK_INT(fake.stats[STAT_UNFINISHED], 0);
	fake_destroy(&fake);
	free_units();
}

TEST(a_new_size_makes_new_caps_at_its_keyframe)
{
	struct fake_camera c = {0};

	usual();
	encode_units(0, 20, 320, 180);
	encode_units(20, N_UNITS, 640, 360);
	CHECK_INT(session_with(&c, play_units), -ECONNRESET);
	CHECK_INT(fake.n_published, N_UNITS - GOP);
	for (size_t i = 0; i < fake.n_published; i++)
		CHECK_INT(fake.published[i]->caps->width, i < 10 ? 320 : 640);
	CHECK_INT(fake.published[10]->flags, CAM_KEY);
	fake_destroy(&fake);
	free_units();
}

TEST(a_stall_and_a_missing_keyframe_end_the_session)
{
	struct fake_camera c = {0}, d = {0}, e = {0};

	usual();
	encode_units(0, N_UNITS, 320, 180);
	config.stall_timeout_ns = config.keyframe_timeout_ns = 400 * MS;
	CHECK_INT(session_with(&c, play_units_then_silence), -ETIMEDOUT);
	CHECK_STR(fake.option, "stall_timeout");
	CHECK(c.teardown);
	fake_destroy(&fake);
	CHECK_INT(session_with(&d, play_no_keyframe), -ETIMEDOUT);
	CHECK_STR(fake.option, "keyframe_timeout");
	CHECK_INT(fake.n_published, 0);
	fake_destroy(&fake);
	CHECK_INT(session_with(&e, play_nothing), -ETIMEDOUT);
	CHECK_STR(fake.option, "transport");
	fake_destroy(&fake);
	free_units();
}

/* One keyframe, whole, and nothing after it. */
static void play_one(struct fake_camera *c, int fd)
{
	if (fake_camera_until_play(c, fd) && send_units(c, fd, GOP, GOP + 1))
		fake_camera_drain(c, fd);
}

static void stop_at_once(struct fake *f, const struct cam_buf *buf)
{
	(void)buf;
	f->stopping = true;
}

TEST(a_unit_is_out_when_its_last_byte_is_in)
{
	struct fake_camera c = {0};

	usual();
	encode_units(0, N_UNITS, 320, 180);
	config.stall_timeout_ns = 300 * MS;
	CHECK_INT(session_with(&c, play_one), -ETIMEDOUT);
	CHECK_INT(fake.n_published, 1);
	CHECK_INT(fake.stats[STAT_UNFINISHED], 0);
	fake_destroy(&fake);
	free_units();
}

/* A picture's first packets and no more. */
static void play_half(struct fake_camera *c, int fd)
{
	if (!fake_camera_until_play(c, fd) || !send_units(c, fd, GOP, GOP + 3))
		return;
	c->drop_from = 1;
	send_units(c, fd, GOP + 3, GOP + 4);
}

TEST(a_unit_cut_off_by_the_sessions_end_is_counted)
{
	struct fake_camera c = {.payload_max = 300};

	usual();
	encode_units(0, N_UNITS, 320, 180);
	CHECK_INT(session_with(&c, play_half), -ECONNRESET);
	CHECK_INT(fake.n_published, 3);
	CHECK_INT(fake.stats[STAT_UNFINISHED], 1);
	fake_destroy(&fake);
	free_units();
}

/* The second packet of one picture in the middle of a group is missing. */
static void play_a_gap(struct fake_camera *c, int fd)
{
	if (!fake_camera_until_play(c, fd) || !send_units(c, fd, GOP, GOP + 3))
		return;
	c->drop_one = 2;
	send_units(c, fd, GOP + 3, N_UNITS);
}

TEST(after_a_loss_nothing_comes_until_the_next_keyframe_which_is_marked)
{
	struct fake_camera c = {.payload_max = 300};

	usual();
	encode_units(0, N_UNITS, 320, 180);
	CHECK_INT(session_with(&c, play_a_gap), -ECONNRESET);
	CHECK_INT(fake.n_published, 3 + N_UNITS - 2 * GOP);
	CHECK_INT(fake.published[3]->flags, CAM_KEY | CAM_DISCONTINUITY);
	CHECK_INT(fake.published[4]->flags, 0);
	CHECK_INT(fake.stats[STAT_LOST], 1);
	CHECK_INT(fake.stats[STAT_BROKEN], 1);
	CHECK_INT(fake.stats[STAT_SKIPPED], GOP - 4);
	fake_destroy(&fake);
	free_units();
}

TEST(a_pause_that_the_camera_asks_for_is_handed_on)
{
	struct fake_camera c = {
		.bad_method = "DESCRIBE", .answer = "503 Service Unavailable\r\nRetry-After: 20"};

	usual();
	CHECK(session_with(&c, play_plainly) < 0);
	CHECK_INT(fake.retry_after_ns, 20 * CAM_SECOND);
	fake_destroy(&fake);
}

TEST(a_stop_ends_the_session_soon_and_says_goodbye)
{
	struct fake_camera c = {0};
	int64_t begin;

	usual();
	encode_units(0, N_UNITS, 320, 180);
	fake.on_publish = stop_at_once;
	begin = now_ms();
	CHECK_INT(session_with(&c, play_one), 0);
	CHECK(now_ms() - begin < 1500);
	CHECK_INT(fake.n_published, 1);
	CHECK(c.teardown);
	fake_destroy(&fake);
	free_units();
}

TEST(what_is_no_video_is_told)
{
	struct fake_camera audio = {.sdp = "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"
					   "m=audio 0 RTP/AVP 0\r\na=control:track1\r\n"};
	struct fake_camera odd = {
		.sdp = "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"
		       "m=video 0 RTP/AVP 96\r\na=rtpmap:96 H263-1998/90000\r\na=control:track1\r\n"};

	usual();
	CHECK_INT(session_with(&audio, play_plainly), -ENOTSUP);
	CHECK(strstr(fake.error, "no video"));
	fake_destroy(&fake);
	CHECK_INT(session_with(&odd, play_plainly), -ENOTSUP);
	CHECK(strstr(fake.error, "neither H.264"));
	fake_destroy(&fake);
}

TEST(of_many_media_lines_few_are_set_up)
{
	static char sdp[16000];
	struct fake_camera c = {.sdp = sdp};
	size_t n = (size_t)snprintf(sdp, sizeof(sdp), "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n");

	while (n + 64 < sizeof(sdp))
		n += (size_t)snprintf(
			sdp + n, sizeof(sdp) - n, "m=video 0 RTP/AVP 26\r\na=control:rtsp://192.0.2.1/x\r\n");
	usual();
	CHECK(session_with(&c, play_plainly) < 0);
	CHECK(c.requests <= 12);
	CHECK_INT(c.connections, 1);
	fake_destroy(&fake);
}

/* The encoder's messages go to standard error; libuv keeps a pipe from its first loop on. */
__attribute__((constructor)) static void warm_up(void)
{
	uv_loop_t loop;

	av_log_set_level(AV_LOG_QUIET);
	uv_loop_init(&loop);
	uv_loop_close(&loop);
}

RUN_TESTS(T(a_refused_login_is_eacces_and_no_word_of_it_is_told),
	T(statuses_become_errors_that_tell_what_to_do), T(nobody_listening_is_econnrefused),
	T(a_silent_camera_is_left_at_the_deadline), T(redirects_reach_nobody),
	T(a_redirect_to_itself_is_refused_too), T(garbage_and_endless_headers_end_in_bounded_time_and_memory),
	T(whole_access_units_from_the_first_keyframe_on_arrive_unchanged),
	T(a_new_size_makes_new_caps_at_its_keyframe), T(a_stall_and_a_missing_keyframe_end_the_session),
	T(a_unit_is_out_when_its_last_byte_is_in), T(a_unit_cut_off_by_the_sessions_end_is_counted),
	T(after_a_loss_nothing_comes_until_the_next_keyframe_which_is_marked),
	T(a_pause_that_the_camera_asks_for_is_handed_on), T(a_stop_ends_the_session_soon_and_says_goodbye),
	T(what_is_no_video_is_told), T(of_many_media_lines_few_are_set_up))
