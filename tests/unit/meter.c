/* SPDX-License-Identifier: MIT */
/* What is measured of a camera. Linked with --wrap=clock_gettime. */
#include "core/bus/meter.h"
#include "core/media/buf.h"
#include "lib/clock.h"
#include "tests/check.h"

static int64_t now_ns = 1000 * CLOCK_SECOND;

int __wrap_clock_gettime(clockid_t id, struct timespec *ret);
int __wrap_clock_gettime(clockid_t id, struct timespec *ret)
{
	(void)id;
	*ret = (struct timespec){now_ns / CLOCK_SECOND, now_ns % CLOCK_SECOND};
	return 0;
}

static struct meter m;

static void count(uint32_t track, size_t bytes)
{
	const struct cam_caps caps = {.size = sizeof(caps), .codec = CAM_H264, .width = 640, .height = 360};
	const struct cam_buf buf = {.size = sizeof(buf),
		.caps = &caps,
		.track = track,
		.arrival_ns = now_ns,
		.n_planes = 1,
		.plane = {{NULL, bytes, 0}}};

	meter_count(&m, &buf, buf_bytes(&buf));
}

static void run(int frames, int64_t step_ns, size_t bytes)
{
	while (frames--) {
		count(0, bytes);
		now_ns += step_ns;
	}
}

static struct meter_reading reading(void)
{
	struct meter_reading r;

	meter_read(&m, &r);
	return r;
}

TEST(rate_and_bits_are_of_the_last_ten_seconds)
{
	meter_init(&m);
	CHECK(reading().fps == 0);
	run(100, CLOCK_SECOND / 10, 1000);
	run(250, CLOCK_SECOND / 25, 5000);
	CHECK(reading().fps > 24.5 && reading().fps < 25.5);
	CHECK(reading().bits_per_second > 980000 && reading().bits_per_second < 1020000);
	CHECK_INT(reading().width, 640);
	CHECK_INT(reading().codec, CAM_H264);
	CHECK_INT(atomic_load(&m.packets), 350);
	CHECK_INT(atomic_load(&m.bytes), 100 * 1000 + 250 * 5000);
	meter_destroy(&m);
}

TEST(sound_is_bits_and_no_frames)
{
	meter_init(&m);
	for (int i = 0; i < 100; i++) {
		count(1, 1000);
		run(1, CLOCK_SECOND / 10, 0);
	}
	CHECK(reading().fps > 9.9 && reading().fps < 10.1);
	CHECK(reading().bits_per_second > 79000 && reading().bits_per_second < 81000);
	meter_destroy(&m);
}

TEST(a_camera_that_has_gone_quiet_slows_down)
{
	meter_init(&m);
	run(25, CLOCK_SECOND / 25, 1000);
	CHECK(reading().fps > 24);
	now_ns += 4 * CLOCK_SECOND;
	CHECK(reading().fps > 4 && reading().fps < 6);
	now_ns += 10 * CLOCK_SECOND;
	CHECK(reading().fps == 0);
	CHECK_INT(reading().last_video_ns, now_ns - 14 * CLOCK_SECOND - CLOCK_SECOND / 25);
	meter_destroy(&m);
}

RUN_TESTS(T(rate_and_bits_are_of_the_last_ten_seconds), T(sound_is_bits_and_no_frames),
	T(a_camera_that_has_gone_quiet_slows_down))
