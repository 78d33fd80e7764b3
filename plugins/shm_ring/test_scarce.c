/* SPDX-License-Identifier: MIT */
/*
 * A ring when calls fail, when /dev/shm is full, and when the server's pictures are not as they were asked for. Linked with
 * --wrap: a call fails when its turn has come, the clock and the room in /dev/shm are what a test says.
 */
#include "plugins/shm_ring/test_rig.h"

#include <sys/statvfs.h>

static struct rig rig;
static int64_t later_ns; /* how far the monotonic clock is ahead */
static int64_t room = -1; /* bytes free in /dev/shm; -1: as it is */
static long countdown = -1; /* calls until one fails; -1: none does */
static int error; /* with this errno */
static bool failed;
static long interrupted; /* calls for memory that a signal ends */

static bool fails(void)
{
	if (countdown < 0 || countdown--)
		return false;
	failed = true;
	errno = error;
	return true;
}

int __real_clock_gettime(clockid_t id, struct timespec *t);
int __wrap_clock_gettime(clockid_t id, struct timespec *t);
int __real_statvfs(const char *path, struct statvfs *fs);
int __wrap_statvfs(const char *path, struct statvfs *fs);
int __real_posix_fallocate(int fd, off_t from, off_t bytes);
int __wrap_posix_fallocate(int fd, off_t from, off_t bytes);
int __real_shm_open(const char *name, int flags, mode_t mode);
int __wrap_shm_open(const char *name, int flags, mode_t mode);
int __real_ftruncate(int fd, off_t len);
int __wrap_ftruncate(int fd, off_t len);
int __real_fchmod(int fd, mode_t mode);
int __wrap_fchmod(int fd, mode_t mode);
void *__real_mmap(void *at, size_t len, int prot, int flags, int fd, off_t from);
void *__wrap_mmap(void *at, size_t len, int prot, int flags, int fd, off_t from);

int __wrap_clock_gettime(clockid_t id, struct timespec *t)
{
	int err = __real_clock_gettime(id, t);

	if (id == CLOCK_MONOTONIC)
		t->tv_sec += later_ns / CAM_SECOND;
	return err;
}

int __wrap_statvfs(const char *path, struct statvfs *fs)
{
	int err = __real_statvfs(path, fs);

	if (room >= 0) {
		fs->f_frsize = 4096;
		fs->f_blocks = (fsblkcnt_t)16 << 20 >> 12;
		fs->f_bavail = (fsblkcnt_t)room >> 12;
	}
	return err;
}

int __wrap_posix_fallocate(int fd, off_t from, off_t bytes)
{
	if (interrupted && interrupted--)
		return EINTR;
	return fails() ? error : __real_posix_fallocate(fd, from, bytes);
}

int __wrap_shm_open(const char *name, int flags, mode_t mode)
{
	return fails() ? -1 : __real_shm_open(name, flags, mode);
}

int __wrap_ftruncate(int fd, off_t len)
{
	return fails() ? -1 : __real_ftruncate(fd, len);
}

int __wrap_fchmod(int fd, mode_t mode)
{
	return fails() ? -1 : __real_fchmod(fd, mode);
}

void *__wrap_mmap(void *at, size_t len, int prot, int flags, int fd, off_t from)
{
	return fails() ? MAP_FAILED : __real_mmap(at, len, prot, flags, fd, from);
}

TEST(each_call_that_fails_at_the_start_is_told_and_leaves_nothing_behind)
{
	struct stat st;
	long n;

	rig_init(&rig, "calls");
	rig_int(&rig, "fill", CAM_SHM_ALWAYS);
	for (n = 0; n < 100; n++) {
		int err;

		failed = false;
		error = EIO;
		countdown = n;
		err = rig_start(&rig);
		countdown = -1;
		if (!failed) {
			CHECK_INT(err, 0);
			break;
		}
		CHECK_INT(err, -EIO);
		CHECK(rig.f.error[0] && rig.f.option[0]);
		CHECK(!rig_object(&rig, "", &st) && !rig_object(&rig, CAM_SHM_SUFFIX, &st));
	}
	CHECK(n >= 8 && n < 100);
	rig_end(&rig);
}

TEST(a_signal_while_memory_is_given_is_nothing)
{
	rig_init(&rig, "signal");
	rig_int(&rig, "fill", CAM_SHM_ALWAYS);
	interrupted = 10;
	CHECK_INT(rig_start(&rig), 0);
	CHECK_INT(interrupted, 0);
	CHECK(rig_held(&rig) >= rig_sized(&rig));
	rig_end(&rig);
}

TEST(a_ring_that_does_not_fit_is_said_with_the_size_that_fits_and_tried_again)
{
	struct cam_shm reader;
	size_t subs;

	rig_init(&rig, "full");
	rig.f.shm_bytes = 5 << 20;
	CHECK_INT(rig_start(&rig), 0);
	rig.f.shm_bytes = 5 << 20;
	CHECK_INT(cam_shm_open(rig.name, &reader), 0);
	room = 8192;
	rig_tick(&rig);
	CHECK(!rig_subscribed(&rig));
	CHECK_INT(rig.f.stats[RESERVED], 0);
	CHECK(strstr(rig.f.log, "the ring needs 61440 bytes in /dev/shm, which has 8192 free"));
	CHECK(strstr(rig.f.log, "--shm-size=17m")); /* all but two pages of 16 MiB are other programs' */
	CHECK_INT(cam_shm_header_of(&reader)->problem, ENOSPC);
	CHECK_INT(cam_shm_header_of(&reader)->flowing, 0);
	/* There is room now; it is looked at again after five seconds, not before. */
	room = 16 << 20;
	subs = rig.f.n_subs;
	later_ns = 1 * CAM_SECOND;
	cam_shm_beat(&reader);
	rig_tick(&rig);
	CHECK_INT(rig.f.n_subs, subs);
	later_ns = 6 * CAM_SECOND;
	cam_shm_beat(&reader);
	rig_tick(&rig);
	CHECK(rig_subscribed(&rig));
	CHECK_INT(cam_shm_header_of(&reader)->problem, 0);
	CHECK_INT(cam_shm_header_of(&reader)->flowing, 1);
	cam_shm_close(&reader);
	later_ns = 0;
	room = -1;
	rig_end(&rig);
}

TEST(memory_that_does_not_come_is_refused_and_what_came_before_is_given_back)
{
	struct cam_shm reader;

	rig_init(&rig, "partly");
	rig_int(&rig, "width", 1024);
	rig_int(&rig, "height", 1024); /* 30 MiB, in four steps */
	CHECK_INT(rig_start(&rig), 0);
	CHECK_INT(cam_shm_open(rig.name, &reader), 0);
	error = ENOMEM;
	countdown = 2;
	rig_tick(&rig);
	CHECK(!rig_subscribed(&rig));
	CHECK_INT(rig.f.stats[RESERVED], 0);
	CHECK(rig_held(&rig) < 1 << 20);
	CHECK(strstr(rig.f.log, "cannot reserve"));
	cam_shm_close(&reader);
	rig_tick(&rig); /* nobody reads: what was refused is forgotten */
	CHECK_INT(cam_shm_open(rig.name, &reader), 0);
	rig_tick(&rig);
	CHECK(rig_subscribed(&rig));
	cam_shm_close(&reader);
	rig_end(&rig);
}

TEST(a_reader_that_leaves_while_memory_comes_ends_that)
{
	struct cam_shm reader;

	rig_init(&rig, "leaves");
	rig_int(&rig, "width", 1024);
	rig_int(&rig, "height", 1024);
	CHECK_INT(rig_start(&rig), 0);
	CHECK_INT(cam_shm_open(rig.name, &reader), 0);
	cam_plugin_1.tick(rig.f.self); /* somebody is there */
	cam_plugin_1.tick(rig.f.self); /* a step */
	CHECK(rig.f.stats[RESERVED] > 0);
	cam_shm_close(&reader);
	rig_tick(&rig);
	CHECK_INT(rig.f.stats[RESERVED], 0);
	CHECK(!rig_sub(&rig));
	rig_end(&rig);
}

/* Deliver a buffer that is not as wished. */
static int deliver(uint32_t codec, uint32_t width, uint32_t height, size_t len, uint32_t stride)
{
	static uint8_t pixels[64 * 32 * 3];
	struct cam_caps like = {
		.form = CAM_PICTURE, .media = CAM_VIDEO, .codec = codec, .width = width, .height = height};
	const struct cam_caps *caps = caps_new(&like);
	struct cam_buf buf = {
		.size = sizeof(buf), .n_planes = 1, .caps = caps, .plane = {{pixels, len, stride}}};
	int err = fake_deliver(&rig.f, 0, &buf);

	caps_unref(caps);
	return err;
}

TEST(pictures_that_were_not_asked_for_fail_the_node_and_are_not_shown)
{
	char path[128];

	rig_init(&rig, "other");
	rig_int(&rig, "fill", CAM_SHM_ALWAYS);
	CHECK_INT(rig_start(&rig), 0);
	CHECK_INT(deliver(CAM_BGR3, 64, 16, sizeof(path), 192), -EINVAL);
	CHECK_INT(deliver(CAM_GREY, 64, 32, 64 * 32, 64), -EINVAL);
	CHECK(strstr(rig.f.error, "another picture"));
	CHECK_INT(deliver(CAM_BGR3, 64, 32, 64 * 32 * 3 - 1, 192), -EINVAL);
	CHECK_INT(deliver(CAM_BGR3, 64, 32, 64 * 32 * 3, 191), -EINVAL);
	CHECK(strstr(rig.f.error, "too short"));
	CHECK_INT(rig.f.stats[PICTURES], 0);
	CHECK_INT(deliver(CAM_BGR3, 64, 32, 64 * 32 * 3, 192), 0);
	CHECK_INT(rig.f.stats[PICTURES], 1);
	snprintf(path, sizeof(path), "/dev/shm/%s", rig.name);
	CHECK_INT(truncate(path, 4096), 0); /* who does that costs the server nothing */
	CHECK_INT(deliver(CAM_BGR3, 64, 32, 64 * 32 * 3, 192), 0);
	CHECK(!rig_into(&rig));
	CHECK_INT(rig.f.stats[PICTURES], 1);
	rig_end(&rig);
}

TEST(what_is_told_of_dev_shm_is_what_a_ring_takes)
{
	uint64_t bytes;

	rig_init(&rig, "bytes");
	rig_int(&rig, "fill", CAM_SHM_ALWAYS);
	bytes = cam_plugin_1.shm_bytes(rig.config);
	CHECK_INT(rig_start(&rig), 0);
	CHECK_INT(bytes, rig_held(&rig) + 4096); /* and the heartbeats */
	rig_end(&rig);
}

/* A keyframe of that second. */
static void keep(const struct cam_caps *caps, int second)
{
	static const uint8_t data[60000];
	struct cam_buf *buf = fake_packet(caps, data, sizeof(data), second * CAM_SECOND, CAM_KEY);

	cam_plugin_1.keep(rig.f.self, buf);
	buf_unref(buf);
}

TEST(a_shorter_history_takes_effect_at_once)
{
	struct cam_caps like = {
		.form = CAM_PACKET, .media = CAM_VIDEO, .codec = CAM_H264, .width = 64, .height = 32};
	const struct cam_caps *caps = caps_new(&like);

	rig_init(&rig, "history");
	rig_int(&rig, "seconds", 60 * CAM_SECOND);
	CHECK_INT(rig_start(&rig), 0);
	for (int i = 0; i < 10; i++)
		keep(caps, i);
	CHECK_INT(rig.f.stats[HISTORY_PACKETS], 10);
	rig_int(&rig, "history_bytes", 200000);
	CHECK_INT(cam_plugin_1.reload(rig.f.self, rig.config), 0);
	keep(caps, 10);
	CHECK(rig.f.stats[HISTORY_BYTES] <= 200000);
	CHECK_INT(rig.f.stats[HISTORY_PACKETS], 3);
	rig_end(&rig);
	caps_unref(caps);
}

RUN_TESTS(T(each_call_that_fails_at_the_start_is_told_and_leaves_nothing_behind),
	T(a_signal_while_memory_is_given_is_nothing),
	T(a_ring_that_does_not_fit_is_said_with_the_size_that_fits_and_tried_again),
	T(memory_that_does_not_come_is_refused_and_what_came_before_is_given_back),
	T(a_reader_that_leaves_while_memory_comes_ends_that),
	T(pictures_that_were_not_asked_for_fail_the_node_and_are_not_shown),
	T(what_is_told_of_dev_shm_is_what_a_ring_takes), T(a_shorter_history_takes_effect_at_once))
