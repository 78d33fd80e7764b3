/* SPDX-License-Identifier: MIT */
/* recorder_mp4: torn files, folders that cannot be written, full disks. */
#include "core/media/buf.h"
#include "plugins/recorder_mp4/repair.h"
#include "plugins/recorder_mp4/test_rig.h"
#include "tests/check.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_BYTES = 1 << 20, FRAGMENTS = 6, A_FRAGMENT = 25 };

static struct rig r;
static struct clip clip;
static const struct cam_caps *caps;
static struct clip_file file;
static uint8_t whole[MAX_BYTES];
static size_t whole_len;

static void begin(int frames)
{
	rig_init(&r);
	r.config.segment_ns = 60 * CAM_SECOND;
	CHECK(clip_make(&clip, &(struct clip_make){"libx264", frames, 25, 2, 64, 48, true}));
	caps = rig_caps(&clip, CAM_H264, 64, 48, true);
	CHECK(caps);
}

static void end(void)
{
	rig_finish(&r);
	clip_free(&clip);
	caps_unref(caps);
}

static void give(int from, int to)
{
	for (int i = from; i < to; i++)
		CHECK_INT(rig_give(&r, &clip, i, caps, 25, 0), 0);
}

static void write_file(const char *path, const void *data, size_t len)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	CHECK(fd >= 0);
	CHECK_INT(write(fd, data, len), len);
	close(fd);
}

/* One closed file of FRAGMENTS fragments, in `whole` and at r.path[0]. */
static void record_whole(void)
{
	int fd;

	begin(FRAGMENTS * A_FRAGMENT);
	CHECK_INT(rig_start(&r), 0);
	give(0, clip.n);
	rig_stop(&r);
	CHECK_INT(rig_files(&r), 1);
	fd = open(r.path[0], O_RDONLY | O_CLOEXEC);
	CHECK(fd >= 0);
	whole_len = (size_t)read(fd, whole, sizeof(whole));
	close(fd);
	CHECK(whole_len > 1000 && whole_len < sizeof(whole));
}

static size_t last_end; /* of the last whole fragment, or of the index; set by whole_fragments() */

/* @return how many fragments end within the first len bytes */
static int whole_fragments(size_t len)
{
	int n = 0;

	last_end = 0;

	for (size_t at = 0; at + 8 <= whole_len;) {
		size_t bytes = (size_t)whole[at] << 24 | (size_t)whole[at + 1] << 16 |
			       (size_t)whole[at + 2] << 8 | whole[at + 3];

		at += bytes;
		if (at > len)
			break;
		n += !memcmp(whole + at - bytes + 4, "mdat", 4);
		if (!memcmp(whole + at - bytes + 4, "mdat", 4) || !memcmp(whole + at - bytes + 4, "mfra", 4))
			last_end = at;
	}
	return n;
}

static void start_and_stop(void)
{
	CHECK_INT(rig_start(&r), 0);
	rig_stop(&r);
}

/* The file is there, has these packets, and gives no cause for complaint. */
static void check_plays(int packets)
{
	CHECK_INT(rig_files(&r), 1);
	CHECK_INT(clip_file_read(&file, r.path[0]), 0);
	if (file.warnings)
		printf("# %s", file.warning);
	CHECK_INT(file.warnings, 0);
	CHECK_INT(file.n, packets);
	for (int i = 0; i < packets; i++)
		CHECK(clip_same(&clip, i, file.packet[i].data, file.packet[i].len));
	clip_file_free(&file);
}

TEST(a_file_torn_anywhere_plays_up_to_its_last_whole_fragment)
{
	unsigned random = 12345;
	char path[512];

	record_whole();
	CHECK_INT(whole_fragments(whole_len), FRAGMENTS);
	snprintf(path, sizeof(path), "%s", r.path[0]);
	for (int i = 0; i < 60; i++) {
		size_t len = (random = random * 1103515245 + 12345) / 7 % whole_len;
		int fragments = whole_fragments(len);
		struct stat st;

		write_file(path, whole, len);
		start_and_stop();
		if (fragments) {
			check_plays(fragments * A_FRAGMENT);
			CHECK_INT(stat(path, &st), 0);
			CHECK_INT(st.st_size, last_end);
			continue;
		}
		CHECK_INT(rig_files(&r), 1);
		CHECK_STR(r.path[0] + strlen(r.path[0]) - 9, ".mp4.torn");
		CHECK_INT(unlink(r.path[0]), 0);
	}
	end();
}

TEST(a_whole_file_stays_as_it_is)
{
	struct stat before, after;

	record_whole();
	CHECK_INT(stat(r.path[0], &before), 0);
	start_and_stop();
	CHECK_INT(stat(r.path[0], &after), 0);
	CHECK_INT(after.st_size, before.st_size);
	CHECK_INT(after.st_mtim.tv_nsec, before.st_mtim.tv_nsec);
	check_plays(clip.n);
	end();
}

TEST(tails_of_zeros_and_noise_are_cut)
{
	static const uint8_t huge[16] = {
		0, 0, 0, 1, 'm', 'd', 'a', 't', 0x7f, 255, 255, 255, 255, 255, 255, 255};
	/* A box that is smaller than its own head. */
	static const uint8_t small[24] = {
		0, 0, 0, 8, 'm', 'o', 'o', 'f', 0, 0, 0, 1, 'm', 'd', 'a', 't', 0, 0, 0, 0, 0, 0, 0, 8};
	struct stat st;
	size_t len;

	record_whole();
	for (len = whole_len; whole_fragments(len - 1) == FRAGMENTS;)
		len--; /* without the index */
	memset(whole + len, 0, 5000);
	write_file(r.path[0], whole, len + 5000);
	start_and_stop();
	check_plays(clip.n);
	memset(whole + len, 0xa5, 5000);
	write_file(r.path[0], whole, len + 5000);
	start_and_stop();
	check_plays(clip.n);
	memcpy(whole + len, huge, sizeof(huge));
	write_file(r.path[0], whole, len + 5000);
	start_and_stop();
	check_plays(clip.n);
	memcpy(whole + len, small, sizeof(small));
	write_file(r.path[0], whole, len + 5000);
	start_and_stop();
	CHECK_INT(stat(r.path[0], &st), 0);
	CHECK_INT(st.st_size, len);
	end();
}

TEST(noise_under_a_recordings_name_harms_nothing)
{
	unsigned random = 1;
	char path[512];

	record_whole();
	snprintf(path, sizeof(path), "%s", r.path[0]);
	for (int i = 0; i < 200; i++) {
		static uint8_t bytes[4096];
		struct repair_scan scan;
		int fd;

		for (size_t k = 0; k < sizeof(bytes); k++) {
			random = random * 1103515245 + 12345;
			bytes[k] = i % 2 && k % 16 < 8 ? whole[k] : (uint8_t)(random >> 16);
		}
		write_file(path, bytes, sizeof(bytes));
		fd = open(path, O_RDONLY | O_CLOEXEC);
		CHECK(fd >= 0);
		CHECK_INT(repair_scan(fd, &scan), 0);
		close(fd);
		CHECK(scan.good >= 0 && scan.good <= scan.bytes);
		CHECK_INT(scan.bytes, sizeof(bytes));
	}
	start_and_stop();
	end();
}

TEST(a_file_that_another_process_writes_is_left_alone)
{
	struct stat st;
	int fd;

	record_whole();
	CHECK_INT(truncate(r.path[0], (off_t)whole_len / 2), 0);
	fd = open(r.path[0], O_RDONLY | O_CLOEXEC);
	CHECK_INT(flock(fd, LOCK_EX | LOCK_NB), 0);
	start_and_stop();
	CHECK_INT(stat(r.path[0], &st), 0);
	CHECK_INT(st.st_size, whole_len / 2);
	close(fd);
	start_and_stop();
	CHECK_INT(stat(r.path[0], &st), 0);
	CHECK(st.st_size < (off_t)whole_len / 2);
	end();
}

TEST(a_folder_that_cannot_be_written_is_a_clear_error)
{
	const char *remedy = geteuid() ? "chmod" : "chown"; /* of one's own folder, and of another's */
	char want[300];

	begin(3);
	CHECK_INT(chmod(r.folder, 0555), 0);
	if (geteuid() == 0)
		CHECK_INT(seteuid(65534), 0);
	CHECK_INT(rig_start(&r), -EACCES);
	if (geteuid() != getuid())
		CHECK_INT(seteuid(getuid()), 0);
	snprintf(want, sizeof(want), "cannot write to %s", r.folder);
	CHECK(!strncmp(r.f.error, want, strlen(want)) && strstr(r.f.error, remedy));
	CHECK_STR(r.f.option, "directory");
	CHECK_INT(chmod(r.folder, 0755), 0);
	end();
}

TEST(a_missing_folder_is_made_but_not_its_parents)
{
	char path[128], want[300];

	begin(3);
	r.config.directory = path;
	snprintf(path, sizeof(path), "%s/made", r.folder);
	start_and_stop();
	CHECK_INT(access(path, F_OK), 0);
	snprintf(path, sizeof(path), "%s/not/made", r.folder);
	CHECK_INT(rig_start(&r), -ENOENT);
	snprintf(want, sizeof(want), "%s does not exist; create or mount it, or choose another folder", path);
	CHECK_STR(r.f.error, want);
	snprintf(path, sizeof(path), "/dev/null");
	CHECK_INT(rig_start(&r), -ENOTDIR);
	CHECK_STR(r.f.error, "/dev/null is not a folder; choose another");
	end();
}

TEST(a_folder_that_is_deleted_while_recording_fails_the_node)
{
	int err = 0;

	begin(200);
	r.config.segment_ns = 2 * CAM_SECOND;
	CHECK_INT(rig_start(&r), 0);
	give(0, 40);
	rig_finish(&r);
	for (int i = 40; i < clip.n && !err; i++)
		err = rig_give(&r, &clip, i, caps, 25, 0);
	CHECK_INT(err, -ENOENT);
	CHECK(strstr(r.f.error, "does not exist"));
	rig_stop(&r);
	end();
}

TEST(a_full_disk_leaves_a_file_that_plays)
{
	struct rlimit old, limit;
	struct stat st;
	int err = 0, i, packets;

	begin(200);
	signal(SIGXFSZ, SIG_IGN);
	CHECK_INT(getrlimit(RLIMIT_FSIZE, &old), 0);
	limit = old;
	limit.rlim_cur = 12000;
	CHECK_INT(setrlimit(RLIMIT_FSIZE, &limit), 0);
	CHECK_INT(rig_start(&r), 0);
	for (i = 0; i < clip.n && !err; i++)
		err = rig_give(&r, &clip, i, caps, 25, 0);
	CHECK_INT(setrlimit(RLIMIT_FSIZE, &old), 0);
	CHECK_INT(err, -EFBIG);
	CHECK(strstr(r.f.error, "the disk is full"));
	CHECK_STR(r.f.option, "directory");
	CHECK_INT(r.f.stats[STAT_ERRORS], 1);
	packets = (int)r.f.stats[STAT_PACKETS];
	CHECK(packets >= A_FRAGMENT && packets % A_FRAGMENT == 0);
	rig_stop(&r);
	check_plays(packets);
	CHECK_INT(stat(r.path[0], &st), 0);
	CHECK(st.st_size < 12000);
	end();
}

TEST(too_little_space_stops_recording_in_order)
{
	char used[80];
	int err = 0;

	begin(100);
	/* A tmpfs that holds only folders is wholly free. */
	snprintf(used, sizeof(used), "%s/used", r.folder);
	write_file(used, whole, 4096);
	r.config.min_free = -100;
	CHECK_INT(rig_start(&r), -ENOSPC);
	CHECK_STR(r.f.option, "min_free");
	CHECK_INT(unlink(used), 0);
	r.config.min_free = 1;
	CHECK_INT(rig_start(&r), 0);
	give(0, 40);
	r.config.min_free = INT64_C(1) << 60;
	for (int i = 40; i < clip.n && !err; i++)
		err = rig_give(&r, &clip, i, caps, 25, 0);
	CHECK_INT(err, -ENOSPC);
	CHECK(strstr(r.f.error, "min_free"));
	rig_stop(&r);
	check_plays(50);
	end();
}

static void make_recording(const char *day)
{
	char path[512];

	snprintf(path, sizeof(path), "%s/cam", r.folder);
	mkdir(path, 0755);
	snprintf(path, sizeof(path), "%s/cam/%s", r.folder, day);
	mkdir(path, 0755);
	snprintf(path, sizeof(path), "%s/cam/%s/cam_%s_12-00-00Z.mp4", r.folder, day, day);
	write_file(path, whole, 1000);
}

TEST(overwriting_deletes_the_oldest_but_never_what_is_written)
{
	int fd;

	begin(30);
	r.config.overwrite = true;
	r.config.min_free = 1;
	make_recording("2026-01-01");
	make_recording("2026-01-02");
	make_recording("2026-01-03");
	make_recording("2026-01-04"); /* set aside as torn, and so out of this */
	start_and_stop();
	CHECK_INT(r.f.stats[STAT_DELETED], 0);
	CHECK_INT(rig_files(&r), 4);
	fd = open(r.path[1], O_RDONLY | O_CLOEXEC);
	CHECK_INT(flock(fd, LOCK_EX | LOCK_NB), 0);
	r.config.min_free = INT64_C(1) << 60;
	CHECK_INT(rig_start(&r), -ENOSPC); /* that much cannot be freed */
	CHECK_INT(r.f.stats[STAT_DELETED], 2);
	CHECK_INT(rig_files(&r), 2);
	CHECK(strstr(r.path[0], "/cam/2026-01-02/cam_2026-01-02_12-00-00Z.mp4"));
	snprintf(r.path[1], sizeof(r.path[1]), "%s/cam/2026-01-01", r.folder);
	CHECK_INT(access(r.path[1], F_OK), -1);
	close(fd);
	end();
}

TEST(a_clock_that_jumps_begins_another_file)
{
	begin(100);
	CHECK_INT(rig_start(&r), 0);
	give(0, 30);
	for (int i = 30; i < 60; i++) /* two hours ahead, then back again */
		CHECK_INT(rig_give(&r, &clip, i, caps, 25, 7200 * CAM_SECOND), 0);
	give(60, 100);
	CHECK_INT(r.f.stats[STAT_SKIPPED], 20 + 15);
	CHECK_INT(r.f.stats[STAT_REPAIRED], 0);
	rig_stop(&r);
	CHECK_INT(rig_files(&r), 3);
	for (int i = 0; i < 3; i++) {
		CHECK_INT(clip_file_read(&file, r.path[i]), 0);
		CHECK_INT(file.warnings, 0);
		CHECK_INT(file.packet[0].dts, 0);
		CHECK(file.packet[file.n - 1].dts < 2 * 90000);
		clip_file_free(&file);
	}
	end();
}

RUN_TESTS(T(overwriting_deletes_the_oldest_but_never_what_is_written),
	T(a_clock_that_jumps_begins_another_file),
	T(a_file_torn_anywhere_plays_up_to_its_last_whole_fragment), T(a_whole_file_stays_as_it_is),
	T(tails_of_zeros_and_noise_are_cut), T(noise_under_a_recordings_name_harms_nothing),
	T(a_file_that_another_process_writes_is_left_alone),
	T(a_folder_that_cannot_be_written_is_a_clear_error), T(a_missing_folder_is_made_but_not_its_parents),
	T(a_folder_that_is_deleted_while_recording_fails_the_node), T(a_full_disk_leaves_a_file_that_plays),
	T(too_little_space_stops_recording_in_order))
