/* SPDX-License-Identifier: MIT */
/* recorder_mp4: what is said of a folder that cannot be written, in a container and outside. */
#include "plugins/lib/container.h"
#include "plugins/recorder_mp4/refusal.h"
#include "tests/check.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char root[64]; /* stands for "/" of a container */

static void put(const char *name, const char *text)
{
	char path[256];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", root, name);
	f = fopen(path, "we");
	CHECK(f && fputs(text, f) >= 0);
	fclose(f);
}

static void begin(void)
{
	char path[128];

	snprintf(root, sizeof(root), "/tmp/cam_refusal.XXXXXX");
	CHECK(mkdtemp(root));
	snprintf(path, sizeof(path), "%s/proc", root);
	CHECK_INT(mkdir(path, 0755), 0);
	snprintf(path, sizeof(path), "%s/proc/self", root);
	CHECK_INT(mkdir(path, 0755), 0);
	snprintf(path, sizeof(path), "%s/data", root);
	CHECK_INT(mkdir(path, 0755), 0);
	put("proc/self/mountinfo", "22 1 8:1 / / rw - ext4 /dev/sda1 rw\n");
}

static void end(void)
{
	static const char *const names[] = {
		".dockerenv", "proc/self/mountinfo", "proc/self", "proc", "data", ""};
	char path[128];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", root, names[i]);
		(void)remove(path);
	}
	CHECK(access(root, F_OK));
}

/* Where the recordings go. @param mount_root of the file system that is mounted there, as mountinfo writes it */
static const char *volume(const char *mount_root)
{
	static char path[128];
	char text[512];

	snprintf(path, sizeof(path), "%s/data", root);
	snprintf(text, sizeof(text),
		"22 1 0:50 / / rw,relatime - overlay overlay rw,lowerdir=/a\n"
		"24 22 8:2 %s %s rw,noatime master:1 - ext4 /dev/sda2 rw\n"
		"23 22 0:5 / /tmp rw - tmpfs tmpfs rw\n",
		mount_root, path);
	put("proc/self/mountinfo", text);
	return path;
}

TEST(a_container_is_known_by_its_file_or_its_overlay)
{
	begin();
	CHECK(!container_is_here(root));
	put(".dockerenv", "");
	CHECK(container_is_here(root));
	end();
	begin();
	(void)volume("/x");
	CHECK(container_is_here(root));
	put("proc/self/mountinfo", "22 1 8:1 / / rw - ext4 /dev/overlay rw\nnonsense\n\n");
	CHECK(!container_is_here(root));
	end();
}

TEST(the_host_s_folder_is_found_behind_a_volume)
{
	char host[64], below[256];
	const char *folder;

	begin();
	folder = volume("/srv/my\\040cameras");
	CHECK(container_mounts(root, folder, host, sizeof(host)));
	CHECK_STR(host, "/srv/my cameras");
	snprintf(below, sizeof(below), "%s/front/x", folder);
	CHECK(container_mounts(root, below, host, sizeof(host)));
	CHECK_STR(host, "/srv/my cameras/front/x");
	snprintf(below, sizeof(below), "%sbase", folder);
	CHECK(container_mounts(
		root, below, host, sizeof(host))); /* in /tmp, which is a file system of its own */
	CHECK_STR(host, "");
	CHECK(!container_mounts(root, "/recordings-that-are-not-mounted", host, sizeof(host)));
	folder = volume("/");
	CHECK(container_mounts(root, folder, host, sizeof(host)));
	CHECK_STR(host, "");
	folder = volume("/far/too/long/far/too/long/far/too/long/far/too/long/far/too/long");
	CHECK(container_mounts(root, folder, host, sizeof(host)));
	CHECK_STR(host, "");
	end();
}

/* A sentence that names the folder and has both, and fits what a node's error holds. */
static void expect(const char *folder, int err, const char *what, const char *remedy)
{
	char text[REFUSAL_TEXT];

	refusal_text(root, folder, err, text);
	if (!strstr(text, folder) || !strstr(text, what) || !strstr(text, remedy) || strlen(text) >= 256)
		printf("# \"%s\"\n", text);
	CHECK(strstr(text, folder));
	CHECK(strstr(text, what));
	CHECK(strstr(text, remedy));
	CHECK(strlen(text) < 256);
}

/* @return whether the folder could be made another's */
static bool is_another_s(const char *folder)
{
	return !geteuid() && !chown(folder, 1000, 1001);
}

TEST(in_a_container_the_host_s_folder_and_users_are_named)
{
	unsigned uid = (unsigned)geteuid(), gid = (unsigned)getegid();
	const char *folder;
	char words[128];

	begin();
	folder = volume("/srv/recordings");
	expect(folder, -EACCES, "which is of user ", "where SELinux is on, mount it with \":z\"");
	if (is_another_s(folder)) {
		snprintf(words, sizeof(words), "on the host run: chown -R %u:%u /srv/recordings", uid, gid);
		expect(folder, -EACCES, "the host's folder there belongs to user 1000", words);
		(void)volume("/");
		snprintf(words, sizeof(words), "on the host run: chown -R %u:%u FOLDER_THAT_YOU_MOUNTED", uid,
			gid);
		expect(folder, -EPERM, "the host's folder there belongs to user 1000", words);
		expect(folder, -EACCES, "belongs to user 1000",
			"run the container with --user 1000:1001, or ");
	}
	expect(folder, -EROFS, "its file system is read-only", "without \":ro\"");
	expect("/none/there", -EACCES, "does not exist", "docker run -v FOLDER:/none/there");
	expect("/none/there", -EROFS, "does not exist", "docker run -v FOLDER:/none/there");
	end();
}

TEST(a_volume_of_root_s_is_told_how_to_be_given_away)
{
	const char *folder;
	char words[128];

	begin();
	folder = volume("/srv/recordings");
	if (!geteuid()) {
		CHECK_INT(chmod(root, 0755), 0);
		CHECK_INT(setegid(12346), 0);
		CHECK_INT(seteuid(12345), 0);
		snprintf(words, sizeof(words), "; on the host run: chown -R 12345:12346 /srv/recordings");
		expect(folder, -EACCES, "belongs to user 0, the server is user 12345", words);
		CHECK_INT(seteuid(0), 0);
		CHECK_INT(setegid(0), 0);
	}
	end();
}

TEST(outside_the_folder_its_owner_and_the_user_are_named)
{
	char words[256], folder[128];

	begin();
	snprintf(folder, sizeof(folder), "%s/data", root);
	expect(folder, -EACCES, "which is of user ", "chmod -R u+rwX");
	if (is_another_s(folder)) {
		snprintf(words, sizeof(words), "the server is user %u; run: chown -R %u %s",
			(unsigned)geteuid(), (unsigned)geteuid(), folder);
		expect(folder, -EACCES, "it belongs to user 1000", words);
	}
	expect(folder, -EROFS, "its file system is read-only", "mount it writable");
	expect(folder, -ENOSPC, "the disk is full", "delete old recordings");
	expect(folder, -EIO, "fails to write", "cables");
	expect(folder, -ELOOP, "", "symbolic links");
	expect("/none/there", -EACCES, "does not exist", "install -d -o ");
	expect("/none/there", -ENOENT, "does not exist", "create or mount it");
	expect("/dev/null", -ENOTDIR, "is not a folder", "choose another");
	end();
}

RUN_TESTS(T(a_container_is_known_by_its_file_or_its_overlay), T(the_host_s_folder_is_found_behind_a_volume),
	T(a_volume_of_root_s_is_told_how_to_be_given_away),
	T(in_a_container_the_host_s_folder_and_users_are_named),
	T(outside_the_folder_its_owner_and_the_user_are_named))
