/* SPDX-License-Identifier: MIT */
/* Sessions with scripted cameras that play: what the source makes of what they send. */
#include "plugins/lib/av/annexb.h"
#include "plugins/rtsp_in/test/test_rig.h"
#include "tests/check.h"

#include <errno.h>
#include <sys/socket.h>

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

/* Plays on until a report of ours has come, and a request that says that we are here; tells which in `seen`. */
static void play_until_heard(struct fake_camera *c, int fd)
{
	char got[4096];
	size_t n = 0;
	ssize_t more;

	if (!fake_camera_until_play(c, fd) || !send_units(c, fd, GOP, GOP + 1))
		return;
	while (n < sizeof(got) && (more = recv(fd, got + n, sizeof(got) - n, 0)) > 0) {
		n += (size_t)more;
		if (memmem(got, n, "OPTIONS ", 8) && memmem(got, n, "$\1\0", 3))
			break;
	}
	snprintf(c->seen, sizeof(c->seen), "%s%s", memmem(got, n, "$\1\0\64\x81\xc9", 6) ? "report " : "",
		memmem(got, n, "OPTIONS rtsp://127.0.0.1", 24) ? "request" : "");
}

TEST(while_it_plays_a_camera_hears_reports_and_that_we_are_here)
{
	struct fake_camera c = {.session = "1;timeout=10"};

	usual();
	encode_units(0, N_UNITS, 320, 180);
	config.stall_timeout_ns = 20 * CAM_SECOND;
	CHECK_INT(session_with(&c, play_until_heard), -ECONNRESET);
	CHECK_STR(c.seen, "report request");
	fake_destroy(&fake);
	free_units();
}

RUN_TESTS(T(while_it_plays_a_camera_hears_reports_and_that_we_are_here),
	T(whole_access_units_from_the_first_keyframe_on_arrive_unchanged),
	T(a_new_size_makes_new_caps_at_its_keyframe), T(a_stall_and_a_missing_keyframe_end_the_session),
	T(a_unit_is_out_when_its_last_byte_is_in), T(a_unit_cut_off_by_the_sessions_end_is_counted),
	T(after_a_loss_nothing_comes_until_the_next_keyframe_which_is_marked),
	T(a_stop_ends_the_session_soon_and_says_goodbye))
