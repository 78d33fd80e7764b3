/* SPDX-License-Identifier: MIT */
/* shm_ring's names and what lies under them: other servers, dead ones, strangers, and a /dev/shm without room. */
#include "plugins/shm_ring/test_rig.h"

#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/wait.h>

static struct rig rig, other;

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
	CHECK(rig_sized(&rig) > 0);
	close(to_child[0]);
	close(to_child[1]);
	CHECK_INT(waitpid(child, &status, 0), child);
	CHECK(WIFEXITED(status) && !WEXITSTATUS(status));
	close(from_child[0]);
	close(from_child[1]);
	CHECK_INT(rig_sized(&rig), -1);
}

TEST(what_a_killed_server_left_is_taken_over_as_another_generation)
{
	struct cam_shm reader;
	uint64_t generation;
	struct flock lock = {.l_type = F_RDLCK, .l_whence = SEEK_SET, .l_len = 1};
	int fd, out[2], status;
	char c, path[128];
	pid_t child;

	CHECK_INT(pipe(out), 0);
	rig_init(&rig, "stale");
	snprintf(path, sizeof(path), "/%s", rig.name);
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
	/* The reader sees it without being told, and opens it no more; the successor's is another. */
	CHECK_INT(cam_shm_alive(&reader), -ESTALE);
	CHECK_INT(cam_shm_reopen(&reader), -ESTALE);
	/* A reader that locks it holds nobody up. */
	fd = shm_open(path, O_RDONLY, 0);
	CHECK(fd >= 0);
	CHECK_INT(fcntl(fd, F_OFD_SETLK, &lock), 0);
	CHECK_INT(rig_start(&rig), 0);
	close(fd);
	CHECK_INT(cam_shm_reopen(&reader), 0);
	CHECK(reader.generation > generation);
	CHECK_INT(cam_shm_alive(&reader), 0);
	rig_end(&rig);
	CHECK_INT(cam_shm_header_of(&reader)->state, CAM_SHM_CLOSED);
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
	CHECK_INT(rig_sized(&rig), 14);
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
	CHECK(rig_sized(&other) > 0);
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

	rig.f.shm_bytes = 7 << 20; /* of all rings */
	if (rig_start(&rig) != -ENOSPC || strcmp(rig.f.option, "seconds") != 0)
		return 1;
	if (!strstr(rig.f.error, "1843200") || !strstr(rig.f.error, "--shm-size=7m"))
		return 2;
	if (rig_sized(&rig) != -1)
		return 3;
	rig_int(&rig, "fill", CAM_SHM_DEMAND);
	if (rig_start(&rig) || cam_shm_open(rig.name, &reader))
		return 4;
	rig_tick(&rig);
	if (!strstr(rig.f.log, "1843200") || !strstr(rig.f.log, "--shm-size=7m") || rig_subscribed(&rig))
		return 5;
	if (cam_shm_wait(&reader, 0, 1000000, &seq) != -ENOSPC || rig.f.failed)
		return 6;
	if (rig_held(&rig) != 8192)
		return 7;
	cam_shm_close(&reader);
	rig_end(&rig);
	return 0;
}

/* Likewise with 24 MiB, which others fill while the ring's 16 MiB come in steps. */
static int in_a_filling_shm(void)
{
	int fd = shm_open("/others", O_RDWR | O_CREAT, 0600);
	struct cam_shm reader;

	if (rig_start(&rig) || cam_shm_open(rig.name, &reader) || fd < 0)
		return 1;
	cam_plugin_1.tick(rig.f.self);
	cam_plugin_1.tick(rig.f.self);
	if (rig.f.stats[RESERVED] != 8 << 20 || posix_fallocate(fd, 0, 15 << 20))
		return 2;
	rig_tick(&rig);
	if (!strstr(rig.f.log, "--shm-size") || rig_subscribed(&rig) || rig_held(&rig) != 8192)
		return 3;
	/* There is room again, and somebody new. */
	cam_shm_close(&reader);
	rig_tick(&rig);
	if (ftruncate(fd, 0) || cam_shm_open(rig.name, &reader))
		return 4;
	rig_tick(&rig);
	if (!rig_subscribed(&rig) || cam_shm_header_of(&reader)->problem)
		return 5;
	cam_shm_close(&reader);
	rig_end(&rig);
	return 0;
}

/* Runs it in a child process with a /dev/shm of this size. */
static void with_own_shm(const char *size, int (*run)(void))
{
	pid_t child = fork();
	int status;

	if (!child) {
		alarm(20);
		if (!own_mounts() || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
			mount("tmpfs", "/dev/shm", "tmpfs", 0, size))
			_exit(77);
		_exit(run());
	}
	CHECK_INT(waitpid(child, &status, 0), child);
	CHECK(WIFEXITED(status));
	if (WEXITSTATUS(status) == 77)
		printf("# may not mount here: not tested\n");
	else
		CHECK_INT(WEXITSTATUS(status), 0);
}

TEST(a_full_dev_shm_is_an_error_that_names_the_bytes)
{
	rig_init(&rig, "full");
	rig_int(&rig, "width", 320);
	rig_int(&rig, "height", 192);
	rig_int(&rig, "fill", CAM_SHM_ALWAYS);
	with_own_shm("size=1m", in_a_full_shm);
}

TEST(what_was_reserved_is_given_back_when_the_rest_does_not_come)
{
	rig_init(&rig, "filling");
	rig_int(&rig, "width", 800);
	rig_int(&rig, "height", 700);
	with_own_shm("size=24m", in_a_filling_shm);
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
	name[241] = 0;
	rig_init(&rig, "x");
	rig_text(&rig, "name", name);
	CHECK_INT(rig_start(&rig), -EINVAL);
	snprintf(name, 32, "t%ld", (long)getpid());
	name[strlen(name)] = 'n';
	name[240] = 0;
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

int main(void)
{
	static const struct check_test tests[] = {
		T(a_name_that_a_living_process_has_is_refused_with_its_pid),
		T(what_a_killed_server_left_is_taken_over_as_another_generation),
		T(somebody_elses_object_is_left_alone),
		T(a_removed_or_cut_off_ring_makes_the_node_start_anew),
		T(a_full_dev_shm_is_an_error_that_names_the_bytes),
		T(what_was_reserved_is_given_back_when_the_rest_does_not_come),
		T(names_and_modes_are_checked),
		T(readers_may_read_the_pictures_and_write_the_heartbeats),
	};

	alarm(60);
	return check_run(tests, (int)(sizeof(tests) / sizeof(tests[0])));
}
