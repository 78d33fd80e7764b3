/* SPDX-License-Identifier: MIT */
/*
 * A disk that fails, or hangs, when a test says so. LD_PRELOAD; $FAULTS is a folder, and what is in it happens:
 *   write_fails, sync_fails, close_fails   EIO for recordings
 *   disk_hangs                whatever touches the bytes of a file below a folder "hung" waits until that is gone
 * A link "something_waits" appears there when something does.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

static int happens(const char *what)
{
	const char *folder = getenv("FAULTS");
	char path[512];

	snprintf(path, sizeof(path), "%s/%s", folder ? folder : "/nowhere", what);
	return !access(path, F_OK);
}

static int is_of(int fd, const char *part)
{
	char link[64], path[512];
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, path, sizeof(path) - 1);
	path[n > 0 ? n : 0] = '\0';
	return strstr(path, part) != NULL;
}

static void tell(const char *what)
{
	const char *folder = getenv("FAULTS");
	char path[512];

	snprintf(path, sizeof(path), "%s/%s", folder ? folder : "/nowhere", what);
	(void)!symlink("told", path);
}

static void wait_for_disk(int fd)
{
	struct timespec pause = {0, 20000000};

	while (happens("disk_hangs") && is_of(fd, "/hung/")) {
		tell("something_waits");
		nanosleep(&pause, NULL);
	}
}

static int fails(int fd, const char *what)
{
	wait_for_disk(fd);
	if (!happens(what) || !is_of(fd, ".mp4"))
		return 0;
	errno = EIO;
	return 1;
}

ssize_t write(int fd, const void *data, size_t n)
{
	ssize_t (*real)(int, const void *, size_t) = dlsym(RTLD_NEXT, "write");

	return fails(fd, "write_fails") ? -1 : real(fd, data, n);
}

int fdatasync(int fd)
{
	int (*real)(int) = dlsym(RTLD_NEXT, "fdatasync");

	return fails(fd, "sync_fails") ? -1 : real(fd);
}

int close(int fd)
{
	int (*real)(int) = dlsym(RTLD_NEXT, "close");
	int failed = happens("close_fails") && is_of(fd, ".mp4");

	if (!failed)
		return real(fd);
	(void)real(fd);
	errno = EIO;
	return -1;
}

int fsync(int fd)
{
	int (*real)(int) = dlsym(RTLD_NEXT, "fsync");

	return fails(fd, "sync_fails") ? -1 : real(fd);
}

ssize_t pread64(int fd, void *data, size_t n, off64_t at)
{
	ssize_t (*real)(int, void *, size_t, off64_t) = dlsym(RTLD_NEXT, "pread64");

	wait_for_disk(fd);
	return real(fd, data, n, at);
}

ssize_t pread(int fd, void *data, size_t n, off_t at)
{
	return pread64(fd, data, n, at);
}

/* What a fortified program calls. */
ssize_t __pread64_chk(int fd, void *data, size_t n, off64_t at, size_t room)
{
	(void)room;
	return pread64(fd, data, n, at);
}

ssize_t __pread_chk(int fd, void *data, size_t n, off_t at, size_t room)
{
	(void)room;
	return pread64(fd, data, n, at);
}
