/* SPDX-License-Identifier: MIT */
/* Readers of every temper against one writer: fast, slow, several, hostile, in Python; and a hostile writer. */
#include "plugins/shm_ring/test_rig.h"

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>

static struct rig rig;

/* Number every pixel of a picture after its sequence, so that a torn one shows. */
static void number(uint32_t *at, size_t n, uint32_t seq)
{
	for (size_t i = 0; i < n; i++)
		at[i] = seq;
}

/* Reads for a while. @return 0, or 1: torn, 2: failed, 3: too few, 4: out of order */
static int read_for(const char *name, int64_t ns, bool copy)
{
	static uint32_t copied[320 * 240 * 3 / 4];
	int64_t end = cam_shm_now() + ns;
	struct cam_shm_frame f;
	struct cam_shm ring;
	uint64_t seq = 0, last = 0;
	unsigned whole = 0;
	int err = cam_shm_open(name, &ring);

	while (!err && cam_shm_now() < end) {
		const uint32_t *at = copied;
		const uint8_t *bgr;
		bool torn = false;

		err = cam_shm_wait(&ring, seq, CAM_SHM_SECOND * 5, &seq);
		if (!err && copy)
			err = cam_shm_read(&ring, seq, copied, sizeof(copied), &f);
		else if (!err && !(err = cam_shm_begin(&ring, seq, &bgr, &f)))
			at = (const uint32_t *)(const void *)bgr;
		for (size_t i = 0; !err && i < sizeof(copied) / 4; i++)
			torn |= ((const volatile uint32_t *)at)[i] != (uint32_t)seq;
		if (!err && !copy)
			err = cam_shm_end(&ring, &f);
		if (err == -ENODATA) {
			err = 0;
			continue;
		}
		if (!err && (torn || f.seq != seq || f.source_seq != seq))
			return 1;
		if (!err && seq <= last)
			return 4;
		last = seq;
		whole++;
	}
	cam_shm_close(&ring);
	return err ? 2 : whole < 10 ? 3 : 0;
}

/* @return the one that has ended, or 0, after 1 ms at most */
static pid_t ended(int *ret_status)
{
	poll(NULL, 0, 1);
	return waitpid(-1, ret_status, WNOHANG);
}

TEST(no_torn_picture_is_seen_under_a_fast_writer)
{
	int status, left = 2, bad = 0;
	uint8_t *at;

	rig_init(&rig, "torn");
	rig_int(&rig, "width", 320);
	rig_int(&rig, "height", 240);
	rig_fps(&rig, 4); /* four slots: as tight as it gets */
	CHECK_INT(rig_start(&rig), 0);
	for (int i = 0; i < left; i++)
		if (!fork()) {
			alarm(20);
			_exit(read_for(rig.name, 2 * CAM_SECOND, i));
		}
	while (left) {
		rig_tick(&rig);
		for (int i = 0; i < 20 && rig_subscribed(&rig); i++) {
			at = rig_into(&rig);
			CHECK(at);
			number((uint32_t *)(void *)at, rig_bytes(&rig) / 4, (uint32_t)rig.seq + 1);
			CHECK_INT(rig_deliver(&rig, at), 0);
		}
		if (ended(&status) > 0) {
			left--;
			bad |= WIFEXITED(status) ? WEXITSTATUS(status) : 99;
		}
	}
	CHECK_INT(bad, 0);
	rig_tick(&rig);
	CHECK_INT(rig.f.stats[READERS], 0);
	rig_end(&rig);
}

TEST(every_reader_has_a_heartbeat_of_its_own)
{
	static struct cam_shm readers[CAM_SHM_READERS + 4];
	int n = (int)(sizeof(readers) / sizeof(readers[0]));

	rig_init(&rig, "many");
	CHECK_INT(rig_start(&rig), 0);
	for (int i = 0; i < n; i++)
		CHECK_INT(cam_shm_open(rig.name, &readers[i]), 0);
	rig_tick(&rig);
	CHECK_INT(rig.f.stats[READERS], CAM_SHM_READERS);
	for (int i = 0; i < n; i++)
		cam_shm_close(&readers[i]);
	rig_tick(&rig);
	CHECK_INT(rig.f.stats[READERS], 0);
	rig_end(&rig);
}

TEST(scribbled_and_cut_off_heartbeats_do_no_harm)
{
	static const int64_t beats[] = {INT64_MAX, INT64_MIN, -1, 0, 1};
	struct cam_shm_reader all[CAM_SHM_READERS];
	struct cam_shm reader;
	char path[128];
	struct stat st;
	int fd;

	rig_init(&rig, "scribble");
	CHECK_INT(rig_start(&rig), 0);
	snprintf(path, sizeof(path), "/%s.readers", rig.name);
	fd = shm_open(path, O_RDWR, 0);
	CHECK(fd >= 0);
	for (size_t i = 0; i < CAM_SHM_READERS; i++)
		all[i] = (struct cam_shm_reader){i * 77, beats[i % 5]};
	CHECK_INT(pwrite(fd, all, sizeof(all), 0), sizeof(all));
	rig_tick(&rig);
	CHECK_INT(rig.f.stats[READERS], 0);
	CHECK(!rig_subscribed(&rig));
	/* An honest reader finds a place among such. */
	CHECK_INT(cam_shm_open(rig.name, &reader), 0);
	rig_tick(&rig);
	CHECK_INT(rig.f.stats[READERS], 1);
	CHECK_INT(ftruncate(fd, 0), 0);
	rig_tick(&rig);
	CHECK(!rig.f.failed);
	CHECK(rig_object(&rig, ".readers", &st));
	CHECK_INT(st.st_size, 4096);
	reader.beat_ns = 0;
	cam_shm_beat(&reader);
	rig_tick(&rig);
	CHECK_INT(rig.f.stats[READERS], 1);
	rig_picture(&rig, 1);
	CHECK_INT(ftruncate(fd, 1 << 20), 0);
	rig_tick(&rig);
	CHECK_INT(rig.f.stats[READERS], 1);
	cam_shm_close(&reader);
	close(fd);
	rig_end(&rig);
}

TEST(a_reader_cannot_write_pictures)
{
	struct cam_shm reader;

	rig_init(&rig, "readonly");
	CHECK_INT(rig_start(&rig), 0);
	CHECK_INT(cam_shm_open(rig.name, &reader), 0);
	CHECK_INT(write(reader.fd, "x", 1), -1);
	CHECK_INT(ftruncate(reader.fd, 0), -1);
	CHECK_INT(mprotect((void *)(uintptr_t)reader.map, 4096, PROT_READ | PROT_WRITE), -1);
	cam_shm_close(&reader);
	rig_end(&rig);
}

/* Says a word for each picture as it comes, then waits for the end. @return exit status */
static int echo_pictures(int to, unsigned n)
{
	struct cam_shm ring;
	uint64_t seq = 0;
	int64_t begin;

	if (cam_shm_open(rig.name, &ring) || write(to, "o", 1) != 1)
		return 1;
	for (unsigned i = 1; i <= n; i++)
		if (cam_shm_wait(&ring, seq, CAM_SHM_SECOND * 10, &seq) || seq != i || write(to, "p", 1) != 1)
			return 2;
	begin = cam_shm_now();
	if (cam_shm_wait(&ring, seq, CAM_SHM_SECOND * 10, &seq) != -ESTALE)
		return 3;
	cam_shm_close(&ring);
	return cam_shm_now() - begin > CAM_SHM_SECOND * 5 ? 4 : 0;
}

TEST(a_waiting_reader_is_woken_by_a_picture_and_by_the_end)
{
	enum { PICTURES_SENT = 20 };
	int status, from_child[2];
	int64_t begin;
	char c;
	pid_t child;

	rig_init(&rig, "wake");
	CHECK_INT(rig_start(&rig), 0);
	CHECK_INT(pipe(from_child), 0);
	child = fork();
	if (!child) {
		alarm(20);
		_exit(echo_pictures(from_child[1], PICTURES_SENT));
	}
	CHECK_INT(read(from_child[0], &c, 1), 1);
	rig_tick(&rig);
	begin = cam_shm_now();
	for (int i = 0; i < PICTURES_SENT; i++) {
		poll(NULL, 0, 5); /* most likely it sleeps by now */
		rig_picture(&rig, 5);
		CHECK_INT(read(from_child[0], &c, 1), 1);
	}
	/* A reader that is not woken looks again after half a second: 10 s for all. */
	CHECK(cam_shm_now() - begin < CAM_SHM_SECOND * 5);
	rig_end(&rig);
	CHECK_INT(waitpid(child, &status, 0), child);
	CHECK(WIFEXITED(status));
	CHECK_INT(WEXITSTATUS(status), 0);
	close(from_child[0]);
	close(from_child[1]);
}

TEST(the_whole_ring_can_be_read_oldest_first)
{
	uint8_t got[64 * 32 * 3];
	struct cam_shm_frame f;
	struct cam_shm reader;

	rig_init(&rig, "oldest");
	rig_int(&rig, "fill", CAM_SHM_ALWAYS);
	CHECK_INT(rig_start(&rig), 0);
	CHECK_INT(cam_shm_open(rig.name, &reader), 0);
	CHECK_INT(cam_shm_oldest(&reader), 0);
	for (int i = 1; i <= 4; i++)
		rig_picture(&rig, i);
	CHECK_INT(cam_shm_oldest(&reader), 1);
	for (int i = 5; i <= 37; i++)
		rig_picture(&rig, i);
	CHECK_INT(cam_shm_newest(&reader), 37);
	CHECK_INT(cam_shm_oldest(&reader), 28);
	for (uint64_t seq = 28; seq <= 37; seq++) {
		CHECK_INT(cam_shm_read(&reader, seq, got, sizeof(got), &f), 0);
		CHECK_INT(got[sizeof(got) - 1], seq);
		CHECK_INT(f.seq, seq);
	}
	CHECK_INT(cam_shm_read(&reader, 27, got, sizeof(got), &f), -ENODATA);
	cam_shm_close(&reader);
	rig_end(&rig);
}

TEST(a_hostile_header_is_refused)
{
	static const struct {
		size_t at, bytes;
		uint64_t value;
	} bad[] = {
		{offsetof(struct cam_shm_header, magic), 8, 1},
		{offsetof(struct cam_shm_header, version), 4, 2},
		{offsetof(struct cam_shm_header, width), 4, 0},
		{offsetof(struct cam_shm_header, width), 4, UINT32_MAX},
		{offsetof(struct cam_shm_header, height), 4, 33},
		{offsetof(struct cam_shm_header, stride), 4, 191},
		{offsetof(struct cam_shm_header, format), 4, 0},
		{offsetof(struct cam_shm_header, frame_bytes), 8, UINT64_MAX},
		{offsetof(struct cam_shm_header, slots_offset), 8, 4097},
		{offsetof(struct cam_shm_header, slots_offset), 8, UINT64_MAX - 63},
		{offsetof(struct cam_shm_header, pictures_offset), 8, UINT64_MAX},
		{offsetof(struct cam_shm_header, pictures_offset), 8, 4096},
		{offsetof(struct cam_shm_header, slot_count), 4, 0},
		{offsetof(struct cam_shm_header, slot_count), 4, 11},
		{offsetof(struct cam_shm_header, slot_count), 4, UINT32_MAX},
		{offsetof(struct cam_shm_header, slot_bytes), 4, 0},
	};
	struct cam_shm_header good;
	struct cam_shm reader;
	char path[128];
	int fd;

	rig_init(&rig, "hostile");
	CHECK_INT(rig_start(&rig), 0);
	snprintf(path, sizeof(path), "/%s", rig.name);
	fd = shm_open(path, O_RDWR, 0);
	CHECK_INT(pread(fd, &good, sizeof(good), 0), sizeof(good));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		CHECK_INT(pwrite(fd, &bad[i].value, bad[i].bytes, (off_t)bad[i].at), bad[i].bytes);
		CHECK_INT(cam_shm_open(rig.name, &reader), -EPROTO);
		cam_shm_close(&reader);
		CHECK_INT(pwrite(fd, &good, sizeof(good), 0), sizeof(good));
	}
	CHECK_INT(cam_shm_open(rig.name, &reader), 0);
	cam_shm_close(&reader);
	CHECK_INT(cam_shm_open("a/b", &reader), -EINVAL);
	CHECK_INT(cam_shm_open("no.such.ring", &reader), -ENOENT);
	cam_shm_close(&reader);
	close(fd);
	rig_end(&rig);
}

/*
 * Runs a reader program and feeds it pictures whose blue, green and red are 1, 2 and 3; the server is started anew after
 * two of them. @return its exit status
 */
static int feed(const char *const *argv, char *ret_out, size_t room)
{
	int status = -1, fed = 0, out[2];
	size_t n = 0;
	ssize_t got;
	pid_t child;

	CHECK_INT(pipe(out), 0);
	child = fork();
	if (!child) {
		alarm(20);
		dup2(out[1], STDOUT_FILENO);
		execv(argv[0], (char *const *)(uintptr_t)argv);
		_exit(127);
	}
	close(out[1]);
	while (!waitpid(child, &status, WNOHANG)) {
		uint8_t *at;

		poll(NULL, 0, 10);
		rig_tick(&rig);
		if (!rig_subscribed(&rig))
			continue;
		at = rig_into(&rig);
		CHECK(at);
		for (size_t i = 0; i < rig_bytes(&rig); i++)
			at[i] = (uint8_t)(i % 3 + 1);
		CHECK_INT(rig_deliver(&rig, at), 0);
		if (++fed == 2) {
			poll(NULL, 0, 50); /* so that it most likely has read one */
			rig_end(&rig);
			CHECK_INT(rig_start(&rig), 0);
		}
	}
	while (n + 1 < room && (got = read(out[0], ret_out + n, room - n - 1)) > 0)
		n += (size_t)got;
	ret_out[n] = 0;
	close(out[0]);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 99;
}

/* A PPM of the rig's picture: red first. */
static void check_ppm(const char *path)
{
	static const char head[] = "P6\n64 32\n255\n";
	uint8_t got[64 * 32 * 3 + 64];
	FILE *in = fopen(path, "rb");
	size_t n;

	CHECK(in);
	n = fread(got, 1, sizeof(got), in);
	fclose(in);
	unlink(path);
	CHECK_INT(n, sizeof(head) - 1 + sizeof(got) - 64);
	CHECK(!memcmp(got, head, sizeof(head) - 1));
	CHECK_INT(got[sizeof(head) - 1], 3);
	CHECK_INT(got[n - 1], 1);
}

static void check_program(const char *suffix, const char *first, const char *second, const char *ppm_option)
{
	char out[4096], ppm[64];
	const char *argv[10] = {first};
	int n = 1;

	rig_init(&rig, suffix);
	CHECK_INT(rig_start(&rig), 0);
	snprintf(ppm, sizeof(ppm), "ring.%ld.ppm", (long)getpid());
	if (second)
		argv[n++] = second;
	argv[n++] = "-n";
	argv[n++] = "3";
	argv[n++] = ppm_option;
	argv[n++] = ppm;
	argv[n++] = rig.name;
	CHECK_INT(feed(argv, out, sizeof(out)), 0);
	CHECK(strstr(out, "seq "));
	CHECK(strstr(out, "64x32"));
	CHECK(strstr(out, "mean BGR 1.0 2.0 3.0"));
	check_ppm(ppm);
	rig_tick(&rig);
	CHECK(!rig_subscribed(&rig));
	rig_end(&rig);
}

TEST(the_python_reader_reads_what_is_written_also_after_a_restart)
{
	const char *top = getenv("top_srcdir"); /* NOLINT(concurrency-mt-unsafe): one thread */
	char script[4096];

	snprintf(script, sizeof(script), "%s/examples/read_ring.py", top ? top : ".");
	if (access("/usr/bin/python3", X_OK) || access(script, R_OK)) {
		printf("# no /usr/bin/python3, or no %s: not tested\n", script);
		return;
	}
	check_program("python", "/usr/bin/python3", script, "--ppm");
}

TEST(the_c_example_reads_what_is_written_also_after_a_restart)
{
	const char *top = getenv("top_builddir"); /* NOLINT(concurrency-mt-unsafe): one thread */
	char program[4096];

	snprintf(program, sizeof(program), "%s/examples/read_ring", top ? top : ".");
	if (access(program, X_OK)) {
		printf("# no %s: not tested\n", program);
		return;
	}
	check_program("c", program, NULL, "-o");
}

int main(void)
{
	static const struct check_test tests[] = {
		T(no_torn_picture_is_seen_under_a_fast_writer),
		T(every_reader_has_a_heartbeat_of_its_own),
		T(scribbled_and_cut_off_heartbeats_do_no_harm),
		T(a_reader_cannot_write_pictures),
		T(a_waiting_reader_is_woken_by_a_picture_and_by_the_end),
		T(the_whole_ring_can_be_read_oldest_first),
		T(a_hostile_header_is_refused),
		T(the_python_reader_reads_what_is_written_also_after_a_restart),
		T(the_c_example_reads_what_is_written_also_after_a_restart),
	};

	alarm(60);
	return check_run(tests, (int)(sizeof(tests) / sizeof(tests[0])));
}
