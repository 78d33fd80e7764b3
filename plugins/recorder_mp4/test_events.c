/* SPDX-License-Identifier: MIT */
/* recorder_mp4: what is told of files. */
#include "core/media/buf.h"
#include "plugins/recorder_mp4/test_rig.h"
#include "tests/check.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static struct rig r;
static struct clip clip;
static const struct cam_caps *caps;

/* A clip of so many frames, 25 a second, with a keyframe each second. */
static void begin(int frames)
{
	rig_init(&r);
	CHECK(clip_make(&clip, &(struct clip_make){"libx264", frames, 25, 0, 64, 48, true}));
	caps = rig_caps(&clip, CAM_H264, 64, 48, true);
}

static void end(void)
{
	caps_unref(caps);
	clip_free(&clip);
	rig_finish(&r);
}

static void give(int from, int to, int64_t shift_ns)
{
	for (int i = from; i < to; i++)
		CHECK_INT(rig_give(&r, &clip, i, caps, 25, shift_ns), 0);
}

/* The event after those that were looked at is this one. @return its json */
static const char *next(size_t *at, const char *label)
{
	const struct fake_event *e = &r.f.events[*at];

	CHECK((*at)++ < r.f.n_events);
	CHECK_INT(e->event.size, sizeof(e->event));
	CHECK_INT(e->event.phase, CAM_POINT);
	CHECK_INT(e->event.pts_ns, CAM_NO_TS);
	CHECK_STR(e->topic, "recording");
	CHECK_STR(e->label, label);
	return e->json;
}

static void check_opened(size_t *at, const char *clock)
{
	char want[256], colons[16];

	snprintf(colons, sizeof(colons), "%.2s:%.2s:%.2s", clock, clock + 3, clock + 6);
	snprintf(want, sizeof(want),
		"{\"file\":\"cam/2026-03-01/"
		"cam_2026-03-01_%sZ.mp4\",\"start\":\"2026-03-01T%sZ\"}",
		clock, colons);
	CHECK_STR(next(at, "opened"), want);
}

/* Of a file that is as long as it says, whatever became of it. */
static void check_told(
	size_t *at, const char *label, const char *clock, const char *seconds, const char *reason)
{
	char want[1024], colons[16], path[512];
	struct stat st;

	snprintf(colons, sizeof(colons), "%.2s:%.2s:%.2s", clock, clock + 3, clock + 6);
	snprintf(path, sizeof(path), "%s/cam/2026-03-01/cam_2026-03-01_%sZ.mp4", r.folder, clock);
	CHECK_INT(stat(path, &st), 0);
	snprintf(want, sizeof(want),
		"{\"file\":\"cam/2026-03-01/"
		"cam_2026-03-01_%sZ.mp4\",\"start\":\"2026-03-01T%sZ\",\"seconds\":%s,"
		"\"bytes\":%lld,\"reason\":\"%s\"}",
		clock, colons, seconds, (long long)st.st_size, reason);
	CHECK_STR(next(at, label), want);
}

TEST(a_file_is_told_when_it_is_begun_and_when_it_is_whole)
{
	size_t at = 0;

	begin(76);
	CHECK_INT(rig_start(&r), 0);
	CHECK_INT(r.f.n_events, 0);
	give(0, 30, 0);
	check_opened(&at, "12-00-00");
	CHECK_INT(r.f.n_events, at);
	give(30, 76, 0);
	check_told(&at, "closed", "12-00-00", "2.0", "segment");
	check_opened(&at, "12-00-02");
	cam_plugin_1.stop(r.f.self);
	check_told(&at, "closed", "12-00-02", "1.0", "stop");
	CHECK_INT(r.f.n_events, at);
	fake_destroy(&r.f);
	end();
}

TEST(a_file_tells_why_it_has_ended)
{
	const struct cam_caps *other;
	size_t at = 0;

	begin(30);
	r.config.segment_ns = 600 * CAM_SECOND;
	CHECK_INT(rig_start(&r), 0);
	give(0, 30, 0);
	CHECK_INT(cam_plugin_1.ended(r.f.self, NULL), 0); /* the camera's session */
	check_opened(&at, "12-00-00");
	check_told(&at, "closed", "12-00-00", "1.2", "session end");
	give(0, 30, 10 * CAM_SECOND);
	other = rig_caps(&clip, CAM_H264, 128, 96, true); /* the camera's settings */
	CHECK_INT(rig_give(&r, &clip, 0, other, 25, 20 * CAM_SECOND), 0);
	caps_unref(other);
	check_opened(&at, "12-00-10");
	check_told(&at, "closed", "12-00-10", "1.2", "format");
	cam_plugin_1.tick(r.f.self); /* one fragment, then nothing for long */
	cam_plugin_1.tick(r.f.self);
	check_opened(&at, "12-00-20");
	check_told(&at, "closed", "12-00-20", "0.0", "silence");
	give(0, 30, 30 * CAM_SECOND);
	r.wall_set_ns = 1800 * CAM_SECOND; /* the wall clock */
	give(0, 30, 32 * CAM_SECOND);
	check_opened(&at, "12-00-30");
	check_told(&at, "closed", "12-00-30", "1.2", "clock");
	give(0, 30, 5400 * CAM_SECOND); /* the camera's */
	check_opened(&at, "12-30-32");
	check_told(&at, "closed", "12-30-32", "1.2", "clock");
	cam_plugin_1.stop(r.f.self);
	fake_destroy(&r.f);
	end();
}

TEST(too_little_space_closes_the_file_and_says_so)
{
	size_t at = 0;
	int err = 0;

	begin(60);
	r.config.segment_ns = 600 * CAM_SECOND;
	r.config.min_free = 1;
	CHECK_INT(rig_start(&r), 0);
	give(0, 30, 0);
	r.config.min_free = INT64_C(1) << 60;
	for (int i = 30; i < clip.n && !err; i++)
		err = rig_give(&r, &clip, i, caps, 25, 0);
	CHECK_INT(err, -ENOSPC);
	check_opened(&at, "12-00-00");
	check_told(&at, "closed", "12-00-00", "2.0", "free space");
	rig_stop(&r);
	end();
}

TEST(a_file_that_cannot_be_written_is_told_with_the_sentence)
{
	struct rlimit old, limit;
	char want[512];
	size_t at = 0;
	int err = 0, packets;

	begin(200);
	r.config.segment_ns = 600 * CAM_SECOND;
	signal(SIGXFSZ, SIG_IGN);
	CHECK_INT(getrlimit(RLIMIT_FSIZE, &old), 0);
	limit = old;
	limit.rlim_cur = 12000;
	CHECK_INT(setrlimit(RLIMIT_FSIZE, &limit), 0);
	CHECK_INT(rig_start(&r), 0);
	for (packets = 0; packets < clip.n && !err; packets++)
		err = rig_give(&r, &clip, packets, caps, 25, 0);
	CHECK_INT(setrlimit(RLIMIT_FSIZE, &old), 0);
	CHECK_INT(err, -EFBIG);
	check_opened(&at, "12-00-00");
	/* the packet that did not go in is not of the file's length */
	snprintf(want, sizeof(want), "%.1f", (double)(packets - 2) / 25);
	check_told(&at, "failed", "12-00-00", want, r.f.error);
	CHECK_INT(r.f.n_events, at);
	rig_stop(&r);
	CHECK_INT(r.f.n_events, at);
	end();
}

TEST(a_file_that_cannot_even_be_begun_is_told_without_its_name)
{
	char want[1024];
	size_t at = 0;
	int err = 0;

	begin(60);
	CHECK_INT(rig_start(&r), 0);
	rig_finish(&r);
	for (int i = 0; i < clip.n && !err; i++)
		err = rig_give(&r, &clip, i, caps, 25, 0);
	CHECK_INT(err, -ENOENT);
	snprintf(want, sizeof(want), "{\"reason\":\"%s\"}", r.f.error);
	CHECK_STR(next(&at, "failed"), want);
	rig_stop(&r);
	CHECK_INT(r.f.n_events, at);
	end();
}

static void make_recording(const char *day)
{
	char path[512];
	int fd;

	snprintf(path, sizeof(path), "%s/cam", r.folder);
	mkdir(path, 0755);
	snprintf(path, sizeof(path), "%s/cam/%s", r.folder, day);
	mkdir(path, 0755);
	snprintf(path, sizeof(path), "%s/cam/%s/cam_%s_12-00-00Z.mp4", r.folder, day, day);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	CHECK(fd >= 0);
	CHECK_INT(ftruncate(fd, 1000), 0);
	close(fd);
}

TEST(a_file_that_made_room_is_told_when_it_is_gone)
{
	size_t at = 0;

	begin(30);
	r.config.overwrite = true;
	make_recording("2026-01-01");
	make_recording("2026-01-02");
	r.config.min_free = INT64_C(1) << 60;
	CHECK_INT(rig_start(&r), -ENOSPC);
	CHECK_STR(next(&at, "deleted"), "{\"file\":\"cam/2026-01-01/"
					"cam_2026-01-01_12-00-00Z.mp4\",\"start\":\"2026-01-01T12:00:00Z\","
					"\"bytes\":1000,\"reason\":\"free space\"}");
	CHECK_STR(next(&at, "deleted"), "{\"file\":\"cam/2026-01-02/"
					"cam_2026-01-02_12-00-00Z.mp4\",\"start\":\"2026-01-02T12:00:00Z\","
					"\"bytes\":1000,\"reason\":\"free space\"}");
	CHECK_INT(r.f.n_events, at);
	end();
}

TEST(what_is_told_stands_in_the_descriptor)
{
	const struct cam_topic *t = cam_plugin_1.topics;

	CHECK_STR(t[0].name, "recording");
	CHECK_STR(t[0].labels, "opened closed deleted failed");
	CHECK(!t[1].name);
}

RUN_TESTS(T(a_file_is_told_when_it_is_begun_and_when_it_is_whole), T(a_file_tells_why_it_has_ended),
	T(too_little_space_closes_the_file_and_says_so),
	T(a_file_that_cannot_be_written_is_told_with_the_sentence),
	T(a_file_that_cannot_even_be_begun_is_told_without_its_name),
	T(a_file_that_made_room_is_told_when_it_is_gone), T(what_is_told_stands_in_the_descriptor))
