/* SPDX-License-Identifier: MIT */
/* shm_ring's life: sizes, demand, names, and what happens when /dev/shm or its objects are not as they should be. */
#include "plugins/shm_ring/test_rig.h"

static struct rig rig;

TEST(size_is_width_height_3_times_fps_times_seconds)
{
	struct cam_shm_header h;
	char path[128];
	int fd;

	rig_init(&rig, "size");
	rig_int(&rig, "width", 896);
	rig_int(&rig, "height", 512);
	rig_int(&rig, "seconds", 10 * CAM_SECOND);
	CHECK_INT(rig_start(&rig), 0);
	/* 4096 of header and 100 slots of 64, in whole pages. */
	CHECK_INT(rig_sized(&rig), 12288 + 137625600);
	snprintf(path, sizeof(path), "/%s", rig.name);
	fd = shm_open(path, O_RDONLY, 0);
	CHECK(fd >= 0);
	CHECK_INT(pread(fd, &h, sizeof(h), 0), sizeof(h));
	close(fd);
	CHECK_INT(h.total_bytes, 12288 + 137625600);
	CHECK_INT(h.frame_bytes, 1376256);
	CHECK_INT(h.slot_count, 100);
	CHECK_INT(h.pictures_offset, 12288);
	CHECK_INT(h.writer_pid, getpid());
	CHECK_STR(h.camera, "cam");
	CHECK_INT(rig_held(&rig), 12288);
	rig_end(&rig);
	CHECK_INT(rig_sized(&rig), -1);
}

TEST(pictures_of_a_part_of_the_span_round_up)
{
	rig_init(&rig, "round");
	rig_fps(&rig, 0.1);
	CHECK_INT(rig_start(&rig), 0);
	CHECK_INT(rig_sized(&rig), 8192 + 3 * 64 * 32 * 3);
	rig_end(&rig);
	rig_fps(&rig, 7.5);
	CHECK_INT(rig_start(&rig), 0);
	CHECK_INT(rig_sized(&rig), 8192 + 8 * 64 * 32 * 3);
	rig_end(&rig);
	/* No time at all is the least that works. */
	rig_int(&rig, "seconds", 0);
	CHECK_INT(rig_start(&rig), 0);
	CHECK_INT(rig_sized(&rig), 8192 + 3 * 64 * 32 * 3);
	rig_end(&rig);
}

TEST(on_demand_memory_and_pictures_come_with_a_reader_and_go_with_it)
{
	struct cam_shm reader;
	int64_t idle;

	rig_init(&rig, "demand");
	rig_int(&rig, "width", 1280);
	rig_int(&rig, "height", 720);
	CHECK_INT(rig_start(&rig), 0);
	rig_tick(&rig);
	idle = rig_held(&rig);
	CHECK_INT(idle, 8192);
	CHECK(!rig_subscribed(&rig));

	CHECK_INT(cam_shm_open(rig.name, &reader), 0);
	rig_tick(&rig);
	CHECK_INT(rig.f.stats[READERS], 1);
	CHECK_INT(rig.f.stats[RESERVED], 10 * 1280 * 720 * 3);
	CHECK(rig_held(&rig) >= 8192 + 10 * 1280 * 720 * 3);
	CHECK(rig_subscribed(&rig));
	CHECK_INT(rig_sub(&rig)->want.form, CAM_PICTURE);
	CHECK_INT(rig_sub(&rig)->want.codec, CAM_BGR3);
	CHECK_INT(rig_sub(&rig)->want.width, 1280);
	CHECK_INT(rig_sub(&rig)->want.height, 720);
	CHECK_INT(rig_sub(&rig)->want.max_fps_num, 10 * rig_sub(&rig)->want.max_fps_den);
	rig_picture(&rig, 1);
	CHECK_INT(cam_shm_newest(&reader), 1);
	CHECK_INT(rig.f.stats[PICTURES], 1);

	cam_shm_close(&reader);
	rig_tick(&rig);
	CHECK_INT(rig.f.stats[READERS], 0);
	CHECK_INT(rig.f.stats[RESERVED], 0);
	CHECK(!rig_subscribed(&rig));
	CHECK_INT(rig_held(&rig), idle);
	rig_end(&rig);
}

/* Writes a heartbeat as a reader would have done `age_ns` ago. */
static void beat(const struct rig *r, int64_t age_ns)
{
	struct cam_shm_reader mine = {77, cam_shm_now() - age_ns};
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "/%s.readers", r->name);
	fd = shm_open(path, O_RDWR, 0);
	CHECK(fd >= 0);
	CHECK_INT(pwrite(fd, &mine, sizeof(mine), 5 * sizeof(mine)), sizeof(mine));
	close(fd);
}

TEST(a_reader_that_died_counts_for_two_seconds)
{
	rig_init(&rig, "died");
	CHECK_INT(rig_start(&rig), 0);
	beat(&rig, CAM_SECOND);
	rig_tick(&rig);
	CHECK(rig_subscribed(&rig));
	beat(&rig, 2 * CAM_SECOND + 1);
	rig_tick(&rig);
	CHECK(!rig_subscribed(&rig));
	CHECK_INT(rig_held(&rig), 8192);
	rig_end(&rig);
}

TEST(after_a_pause_old_pictures_are_gone_and_sequences_go_on)
{
	struct cam_shm reader;
	uint64_t seq;

	rig_init(&rig, "pause");
	CHECK_INT(rig_start(&rig), 0);
	CHECK_INT(cam_shm_open(rig.name, &reader), 0);
	rig_tick(&rig);
	rig_picture(&rig, 1);
	rig_picture(&rig, 2);
	cam_shm_close(&reader);
	rig_tick(&rig);
	CHECK_INT(cam_shm_open(rig.name, &reader), 0);
	rig_tick(&rig);
	CHECK_INT(cam_shm_newest(&reader), 0);
	CHECK_INT(cam_shm_wait(&reader, 0, 1000000, &seq), -ETIMEDOUT);
	rig_picture(&rig, 3);
	CHECK_INT(cam_shm_wait(&reader, 0, 0, &seq), 0);
	CHECK_INT(seq, 3);
	CHECK_INT(cam_shm_oldest(&reader), 3);
	cam_shm_close(&reader);
	rig_end(&rig);
}

TEST(always_is_reserved_and_asked_for_from_the_start)
{
	rig_init(&rig, "always");
	rig_int(&rig, "fill", CAM_SHM_ALWAYS);
	CHECK_INT(rig_start(&rig), 0);
	CHECK(rig_subscribed(&rig));
	CHECK(rig_held(&rig) >= 8192 + 10 * 64 * 32 * 3);
	rig_tick(&rig);
	CHECK(rig_subscribed(&rig));
	rig_end(&rig);
}

TEST(who_sleeps_is_woken_by_each_picture_and_told_of_the_end)
{
	struct cam_shm reader;
	uint32_t seen;

	rig_init(&rig, "woken");
	CHECK_INT(rig_start(&rig), 0);
	CHECK_INT(cam_shm_open(rig.name, &reader), 0);
	rig_tick(&rig);
	for (int i = 1; i <= 3; i++) {
		seen = cam_shm_header_of(&reader)->futex;
		rig_picture(&rig, i);
		CHECK(cam_shm_header_of(&reader)->futex != seen);
	}
	seen = cam_shm_header_of(&reader)->futex;
	rig_end(&rig);
	CHECK(cam_shm_header_of(&reader)->futex != seen);
	CHECK_INT(cam_shm_header_of(&reader)->state, CAM_SHM_CLOSED);
	cam_shm_close(&reader);
}

TEST(a_picture_that_was_begun_and_never_came_is_not_shown)
{
	const uint8_t *bgr;
	struct cam_shm reader;
	struct cam_shm_frame f;

	rig_init(&rig, "begun");
	CHECK_INT(rig_start(&rig), 0);
	CHECK_INT(cam_shm_open(rig.name, &reader), 0);
	rig_tick(&rig);
	for (int i = 1; i <= 10; i++)
		rig_picture(&rig, i);
	CHECK_INT(cam_shm_begin(&reader, 1, &bgr, &f), 0);
	memset(rig_into(&rig), 99, rig_bytes(&rig));
	/* Its place was that of the oldest, which has gone. */
	CHECK_INT(cam_shm_end(&reader, &f), -ENODATA);
	CHECK_INT(cam_shm_begin(&reader, 1, &bgr, &f), -ENODATA);
	CHECK_INT(cam_shm_newest(&reader), 10);
	CHECK_INT(cam_shm_begin(&reader, 11, &bgr, &f), -EAGAIN);
	rig_picture(&rig, 11);
	CHECK_INT(cam_shm_begin(&reader, 11, &bgr, &f), 0);
	CHECK_INT(bgr[0], 11);
	CHECK_INT(f.pts_ns, 11000);
	CHECK_INT(f.wall_ns, 11001);
	CHECK_INT(f.arrival_ns, 11002);
	CHECK_INT(f.source_seq, 11);
	cam_shm_close(&reader);
	rig_end(&rig);
}

TEST(pictures_in_the_servers_own_memory_are_copied)
{
	static uint8_t bytes[64 * 32 * 3];
	struct cam_shm_frame f;
	struct cam_shm reader;
	uint8_t got[64 * 32 * 3];

	rig_init(&rig, "copy");
	CHECK_INT(rig_start(&rig), 0);
	CHECK_INT(cam_shm_open(rig.name, &reader), 0);
	rig_tick(&rig);
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * 7);
	CHECK_INT(rig_deliver(&rig, bytes), 0);
	CHECK_INT(cam_shm_read(&reader, 1, got, sizeof(got), &f), 0);
	CHECK(!memcmp(got, bytes, sizeof(bytes)));
	CHECK_INT(cam_shm_read(&reader, 1, got, sizeof(got) - 1, &f), -ENOBUFS);
	cam_shm_close(&reader);
	rig_end(&rig);
}

static int count(void *arg, const struct cam_buf *buf)
{
	(void)buf;
	++*(int *)arg;
	return 0;
}

TEST(packets_are_kept_and_replayed_from_a_keyframe)
{
	struct cam_caps like = {.form = CAM_PACKET, .media = CAM_VIDEO, .codec = CAM_H264};
	const struct cam_caps *caps = caps_new(&like);
	int n = 0;

	rig_init(&rig, "history");
	CHECK_INT(rig_start(&rig), 0);
	for (int i = 0; i < 8; i++) {
		struct cam_buf *buf = fake_packet(caps, "xyz", 3, i * CAM_SECOND / 10, i % 4 ? 0 : CAM_KEY);

		cam_plugin_1.keep(rig.f.self, buf);
		buf_unref(buf);
	}
	CHECK_INT(rig.f.stats[HISTORY_PACKETS], 8);
	CHECK_INT(rig.f.stats[HISTORY_BYTES], 24);
	CHECK_INT(cam_plugin_1.replay(rig.f.self, CAM_SECOND / 2, count, &n), 0);
	CHECK_INT(n, 4);
	rig_end(&rig);
	caps_unref(caps);
}

int main(void)
{
	static const struct check_test tests[] = {
		T(size_is_width_height_3_times_fps_times_seconds),
		T(pictures_of_a_part_of_the_span_round_up),
		T(on_demand_memory_and_pictures_come_with_a_reader_and_go_with_it),
		T(a_reader_that_died_counts_for_two_seconds),
		T(after_a_pause_old_pictures_are_gone_and_sequences_go_on),
		T(always_is_reserved_and_asked_for_from_the_start),
		T(who_sleeps_is_woken_by_each_picture_and_told_of_the_end),
		T(a_picture_that_was_begun_and_never_came_is_not_shown),
		T(pictures_in_the_servers_own_memory_are_copied),
		T(packets_are_kept_and_replayed_from_a_keyframe),
	};

	alarm(60);
	return check_run(tests, (int)(sizeof(tests) / sizeof(tests[0])));
}
