/* SPDX-License-Identifier: MIT */
/* mem_ring, and with it plugins/lib/history: what is kept, where it begins, what a replay brings. */
#include "core/media/buf.h"
#include "tests/check.h"
#include "tests/plugin/fake_host.h"

/* The configuration struct of mem_ring as its option table lays it out. */
struct config {
	int64_t seconds_ns, bytes;
};

enum { SEEN_MAX = 20000 };

static struct fake f;
static const struct cam_caps *video, *audio;
static struct {
	int64_t at[SEEN_MAX];
	uint32_t media[SEEN_MAX], flags[SEEN_MAX];
	int n, stop_at;
} seen;

static void begin(int64_t seconds, int64_t bytes)
{
	struct config c = {seconds * CAM_SECOND, bytes};
	struct cam_caps v = {.form = CAM_PACKET, .media = CAM_VIDEO, .codec = CAM_H264};
	struct cam_caps a = {.form = CAM_PACKET, .media = CAM_AUDIO, .codec = CAM_PCMU};

	memset(&f, 0, sizeof(f));
	CHECK_INT(fake_create(&f, &cam_plugin_1, &c), 0);
	video = caps_new(&v);
	audio = caps_new(&a);
	CHECK(video && audio);
}

static void end(void)
{
	fake_destroy(&f);
	caps_unref(video);
	caps_unref(audio);
}

static void keep(const struct cam_caps *caps, int64_t at_ns, size_t len, uint32_t flags)
{
	static const uint8_t bytes[1 << 20];
	struct cam_buf *buf = fake_packet(caps, bytes, len, at_ns, flags);

	CHECK(buf);
	cam_plugin_1.keep(f.self, buf);
	buf_unref(buf);
}

static int see(void *arg, const struct cam_buf *buf)
{
	(void)arg;
	CHECK(seen.n < SEEN_MAX);
	seen.at[seen.n] = buf->arrival_ns;
	seen.media[seen.n] = buf->caps->media;
	seen.flags[seen.n++] = buf->flags;
	return seen.n == seen.stop_at ? -7 : 0;
}

static int replay(int64_t from_ns)
{
	seen.n = 0;
	return cam_plugin_1.replay(f.self, from_ns, see, NULL);
}

/* Ten packets a second from `from` to `to` (tenths), a keyframe each second, 1000 bytes each. */
static void keep_tenths(int from, int to)
{
	for (int i = from; i < to; i++)
		keep(video, i * CAM_SECOND / 10, 1000, i % 10 ? 0 : CAM_KEY);
}

TEST(history_begins_at_a_keyframe)
{
	begin(10, 1 << 20);
	keep_tenths(5, 10);
	CHECK_INT(replay(0), 0);
	CHECK_INT(seen.n, 0);
	keep_tenths(10, 15);
	CHECK_INT(replay(0), 0);
	CHECK_INT(seen.n, 5);
	CHECK_INT(seen.at[0], CAM_SECOND);
	CHECK(seen.flags[0] & CAM_KEY);
	end();
}

TEST(history_covers_the_seconds_asked_for_and_at_most_a_group_more)
{
	begin(10, 1 << 30);
	for (int i = 0; i < 1000; i++) {
		keep_tenths(i, i + 1);
		replay(0);
		CHECK(seen.flags[0] & CAM_KEY);
		CHECK(seen.at[seen.n - 1] == i * CAM_SECOND / 10);
		if (i >= 100)
			CHECK(seen.at[seen.n - 1] - seen.at[0] >= 10 * CAM_SECOND);
		CHECK(seen.at[seen.n - 1] - seen.at[0] < 11 * CAM_SECOND);
		CHECK_INT(f.stats[0], seen.n);
		CHECK_INT(f.stats[1], seen.n * 1000);
		CHECK_INT(f.stats[2], (seen.at[seen.n - 1] - seen.at[0]) / CAM_SECOND);
	}
	end();
}

TEST(replay_begins_at_the_last_keyframe_before)
{
	begin(10, 1 << 20);
	keep_tenths(0, 100);
	replay(52 * CAM_SECOND / 10);
	CHECK_INT(seen.at[0], 5 * CAM_SECOND);
	CHECK_INT(seen.n, 50);
	replay(5 * CAM_SECOND);
	CHECK_INT(seen.at[0], 5 * CAM_SECOND);
	replay(5 * CAM_SECOND - 1);
	CHECK_INT(seen.at[0], 4 * CAM_SECOND);
	replay(99 * CAM_SECOND);
	CHECK_INT(seen.at[0], 9 * CAM_SECOND);
	replay(-1);
	CHECK_INT(seen.at[0], 0);
	end();
}

TEST(replay_brings_every_packet_in_order_after_many_turns_of_the_ring)
{
	begin(3, 1 << 20);
	keep_tenths(0, 5000);
	CHECK_INT(replay(0), 0);
	for (int i = 1; i < seen.n; i++)
		CHECK_INT(seen.at[i] - seen.at[i - 1], CAM_SECOND / 10);
	CHECK_INT(seen.at[seen.n - 1], 4999 * CAM_SECOND / 10);
	end();
}

TEST(a_replay_ends_when_its_taker_says_so)
{
	begin(10, 1 << 20);
	keep_tenths(0, 100);
	seen.stop_at = 3;
	CHECK_INT(replay(0), -7);
	CHECK_INT(seen.n, 3);
	seen.stop_at = 0;
	end();
}

TEST(bytes_are_a_limit_and_whole_groups_leave)
{
	begin(3600, 100000);
	for (int i = 0; i < 1000; i++) {
		keep_tenths(i, i + 1);
		CHECK(f.stats[1] <= 100000);
		replay(0);
		CHECK(seen.flags[0] & CAM_KEY);
		CHECK(i < 100 || seen.n > 90);
	}
	end();
}

TEST(a_group_larger_than_the_limit_is_given_up_until_the_next_keyframe)
{
	begin(10, 100000);
	keep(video, 1, 50000, CAM_KEY);
	keep(video, 2, 50000, 0);
	CHECK_INT(f.stats[0], 2);
	keep(video, 3, 1, 0);
	CHECK_INT(f.stats[0], 0);
	CHECK_INT(f.stats[1], 0);
	keep(video, 4, 1, 0);
	CHECK_INT(f.stats[0], 0);
	keep(video, 5, 10, CAM_KEY);
	keep(video, 6, 10, 0);
	replay(0);
	CHECK_INT(seen.n, 2);
	CHECK_INT(seen.at[0], 5);
	keep(video, 7, 200000, CAM_KEY);
	CHECK_INT(f.stats[0], 0);
	end();
}

TEST(empty_packets_are_bounded_too)
{
	begin(3600, 65536);
	for (int i = 0; i < 10000; i++) {
		keep(video, i, 0, i % 100 ? 0 : CAM_KEY);
		CHECK(f.stats[0] <= 65536 / 128 + 1);
	}
	CHECK(f.stats[0] > 400);
	end();
}

TEST(an_endless_group_is_kept_while_the_bytes_allow_it)
{
	begin(1, 1 << 20);
	keep(video, 0, 100, CAM_KEY);
	for (int i = 1; i < 600; i++)
		keep(video, i * CAM_SECOND / 10, 100, 0);
	CHECK_INT(f.stats[0], 600);
	keep(video, 60 * CAM_SECOND, 100, CAM_KEY);
	CHECK_INT(f.stats[0], 601);
	keep(video, 61 * CAM_SECOND, 100, 0);
	CHECK_INT(f.stats[0], 2);
	end();
}

TEST(audio_stays_in_order_and_never_starts_a_history)
{
	begin(2, 1 << 20);
	keep(audio, 1, 160, CAM_KEY);
	CHECK_INT(f.stats[0], 0);
	for (int i = 0; i < 1000; i++) {
		keep(video, i * CAM_SECOND / 10, 1000, i % 10 ? 0 : CAM_KEY);
		keep(audio, i * CAM_SECOND / 10 + 1, 160, CAM_KEY);
	}
	replay(0);
	CHECK_INT(seen.media[0], CAM_VIDEO);
	CHECK(seen.flags[0] & CAM_KEY);
	for (int i = 1; i < seen.n; i++) {
		CHECK(seen.at[i] > seen.at[i - 1]);
		CHECK(seen.media[i] != seen.media[i - 1]);
	}
	end();
}

TEST(packets_are_kept_by_reference_and_let_go)
{
	const struct cam_buf *mine;
	struct cam_buf *buf;

	begin(1, 1 << 20);
	buf = fake_packet(video, "abc", 3, 0, CAM_KEY);
	CHECK(buf);
	cam_plugin_1.keep(f.self, buf);
	mine = buf;
	buf_unref(buf); /* the history's reference keeps it readable */
	replay(0);
	CHECK_INT(seen.n, 1);
	CHECK(!memcmp(mine->plane[0].data, "abc", 3));
	end();
}

TEST(other_limits_hold_at_once_and_for_what_is_kept)
{
	struct config less = {3 * CAM_SECOND, 1 << 20}, fewer = {3600 * CAM_SECOND, 65536};

	begin(10, 1 << 20);
	keep_tenths(0, 100);
	CHECK_INT(f.stats[0], 100);
	CHECK_INT(cam_plugin_1.reload(f.self, &less), 0);
	CHECK_INT(f.stats[0], 40); /* three seconds behind the newest are in the group that begins at 6 s */
	replay(0);
	CHECK_INT(seen.at[0], 6 * CAM_SECOND);
	CHECK_INT(seen.at[seen.n - 1], 99 * CAM_SECOND / 10);
	CHECK_INT(cam_plugin_1.reload(f.self, &fewer), 0);
	CHECK_INT(f.stats[0], 40);
	keep_tenths(100, 200);
	CHECK(f.stats[1] <= 65536 && f.stats[1] > 50000);
	end();
}

TEST(stop_says_stopped)
{
	begin(1, 1 << 20);
	cam_plugin_1.stop(f.self);
	CHECK_INT(f.state, CAM_STOPPED);
	end();
}

RUN_TESTS(T(history_begins_at_a_keyframe), T(history_covers_the_seconds_asked_for_and_at_most_a_group_more),
	T(replay_begins_at_the_last_keyframe_before),
	T(replay_brings_every_packet_in_order_after_many_turns_of_the_ring),
	T(a_replay_ends_when_its_taker_says_so), T(bytes_are_a_limit_and_whole_groups_leave),
	T(a_group_larger_than_the_limit_is_given_up_until_the_next_keyframe),
	T(empty_packets_are_bounded_too), T(an_endless_group_is_kept_while_the_bytes_allow_it),
	T(audio_stays_in_order_and_never_starts_a_history), T(packets_are_kept_by_reference_and_let_go),
	T(other_limits_hold_at_once_and_for_what_is_kept), T(stop_says_stopped))
