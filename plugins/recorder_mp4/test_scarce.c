/* SPDX-License-Identifier: MIT */
/* recorder_mp4: disks and memory that fail. Linked with --wrap, see local.mk. */
#include "core/media/buf.h"
#include "plugins/recorder_mp4/test_rig.h"
#include "tests/check.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

static struct rig r;
static struct clip clip;
static struct clip_file file;
static const struct cam_caps *caps;

/* ---- the C library's calls, watched and made to fail ---- */

static int folder_error, write_error; /* an errno; 0: they work */
static long countdown = -1; /* allocations until one fails; below 0: none does */
static bool failed, counts; /* the plugin's alone */

int __real_fsync(int fd);
int __wrap_fsync(int fd);
ssize_t __real_write(int fd, const void *data, size_t len);
ssize_t __wrap_write(int fd, const void *data, size_t len);

int __wrap_fsync(int fd)
{
	if (!folder_error)
		return __real_fsync(fd);
	errno = folder_error;
	return -1;
}

ssize_t __wrap_write(int fd, const void *data, size_t len)
{
	if (!write_error)
		return __real_write(fd, data, len);
	errno = write_error;
	return -1;
}

static int64_t blocks = -1; /* free in the file system; each file that is removed frees one; -1: as it is */

int __real_fstatvfs(int fd, struct statvfs *fs);
int __wrap_fstatvfs(int fd, struct statvfs *fs);
int __real_unlinkat(int fd, const char *name, int flags);
int __wrap_unlinkat(int fd, const char *name, int flags);

int __wrap_fstatvfs(int fd, struct statvfs *fs)
{
	int err = __real_fstatvfs(fd, fs);

	if (blocks >= 0) {
		fs->f_frsize = 4096;
		fs->f_blocks = 1000;
		fs->f_bavail = (fsblkcnt_t)blocks;
	}
	return err;
}

int __wrap_unlinkat(int fd, const char *name, int flags)
{
	int err = __real_unlinkat(fd, name, flags);

	if (!err && !flags && blocks >= 0)
		blocks++;
	return err;
}

static bool fails(void)
{
	if (!counts || countdown < 0 || countdown--)
		return false;
	failed = true;
	return true;
}

/* clang-format off */
#define WRAP(name, params, args)                                                                             \
	void *__real_##name params;                                                                          \
	void *__wrap_##name params;                                                                          \
	void *__wrap_##name params                                                                           \
	{                                                                                                    \
		return fails() ? NULL : __real_##name args;                                                  \
	}
WRAP(malloc, (size_t n), (n))
WRAP(calloc, (size_t n, size_t size), (n, size))
WRAP(realloc, (void *old, size_t n), (old, n))
/* clang-format on */

/* ---- ---- */

static void begin(int frames)
{
	rig_init(&r);
	CHECK(clip_make(&clip, &(struct clip_make){"libx264", frames, 25, 0, 64, 48, true}));
	caps = rig_caps(&clip, CAM_H264, 64, 48, true);
}

static void end(void)
{
	folder_error = write_error = 0;
	caps_unref(caps);
	clip_free(&clip);
	rig_finish(&r);
}

static int give(int from, int to)
{
	int err = 0;

	for (int i = from; i < to && !err; i++)
		err = rig_give(&r, &clip, i, caps, 25, 0);
	return err;
}

static void check_fails(int err, const char *what)
{
	int is = give(26, clip.n);

	CHECK_INT(is, err);
	CHECK(strstr(r.f.error, what));
	CHECK_STR(r.f.option, "directory");
	CHECK_INT(r.f.stats[STAT_ERRORS], 1);
	rig_stop(&r);
	CHECK_INT(r.f.stats[STAT_ERRORS], 1); /* and it is not tried again */
}

TEST(a_disk_that_does_not_write_fails_the_node)
{
	begin(100);
	r.config.segment_ns = 600 * CAM_SECOND;
	CHECK_INT(rig_start(&r), 0);
	CHECK_INT(give(0, 26), 0);
	write_error = EIO;
	check_fails(-EIO, "fails to write");
	write_error = 0;
	CHECK_INT(rig_start(&r), 0);
	CHECK_INT(give(0, 26), 0);
	write_error = ENOSPC;
	check_fails(-ENOSPC, "the disk is full");
	write_error = 0;
	/* What was whole before plays. */
	CHECK_INT(rig_files(&r), 2);
	for (int i = 0; i < 2; i++) {
		CHECK_INT(clip_file_read(&file, r.path[i]), 0);
		CHECK(file.n >= 25);
		clip_file_free(&file);
	}
	end();
}

TEST(a_folder_that_does_not_sync_leaves_no_file_behind)
{
	begin(60);
	folder_error = EIO;
	CHECK_INT(rig_start(&r), 0);
	CHECK_INT(give(0, 60), -EIO);
	rig_stop(&r);
	CHECK_INT(rig_files(&r), 0);
	folder_error = 0; /* its folders are there by now, but for the day's */
	CHECK_INT(rig_start(&r), 0);
	CHECK_INT(give(0, 26), 0);
	rig_stop(&r);
	CHECK_INT(rig_files(&r), 1);
	folder_error = EIO;
	CHECK_INT(rig_start(&r), 0);
	r.wall_set_ns = 10 * CAM_SECOND;
	CHECK_INT(give(0, 60), -EIO);
	rig_stop(&r);
	CHECK_INT(rig_files(&r), 1);
	end();
}

static void make_recording(int day)
{
	char path[512];
	FILE *made;

	snprintf(path, sizeof(path), "%s/cam", r.folder);
	mkdir(path, 0755);
	snprintf(path, sizeof(path), "%s/cam/2026-01-%02d", r.folder, day);
	mkdir(path, 0755);
	snprintf(
		path, sizeof(path), "%s/cam/2026-01-%02d/cam_2026-01-%02d_12-00-00Z.mp4", r.folder, day, day);
	made = fopen(path, "w");
	CHECK(made && !fclose(made));
}

TEST(no_more_is_deleted_than_makes_the_room_that_is_wanted)
{
	begin(60);
	r.config.overwrite = true;
	r.config.min_free = 5 * 4096;
	for (int day = 1; day <= 4; day++)
		make_recording(day);
	blocks = 3;
	CHECK_INT(rig_start(&r), 0);
	CHECK_INT(r.f.stats[STAT_DELETED], 2);
	CHECK_INT(blocks, 5);
	CHECK_INT(rig_files(&r), 2);
	CHECK(strstr(r.path[0], "2026-01-03"));
	rig_stop(&r);
	r.config.min_free = -1; /* a hundredth, which is ten blocks */
	blocks = 9;
	CHECK_INT(rig_start(&r), 0);
	CHECK_INT(r.f.stats[STAT_DELETED], 1);
	rig_stop(&r);
	blocks = -1;
	end();
}

static int consume(void *self, struct cam_sub *sub, const struct cam_buf *buf)
{
	int err;

	counts = true;
	err = cam_plugin_1.consume(self, sub, buf);
	counts = false;
	return err;
}

/* @return whether it was over before an allocation failed */
static bool record_with_memory(long n)
{
	static struct cam_plugin counted;
	bool over;
	int err;

	failed = false;
	countdown = n;
	counts = true;
	err = rig_start(&r);
	counts = false;
	counted = cam_plugin_1;
	counted.consume = consume;
	r.f.plugin = &counted;
	if (!err)
		err = give(0, 60);
	countdown = -1;
	over = !failed;
	CHECK(over ? !err : !err || err == -ENOMEM);
	if (!err || r.f.stats[STAT_ERRORS])
		rig_stop(&r);
	return over;
}

TEST(a_recorder_survives_each_failing_allocation)
{
	long n = 0;

	begin(60);
	while (n < 200 && !record_with_memory(n))
		n++;
	CHECK(n >= 5 && n < 200);
	CHECK(rig_files(&r) > 0);
	CHECK_INT(clip_file_read(&file, r.path[r.n_paths - 1]), 0);
	clip_file_free(&file);
	end();
}

RUN_TESTS(T(no_more_is_deleted_than_makes_the_room_that_is_wanted),
	T(a_disk_that_does_not_write_fails_the_node), T(a_folder_that_does_not_sync_leaves_no_file_behind),
	T(a_recorder_survives_each_failing_allocation))
