/* SPDX-License-Identifier: MIT */
/* Sessions with cameras that play oddly: long and short pictures, rates, losses in long groups, sound alone. */
#include "plugins/lib/av/annexb.h"
#include "plugins/rtsp_in/test/test_rig.h"
#include "tests/check.h"

#include <errno.h>
#include <poll.h>

enum { LARGE = 8 << 20, UNPACED = 0 };

static unsigned sent; /* whole video units, by the camera's thread; read when it has ended */

static bool send_some(struct fake_camera *c, int fd, int from, int to, int pace_ms)
{
	for (int i = from; i < to; i++) {
		if (pace_ms)
			poll(NULL, 0, pace_ms); /* the camera's rate */
		if (!send_units(c, fd, i, i + 1))
			return false;
		sent++;
	}
	return true;
}

/* ---- progress ---- */

static void play_three(struct fake_camera *c, int fd)
{
	if (fake_camera_until_play(c, fd) && send_some(c, fd, GOP, GOP + 3, UNPACED))
		fake_camera_drain(c, fd);
}

TEST(a_stall_is_noticed_in_its_time_whatever_else_is_waited_for)
{
	struct fake_camera c = {0};
	int64_t begin;

	usual();
	encode_units(0, N_UNITS, 320, 180);
	config.stall_timeout_ns = 300 * MS;
	config.open_timeout_ns = config.keyframe_timeout_ns = 60 * CAM_SECOND;
	begin = now_ms();
	CHECK_INT(session_with(&c, play_three), -ETIMEDOUT);
	CHECK(now_ms() - begin >= 300 && now_ms() - begin < 3000);
	CHECK_STR(fake.option, "stall_timeout");
	CHECK_INT(fake.n_published, 3);
	fake_destroy(&fake);
	free_units();
}

/* A loss in a long group: for 1 s there are only pictures that need what is missing. */
static void play_a_loss_in_a_long_group(struct fake_camera *c, int fd)
{
	sent = 0;
	if (!fake_camera_until_play(c, fd) || !send_some(c, fd, GOP, GOP + 2, UNPACED))
		return;
	c->drop_one = 2;
	send_units(c, fd, GOP + 2, GOP + 3);
	for (int i = 0; i < 2; i++)
		if (!send_some(c, fd, GOP + 4, GOP + 9, 100))
			return;
	if (c->bad_method || !send_some(c, fd, 2 * GOP, 2 * GOP + 3, UNPACED))
		fake_camera_drain(c, fd);
}

TEST(after_a_loss_the_next_keyframe_is_waited_for_as_long_as_pictures_come)
{
	struct fake_camera c = {.payload_max = 300};

	usual();
	encode_units(0, N_UNITS, 320, 180);
	config.stall_timeout_ns = 500 * MS;
	config.keyframe_timeout_ns = 20 * CAM_SECOND;
	CHECK_INT(session_with(&c, play_a_loss_in_a_long_group), -ECONNRESET);
	CHECK_INT(fake.n_published, 5);
	CHECK_INT(fake.published[2]->flags, CAM_KEY | CAM_DISCONTINUITY);
	CHECK_INT(fake.stats[STAT_SKIPPED], 10);
	CHECK_INT(fake.stats[STAT_UNITS] + fake.stats[STAT_SKIPPED], sent);
	CHECK_INT(fake.stats[STAT_BROKEN], 1);
	fake_destroy(&fake);
	free_units();
}

TEST(after_a_loss_without_a_keyframe_the_session_ends_and_names_its_option)
{
	struct fake_camera c = {.payload_max = 300, .bad_method = "none"};

	usual();
	encode_units(0, N_UNITS, 320, 180);
	config.stall_timeout_ns = 5 * CAM_SECOND;
	config.keyframe_timeout_ns = 400 * MS;
	CHECK_INT(session_with(&c, play_a_loss_in_a_long_group), -ETIMEDOUT);
	CHECK_STR(fake.option, "keyframe_timeout");
	fake_destroy(&fake);
	free_units();
}

/* ---- pictures ---- */

/* The unit's NAL units but the parameter sets. @return bytes */
static size_t without_sets(const AVPacket *unit, uint8_t *ret)
{
	struct annexb_nal nal;
	size_t pos = 0, n = 0;

	while (annexb_next(unit->data, (size_t)unit->size, &pos, &nal)) {
		if (annexb_kind(CAM_H264, &nal) != ANNEXB_SLICE)
			continue;
		memcpy(ret + n, "\0\0\0\1", 4);
		memcpy(ret + n + 4, nal.data, nal.len);
		n += 4 + nal.len;
	}
	return n;
}

static void play_sets_late(struct fake_camera *c, int fd)
{
	static uint8_t bare[1 << 20];

	if (!fake_camera_until_play(c, fd))
		return;
	fake_camera_send_unit(c, fd, bare, without_sets(units[0], bare), RTP_BASE);
	send_units(c, fd, 1, N_UNITS);
}

TEST(keyframes_without_parameter_sets_are_skipped_and_counted)
{
	struct fake_camera c = {0};

	usual();
	encode_units(0, N_UNITS, 320, 180);
	CHECK_INT(session_with(&c, play_sets_late), -ECONNRESET);
	CHECK_INT(fake.n_published, N_UNITS - GOP);
	CHECK_INT(fake.published[0]->flags, CAM_KEY);
	CHECK_INT(fake.stats[STAT_SKIPPED], GOP);
	fake_destroy(&fake);
	free_units();
}

/* A keyframe of so many bytes: real parameter sets, and a slice of noise. */
static void play_a_large_keyframe(struct fake_camera *c, int fd)
{
	uint8_t *unit = malloc(LARGE);
	size_t n = (size_t)units[GOP]->size;

	memset(unit, 0x55, LARGE);
	memcpy(unit, units[GOP]->data, n);
	if (fake_camera_until_play(c, fd) && fake_camera_send_unit(c, fd, unit, LARGE, RTP_BASE))
		send_units(c, fd, GOP + 1, GOP + 4);
	free(unit);
}

TEST(a_keyframe_of_8_mb_comes_whole_and_so_does_what_follows)
{
	struct fake_camera c = {0};

	usual();
	encode_units(0, N_UNITS, 320, 180);
	CHECK_INT(session_with(&c, play_a_large_keyframe), -ECONNRESET);
	CHECK_INT(fake.n_published, 4);
	CHECK(fake.published[0]->plane[0].len >= LARGE);
	CHECK_INT(fake.published[0]->flags, CAM_KEY);
	fake_destroy(&fake);
	free_units();
}

static const uint32_t rates[] = {
	90000, 750, 3003, 45000}; /* 1, 120, 29.97 and 2 frames/s: distances in ticks */
enum { RATES = sizeof(rates) / sizeof(rates[0]) };

static void play_rates(struct fake_camera *c, int fd)
{
	uint32_t time = UINT32_MAX - 90000;

	if (!fake_camera_until_play(c, fd))
		return;
	for (int i = 0; i < N_UNITS; i++) {
		fake_camera_send_unit(c, fd, units[i]->data, (size_t)units[i]->size, time);
		time += rates[i % RATES];
	}
}

TEST(a_rate_that_varies_from_1_to_120_keeps_its_distances)
{
	struct fake_camera c = {0};
	int64_t ticks = 0;

	usual();
	encode_units(0, N_UNITS, 320, 180);
	CHECK_INT(session_with(&c, play_rates), -ECONNRESET);
	CHECK_INT(fake.n_published, N_UNITS);
	for (int i = 0; i < N_UNITS; i++) {
		int64_t at = fake.published[i]->dts_ns - fake.published[0]->dts_ns;

		CHECK_INT(at, ticks * CAM_SECOND / 90000);
		ticks += rates[i % RATES];
	}
	fake_destroy(&fake);
	free_units();
}

/* ---- sound and other tracks ---- */

static const char sdp_of_many[] = "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"
				  "m=application 0 RTP/AVP 107\r\na=rtpmap:107 vnd.onvif.metadata/90000\r\n"
				  "a=control:meta\r\nm=audio 0 RTP/AVP 0\r\na=control:sound\r\n"
				  "m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=control:picture\r\n"
				  "m=text 0 RTP/AVP 98\r\na=control:text\r\n";

static bool send_sound(int fd, int from, int to)
{
	static const char silence[160];

	for (int i = from; i < to; i++)
		if (!fake_camera_send_audio(fd, silence, sizeof(silence), (uint16_t)i, (uint32_t)i * 160))
			return false;
	return true;
}

static void play_sound_first(struct fake_camera *c, int fd)
{
	if (fake_camera_until_play(c, fd) && send_sound(fd, 0, 50) && send_units(c, fd, 0, GOP))
		send_sound(fd, 50, 60);
}

TEST(sound_that_comes_first_waits_for_the_picture_and_other_tracks_are_left_alone)
{
	struct fake_camera c = {.sdp = sdp_of_many};
	unsigned n[2] = {0, 0};

	usual();
	encode_units(0, N_UNITS, 320, 180);
	CHECK_INT(session_with(&c, play_sound_first), -ECONNRESET);
	CHECK(strstr(c.seen, "/picture ") && strstr(c.seen, "/sound "));
	CHECK(!strstr(c.seen, "/meta") && !strstr(c.seen, "/text"));
	CHECK_INT(fake.published[0]->track, 0);
	CHECK_INT(fake.published[0]->flags, CAM_KEY);
	for (size_t i = 0; i < fake.n_published; i++)
		n[fake.published[i]->track]++;
	CHECK_INT(n[0], GOP);
	CHECK_INT(n[1], 10);
	fake_destroy(&fake);
	free_units();
}

static void play_sound_only(struct fake_camera *c, int fd)
{
	if (!fake_camera_until_play(c, fd))
		return;
	for (int i = 0; send_sound(fd, i, i + 1); i++)
		poll(NULL, 0, 20);
}

TEST(sound_alone_is_not_live)
{
	struct fake_camera c = {.sdp = sdp_of_many};

	usual();
	config.keyframe_timeout_ns = 400 * MS;
	CHECK_INT(session_with(&c, play_sound_only), -ETIMEDOUT);
	CHECK_STR(fake.option, "transport");
	CHECK(fake.state != CAM_LIVE);
	CHECK_INT(fake.n_published, 0);
	fake_destroy(&fake);
}

/* ---- bytes ---- */

static void play_byte_by_byte(struct fake_camera *c, int fd)
{
	char request[4096];

	if (fake_camera_request(c, fd, request, sizeof(request)))
		for (const char *p = "RTSP/1.0 200 OK\r\nX-Slow: a line that is never finished"; *p; p++) {
			poll(NULL, 0, 20);
			if (!fake_camera_send(fd, p, 1))
				return;
		}
	fake_camera_drain(c, fd);
}

TEST(an_answer_byte_by_byte_does_not_move_the_deadline)
{
	struct fake_camera c = {0};
	int64_t begin = now_ms();

	usual();
	config.open_timeout_ns = 400 * MS;
	CHECK_INT(session_with(&c, play_byte_by_byte), -ETIMEDOUT);
	CHECK_STR(fake.option, "url");
	CHECK(now_ms() - begin < 3000);
	fake_destroy(&fake);
}

RUN_TESTS(T(a_stall_is_noticed_in_its_time_whatever_else_is_waited_for),
	T(after_a_loss_the_next_keyframe_is_waited_for_as_long_as_pictures_come),
	T(after_a_loss_without_a_keyframe_the_session_ends_and_names_its_option),
	T(keyframes_without_parameter_sets_are_skipped_and_counted),
	T(a_keyframe_of_8_mb_comes_whole_and_so_does_what_follows),
	T(a_rate_that_varies_from_1_to_120_keeps_its_distances),
	T(sound_that_comes_first_waits_for_the_picture_and_other_tracks_are_left_alone),
	T(sound_alone_is_not_live), T(an_answer_byte_by_byte_does_not_move_the_deadline))
