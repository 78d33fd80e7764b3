/* SPDX-License-Identifier: MIT */
/* What a server that was started with rights takes over, and that it keeps none: each test tries it in a child. */
#include "core/guard/takeover.h"
#include "tests/check.h"
#include "tests/unit/child.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <stdbool.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { USER = 10001, GROUP = 10002, OTHER = 12345, FAILED = 99 };

/* Capabilities are a thread's own, and ThreadSanitizer has one more: libc aborts when threads fare differently. */
#ifdef __SANITIZE_THREAD__
#define HAS_THREADS true
#else
#define HAS_THREADS false
#endif

static char top[64], inside[96], file[128];
static struct takeover t = {USER, GROUP, inside};

static void set_up(void)
{
	snprintf(top, sizeof(top), "/tmp/cam-takeover.XXXXXX");
	CHECK(mkdtemp(top));
	CHECK_INT(chmod(top, 0755), 0);
	snprintf(inside, sizeof(inside), "%s/inside", top);
	snprintf(file, sizeof(file), "%s/file", inside);
	CHECK_INT(mkdir(inside, 0755), 0);
}

static void tear_down(void)
{
	unlink(file);
	if (rmdir(inside))
		unlink(inside);
	CHECK_INT(rmdir(top), 0);
}

static void owner_is(uid_t uid, gid_t gid)
{
	struct stat st;

	CHECK_INT(stat(inside, &st), 0);
	CHECK_INT(st.st_uid, uid);
	CHECK_INT(st.st_gid, gid);
}

static void make_file(void)
{
	int fd = open(file, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);

	CHECK(fd >= 0);
	close(fd);
}

TEST(what_is_wanted_is_two_numbers_and_a_folder)
{
	static const char *const wrong[] = {"", "10001", "10001:10001",
		"10001:10001:", "10001:10001:recordings", "0:10001:/r", "10001:0:/r", "a:10001:/r",
		"10001:b:/r", "10001:/r", "10001 10001 /r", "9999999999:1:/r"};
	struct takeover got;

	CHECK_INT(takeover_parse("10001:20002:/recordings/a:b", &got), 0);
	CHECK_INT(got.uid, 10001);
	CHECK_INT(got.gid, 20002);
	CHECK_STR(got.folder, "/recordings/a:b");
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		CHECK_INT(takeover_parse(wrong[i], &got), -EINVAL);
}

static int take(void)
{
	int given = takeover_folder(&t);

	return given < 0 ? FAILED : given;
}

TEST(an_empty_folder_of_root_s_is_given_to_the_server)
{
	set_up();
	if (!geteuid()) {
		CHECK_INT(in_child(take), 1);
		owner_is(USER, GROUP);
		CHECK_INT(in_child(take), 0); /* it is the server's already */
	}
	tear_down();
}

TEST(a_folder_with_something_in_it_stays_as_it_is)
{
	set_up();
	make_file();
	CHECK_INT(in_child(take), 0);
	owner_is(geteuid(), getegid());
	tear_down();
}

TEST(a_folder_of_another_s_stays_as_it_is)
{
	set_up();
	if (!geteuid()) {
		CHECK_INT(chown(inside, OTHER, OTHER), 0);
		CHECK_INT(in_child(take), 0);
		owner_is(OTHER, OTHER);
	}
	tear_down();
}

TEST(a_link_to_a_folder_is_none)
{
	char target[96];

	set_up();
	snprintf(target, sizeof(target), "%s/target", top);
	CHECK_INT(rename(inside, target), 0);
	CHECK_INT(symlink(target, inside), 0);
	CHECK_INT(in_child(take), FAILED);
	CHECK_INT(unlink(inside), 0);
	CHECK_INT(rename(target, inside), 0);
	owner_is(geteuid(), getegid());
	tear_down();
}

TEST(a_folder_that_is_not_there_and_a_file_are_none)
{
	set_up();
	CHECK_INT(rmdir(inside), 0);
	CHECK_INT(in_child(take), FAILED);
	snprintf(file, sizeof(file), "%s", inside);
	make_file();
	CHECK_INT(in_child(take), FAILED);
	tear_down();
}

/* @return whether /proc/self/status has this line */
static bool status_says(const char *line)
{
	char text[4096];
	FILE *f = fopen("/proc/self/status", "re");
	size_t n = f ? fread(text, 1, sizeof(text) - 1, f) : 0;

	if (f)
		fclose(f);
	text[n] = '\0';
	return strstr(text, line) != NULL;
}

/* What nobody can do any more: 0, or the number of what can still be done. */
static int rights_left(void)
{
	if (!status_says("CapInh:\t0000000000000000\n") || !status_says("CapPrm:\t0000000000000000\n") ||
		!status_says("CapEff:\t0000000000000000\n") || !status_says("CapAmb:\t0000000000000000\n"))
		return 1;
	if (!status_says("NoNewPrivs:\t1\n"))
		return 2;
	if (!setresuid(0, 0, 0) || !geteuid())
		return 3;
	return open(file, O_RDONLY | O_CLOEXEC) >= 0 ? 4 : 0;
}

static int end_as_root(void)
{
	gid_t root_s[] = {0, 4};

	if (setgroups(2, root_s))
		return FAILED;
	if (takeover_folder(&t) < 0 || takeover_end(&t))
		return FAILED;
	if (geteuid() != USER || getuid() != USER || getegid() != GROUP || getgid() != GROUP ||
		getgroups(0, NULL))
		return 10;
	return status_says("CapBnd:\t0000000000000000\n") ? rights_left() : 11;
}

TEST(root_becomes_the_user_and_keeps_nothing)
{
	set_up();
	make_file();
	if (!geteuid())
		CHECK_INT(in_child(end_as_root), 0);
	tear_down();
}

/* As a program with capabilities of its own that another user starts. */
static int become_other(void)
{
	if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) || setresgid(OTHER, OTHER, OTHER) ||
		setresuid(OTHER, OTHER, OTHER))
		return FAILED;
	return 0;
}

static int end_as_other(void)
{
	if (become_other() || takeover_folder(&t) != 1 || takeover_end(&t))
		return FAILED;
	return geteuid() == OTHER ? rights_left() : 10;
}

TEST(another_user_than_root_stays_and_gets_the_folder)
{
	set_up();
	if (!geteuid()) {
		CHECK_INT(in_child(end_as_other), 0);
		owner_is(OTHER, OTHER);
	}
	tear_down();
}

static int end_without_rights(void)
{
	if (setresuid(OTHER, OTHER, OTHER))
		return FAILED;
	if (takeover_folder(&t) > 0 || takeover_end(&t))
		return 10;
	return geteuid() == OTHER ? rights_left() : 11;
}

TEST(without_rights_nothing_is_given_and_nobody_ends)
{
	set_up();
	if (!geteuid())
		CHECK_INT(in_child(end_without_rights), 0);
	owner_is(geteuid(), getegid());
	tear_down();
}

/* Root in a container that was given no capabilities. */
static int end_as_bare_root(void)
{
	struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
	struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {0};

	if (syscall(SYS_capset, &header, none))
		return FAILED;
	if (takeover_folder(&t) != -EPERM || takeover_end(&t) != -EPERM)
		return 10;
	return geteuid() ? 11 : !status_says("NoNewPrivs:\t1\n");
}

TEST(root_without_capabilities_stays_root_and_says_so)
{
	set_up();
	if (!geteuid() && !HAS_THREADS)
		CHECK_INT(in_child(end_as_bare_root), 0);
	tear_down();
}

RUN_TESTS(T(what_is_wanted_is_two_numbers_and_a_folder), T(an_empty_folder_of_root_s_is_given_to_the_server),
	T(a_folder_with_something_in_it_stays_as_it_is), T(a_folder_of_another_s_stays_as_it_is),
	T(a_link_to_a_folder_is_none), T(a_folder_that_is_not_there_and_a_file_are_none),
	T(root_becomes_the_user_and_keeps_nothing), T(another_user_than_root_stays_and_gets_the_folder),
	T(without_rights_nothing_is_given_and_nobody_ends),
	T(root_without_capabilities_stays_root_and_says_so))
