/* SPDX-License-Identifier: MIT */
/* What recorder_mp4 has the disk keep, and when, and what it locks. Linked with --wrap=fsync,fdatasync. */
#include "core/media/buf.h"
#include "plugins/recorder_mp4/test_rig.h"
#include "plugins/recorder_mp4/tree.h"
#include "tests/check.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FRAGMENTS = 4, A_FRAGMENT = 25 };

static struct rig r;
static struct clip clip;
static const struct cam_caps *caps;

static int file_syncs, folder_syncs, refuse;
static int64_t synced_bytes; /* of the file, when it was last synced */

int __real_fsync(int fd);
int __real_fdatasync(int fd);
int __wrap_fsync(int fd);
int __wrap_fdatasync(int fd);

int __wrap_fsync(int fd)
{
	struct stat st;

	if (refuse) {
		errno = EIO;
		return -1;
	}
	folder_syncs += !fstat(fd, &st) && S_ISDIR(st.st_mode);
	return __real_fsync(fd);
}

int __wrap_fdatasync(int fd)
{
	struct stat st;

	if (refuse) {
		errno = EIO;
		return -1;
	}
	file_syncs++;
	if (!fstat(fd, &st))
		synced_bytes = st.st_size;
	return __real_fdatasync(fd);
}

static void begin(void)
{
	rig_init(&r);
	r.config.segment_ns = 60 * CAM_SECOND;
	CHECK(clip_make(&clip, &(struct clip_make){"libx264", FRAGMENTS * A_FRAGMENT, 25, 2, 64, 48, true}));
	caps = rig_caps(&clip, CAM_H264, 64, 48, true);
	CHECK(caps);
	CHECK_INT(rig_start(&r), 0);
	file_syncs = folder_syncs = refuse = 0;
	synced_bytes = 0;
}

static void end(void)
{
	rig_finish(&r);
	clip_free(&clip);
	caps_unref(caps);
}

static int give(int from, int to)
{
	int err = 0;

	for (int i = from; i < to && !err; i++)
		err = rig_give(&r, &clip, i, caps, 25, 0);
	return err;
}

static int64_t bytes_of_file(void)
{
	struct stat st;

	CHECK_INT(rig_files(&r), 1);
	CHECK_INT(stat(r.path[0], &st), 0);
	return st.st_size;
}

/* A fragment is written when the next one begins. */
TEST(every_second_fragment_is_on_the_disk_at_once)
{
	begin();
	for (int fragment = 1; fragment < FRAGMENTS; fragment++) {
		CHECK_INT(give((fragment - 1) * A_FRAGMENT + (fragment > 1), fragment * A_FRAGMENT + 1), 0);
		CHECK_INT(file_syncs, (fragment + 1) / 2);
		CHECK(synced_bytes > 0);
		CHECK((synced_bytes == bytes_of_file()) == (fragment % 2 == 1));
	}
	rig_stop(&r);
	end();
}

TEST(a_file_is_whole_on_the_disk_when_it_is_closed)
{
	begin();
	CHECK_INT(give(0, A_FRAGMENT + 5), 0);
	rig_stop(&r);
	CHECK_INT(synced_bytes, bytes_of_file());
	end();
}

TEST(new_folders_and_files_are_entered_on_the_disk)
{
	begin();
	CHECK_INT(give(0, A_FRAGMENT + 1), 0);
	CHECK_INT(folder_syncs, 3); /* the camera's in the recordings, the day's in that, the file in that */
	rig_stop(&r);
	folder_syncs = 0;
	CHECK_INT(rig_start(&r), 0);
	CHECK_INT(give(0, A_FRAGMENT + 1), 0);
	CHECK_INT(folder_syncs, 1);
	rig_stop(&r);
	end();
}

TEST(a_disk_that_cannot_keep_is_a_failure)
{
	begin();
	CHECK_INT(give(0, A_FRAGMENT + 1), 0);
	refuse = 1;
	CHECK_INT(give(A_FRAGMENT + 1, 3 * A_FRAGMENT + 1), -EIO);
	rig_stop(&r);
	CHECK_INT(rig_start(&r), 0);
	CHECK_INT(give(0, A_FRAGMENT + 1), -EIO);
	rig_stop(&r);
	end();
}

TEST(a_file_is_locked_while_it_is_written)
{
	int fd;

	begin();
	CHECK_INT(give(0, A_FRAGMENT + 1), 0);
	CHECK_INT(rig_files(&r), 1);
	fd = open(r.path[0], O_RDONLY | O_CLOEXEC);
	CHECK(fd >= 0);
	CHECK(flock(fd, LOCK_SH | LOCK_NB) && errno == EWOULDBLOCK);
	rig_stop(&r);
	CHECK_INT(flock(fd, LOCK_SH | LOCK_NB), 0);
	close(fd);
	end();
}

RUN_TESTS(T(every_second_fragment_is_on_the_disk_at_once), T(a_file_is_whole_on_the_disk_when_it_is_closed),
	T(new_folders_and_files_are_entered_on_the_disk), T(a_disk_that_cannot_keep_is_a_failure),
	T(a_file_is_locked_while_it_is_written))
