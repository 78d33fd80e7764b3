/* SPDX-License-Identifier: MIT */
/* shm_ring's life: sizes, demand, names, and what happens when /dev/shm or its objects are not as they should be. */
#include "plugins/shm_ring/test_rig.h"

#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/wait.h>

static struct rig rig, other;

/* Bytes of the object that have memory behind them. */
static int64_t held(const struct rig *r)
{
	struct stat st;

	return rig_object(r, "", &st) ? (int64_t)st.st_blocks * 512 : -1;
}

static int64_t sized(const struct rig *r)
{
	struct stat st;

	return rig_object(r, "", &st) ? (int64_t)st.st_size : -1;
}

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
	CHECK_INT(sized(&rig), 12288 + 137625600);
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
	CHECK_INT(held(&rig), 12288);
	rig_end(&rig);
	CHECK_INT(sized(&rig), -1);
}

TEST(pictures_of_a_part_of_the_span_round_up)
{
	rig_init(&rig, "round");
	rig_fps(&rig, 0.1);
	CHECK_INT(rig_start(&rig), 0);
	CHECK_INT(sized(&rig), 8192 + 3 * 64 * 32 * 3);
	rig_end(&rig);
	rig_fps(&rig, 7.5);
	CHECK_INT(rig_start(&rig), 0);
	CHECK_INT(sized(&rig), 8192 + 8 * 64 * 32 * 3);
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
	idle = held(&rig);
	CHECK_INT(idle, 8192);
	CHECK(!rig_subscribed(&rig));

	CHECK_INT(cam_shm_open(rig.name, &reader), 0);
	rig_tick(&rig);
	CHECK_INT(rig.f.stats[READERS], 1);
	CHECK_INT(rig.f.stats[RESERVED], 10 * 1280 * 720 * 3);
	CHECK(held(&rig) >= 8192 + 10 * 1280 * 720 * 3);
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
	CHECK_INT(held(&rig), idle);
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
	CHECK_INT(held(&rig), 8192);
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
	CHECK(held(&rig) >= 8192 + 10 * 64 * 32 * 3);
	rig_tick(&rig);
	CHECK(rig_subscribed(&rig));
	rig_end(&rig);
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

TEST(a_name_that_a_living_process_has_is_refused_with_its_pid)
{
	int to_child[2], from_child[2], status;
	char c, want[32];
	pid_t child;

	CHECK_INT(pipe(to_child), 0);
	CHECK_INT(pipe(from_child), 0);
	rig_init(&rig, "taken");
	child = fork();
	if (!child) {
		alarm(20);
		close(to_child[1]);
		c = rig_start(&rig) ? 'n' : 'y';
		if (write(from_child[1], &c, 1) != 1 || read(to_child[0], &c, 1) < 0)
			_exit(1);
		rig_end(&rig);
		_exit(0);
	}
	CHECK_INT(read(from_child[0], &c, 1), 1);
	CHECK_INT(c, 'y');
	CHECK_INT(rig_start(&rig), -EBUSY);
	CHECK_STR(rig.f.option, "name");
	snprintf(want, sizeof(want), "process %ld", (long)child);
	CHECK(strstr(rig.f.error, want));
	/* It was left as it is. */
	CHECK(sized(&rig) > 0);
	close(to_child[0]);
	close(to_child[1]);
	CHECK_INT(waitpid(child, &status, 0), child);
	CHECK(WIFEXITED(status) && !WEXITSTATUS(status));
	close(from_child[0]);
	close(from_child[1]);
	CHECK_INT(sized(&rig), -1);
}

TEST(what_a_killed_server_left_is_taken_over_as_another_generation)
{
	struct cam_shm reader;
	uint64_t generation;
	int out[2], status;
	pid_t child;
	char c;

	CHECK_INT(pipe(out), 0);
	rig_init(&rig, "stale");
	child = fork();
	if (!child) {
		alarm(20);
		c = rig_start(&rig) ? 'n' : 'y';
		if (write(out[1], &c, 1) == 1)
			pause();
		_exit(1);
	}
	CHECK_INT(read(out[0], &c, 1), 1);
	CHECK_INT(c, 'y');
	CHECK_INT(cam_shm_open(rig.name, &reader), 0);
	generation = reader.generation;
	CHECK_INT(cam_shm_alive(&reader), 0);
	kill(child, SIGKILL);
	CHECK_INT(waitpid(child, &status, 0), child);
	/* The reader sees it without being told, and again after the take-over. */
	CHECK_INT(cam_shm_alive(&reader), -ESTALE);
	CHECK_INT(rig_start(&rig), 0);
	CHECK_INT(cam_shm_alive(&reader), -ESTALE);
	CHECK_INT(cam_shm_reopen(&reader), 0);
	CHECK(reader.generation > generation);
	CHECK_INT(cam_shm_alive(&reader), 0);
	rig_end(&rig);
	CHECK_INT(cam_shm_alive(&reader), -ESTALE);
	CHECK_INT(cam_shm_reopen(&reader), -ENOENT);
	cam_shm_close(&reader);
	close(out[0]);
	close(out[1]);
}

TEST(somebody_elses_object_is_left_alone)
{
	char path[128];
	int fd;

	rig_init(&rig, "foreign");
	snprintf(path, sizeof(path), "/%s", rig.name);
	fd = shm_open(path, O_RDWR | O_CREAT, 0600);
	CHECK(fd >= 0);
	CHECK_INT(write(fd, "something else", 14), 14);
	close(fd);
	CHECK_INT(rig_start(&rig), -EEXIST);
	CHECK_STR(rig.f.option, "name");
	CHECK_INT(sized(&rig), 14);
	CHECK_INT(shm_unlink(path), 0);
}

TEST(a_removed_or_cut_off_ring_makes_the_node_start_anew)
{
	char path[128];
	int fd;

	rig_init(&rig, "cut");
	rig_int(&rig, "fill", CAM_SHM_ALWAYS);
	CHECK_INT(rig_start(&rig), 0);
	snprintf(path, sizeof(path), "/%s", rig.name);
	fd = shm_open(path, O_RDWR, 0);
	CHECK(fd >= 0);
	CHECK_INT(ftruncate(fd, 0), 0);
	close(fd);
	CHECK(!rig_into(&rig));
	rig_tick(&rig);
	CHECK_INT(rig.f.failed, -EIO);
	rig_end(&rig);

	rig_init(&rig, "removed");
	CHECK_INT(rig_start(&rig), 0);
	snprintf(path, sizeof(path), "/%s", rig.name);
	CHECK_INT(shm_unlink(path), 0);
	/* Its name may be another's now: that one is not taken away on ending. */
	CHECK_INT(rig_start(memcpy(&other, &rig, sizeof(rig))), 0);
	rig_tick(&rig);
	CHECK_INT(rig.f.failed, -EIO);
	rig_end(&rig);
	CHECK(sized(&other) > 0);
	rig_end(&other);
}

/* Mounts that are this process' alone, as root or as root of a user namespace. */
static bool own_mounts(void)
{
	char map[64];
	int fd, n = snprintf(map, sizeof(map), "0 %u 1", (unsigned)getuid());
	bool done;

	if (!unshare(CLONE_NEWNS))
		return true;
	if (unshare(CLONE_NEWUSER | CLONE_NEWNS))
		return false;
	fd = open("/proc/self/uid_map", O_WRONLY);
	done = fd >= 0 && write(fd, map, (size_t)n) == n;
	if (fd >= 0)
		close(fd);
	return done;
}

/* In a process of its own, whose /dev/shm has 1 MiB. @return 0, or the number of what went wrong */
static int in_a_full_shm(void)
{
	struct cam_shm reader;
	uint64_t seq;

	if (rig_start(&rig) != -ENOSPC || strcmp(rig.f.option, "seconds"))
		return 1;
	if (!strstr(rig.f.error, "1843200") || !strstr(rig.f.error, "--shm-size"))
		return 2;
	if (sized(&rig) != -1)
		return 3;
	rig_int(&rig, "fill", CAM_SHM_DEMAND);
	if (rig_start(&rig) || !strstr(rig.f.log, "too small") || cam_shm_open(rig.name, &reader))
		return 4;
	rig_tick(&rig);
	if (!strstr(rig.f.log, "1843200") || !strstr(rig.f.log, "--shm-size") || rig_subscribed(&rig))
		return 5;
	if (cam_shm_wait(&reader, 0, 1000000, &seq) != -ENOSPC || rig.f.failed)
		return 6;
	if (held(&rig) != 8192)
		return 7;
	cam_shm_close(&reader);
	rig_end(&rig);
	return 0;
}

TEST(a_full_dev_shm_is_an_error_that_names_the_bytes)
{
	int status;
	pid_t child;

	rig_init(&rig, "full");
	rig_int(&rig, "width", 320);
	rig_int(&rig, "height", 192);
	rig_int(&rig, "fill", CAM_SHM_ALWAYS);
	child = fork();
	if (!child) {
		alarm(20);
		if (!own_mounts() || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
			mount("tmpfs", "/dev/shm", "tmpfs", 0, "size=1m"))
			_exit(77);
		_exit(in_a_full_shm());
	}
	CHECK_INT(waitpid(child, &status, 0), child);
	CHECK(WIFEXITED(status));
	if (WEXITSTATUS(status) == 77)
		printf("# may not mount here: not tested\n");
	else
		CHECK_INT(WEXITSTATUS(status), 0);
}

TEST(names_and_modes_are_checked)
{
	static const char *const bad[] = {"", "a/b", "/a", "..", "x.readers", "a\nb"};
	static const char *const modes[] = {"", "0460", "rw", "0770", "-600", "01660", "0660 "};
	char name[300];

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		rig_init(&rig, "x");
		rig_text(&rig, "name", bad[i]);
		CHECK_INT(rig_start(&rig), -EINVAL);
		CHECK_STR(rig.f.option, "name");
	}
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		rig_init(&rig, "x");
		rig_text(&rig, "mode", modes[i]);
		CHECK_INT(rig_start(&rig), -EINVAL);
		CHECK_STR(rig.f.option, "mode");
	}
	memset(name, 'n', sizeof(name));
	name[201] = 0;
	rig_init(&rig, "x");
	rig_text(&rig, "name", name);
	CHECK_INT(rig_start(&rig), -EINVAL);
	snprintf(name, 32, "t%ld", (long)getpid());
	name[strlen(name)] = 'n';
	name[200] = 0;
	CHECK_INT(rig_start(&rig), 0);
	rig_end(&rig);
}

TEST(readers_may_read_the_pictures_and_write_the_heartbeats)
{
	struct stat st;

	rig_init(&rig, "mode");
	CHECK_INT(rig_start(&rig), 0);
	CHECK(rig_object(&rig, "", &st));
	CHECK_INT(st.st_mode & 07777, 0640);
	CHECK(rig_object(&rig, ".readers", &st));
	CHECK_INT(st.st_mode & 07777, 0660);
	CHECK_INT(st.st_size, 4096);
	rig_end(&rig);
	CHECK(!rig_object(&rig, ".readers", &st));
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
		T(a_picture_that_was_begun_and_never_came_is_not_shown),
		T(pictures_in_the_servers_own_memory_are_copied),
		T(a_name_that_a_living_process_has_is_refused_with_its_pid),
		T(what_a_killed_server_left_is_taken_over_as_another_generation),
		T(somebody_elses_object_is_left_alone),
		T(a_removed_or_cut_off_ring_makes_the_node_start_anew),
		T(a_full_dev_shm_is_an_error_that_names_the_bytes),
		T(names_and_modes_are_checked),
		T(readers_may_read_the_pictures_and_write_the_heartbeats),
		T(packets_are_kept_and_replayed_from_a_keyframe),
	};

	alarm(60);
	return check_run(tests, (int)(sizeof(tests) / sizeof(tests[0])));
}
