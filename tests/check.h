/* SPDX-License-Identifier: MIT */
/**
 * @file check.h
 * Tests in TAP: TEST(name) {...} in a file, RUN_TESTS(name, ...) at its end. CHECK stops the test at the first
 * failure; each test also fails when it leaves a file descriptor or a thread behind.
 */
#ifndef CAM_TESTS_CHECK_H
#define CAM_TESTS_CHECK_H
#include <dirent.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static jmp_buf check_out;

#define CHECK(cond)                                                                                          \
	do {                                                                                                 \
		if (!(cond)) {                                                                               \
			printf("# %s:%d: %s\n", __FILE__, __LINE__, #cond);                                  \
			longjmp(check_out, 1);                                                               \
		}                                                                                            \
	} while (0)
#define CHECK_INT(is, want)                                                                                  \
	do {                                                                                                 \
		long long is_ = (long long)(is), want_ = (long long)(want);                                  \
		if (is_ != want_) {                                                                          \
			printf("# %s:%d: %s is %lld, not %lld\n", __FILE__, __LINE__, #is, is_, want_);      \
			longjmp(check_out, 1);                                                               \
		}                                                                                            \
	} while (0)
#define CHECK_STR(is, want)                                                                                  \
	do {                                                                                                 \
		const char *is_ = (is), *want_ = (want);                                                     \
		if (!is_ || strcmp(is_, want_) != 0) {                                                       \
			printf("# %s:%d: %s is \"%s\", not \"%s\"\n", __FILE__, __LINE__, #is,               \
				is_ ? is_ : "(null)", want_);                                                \
			longjmp(check_out, 1);                                                               \
		}                                                                                            \
	} while (0)

struct check_test {
	const char *name;
	void (*run)(void);
};

static inline int check_count(const char *folder)
{
	DIR *d = opendir(folder);
	int n = 0;

	while (d && readdir(d))
		n++;
	if (d)
		closedir(d);
	return n;
}

/* @return 0, or 1 when a check has failed */
static inline int check_call(void (*run)(void))
{
	if (setjmp(check_out))
		return 1;
	run();
	return 0;
}

static inline int check_one(const struct check_test *test)
{
	int fds = check_count("/proc/self/fd"), threads = check_count("/proc/self/task");

	if (check_call(test->run))
		return 1;
	if (check_count("/proc/self/fd") != fds)
		return printf("# a file descriptor was left open\n");
	/* One that is detached, or that has just been joined, may still be on its way out. */
	for (int i = 0; i < 500 && check_count("/proc/self/task") > threads; i++)
		poll(NULL, 0, 10);
	if (check_count("/proc/self/task") > threads)
		return printf("# a thread was left behind\n");
	return 0;
}

static inline void *check_no_thread(void *arg)
{
	return arg;
}

static inline int check_run(const struct check_test *tests, int n)
{
	pthread_t first;
	int failed = 0;

	/* A sanitizer starts a thread of its own with the first one of the program, and keeps it. */
	if (pthread_create(&first, NULL, check_no_thread, NULL) == 0)
		pthread_join(first, NULL);
	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("1..%d\n", n);
	for (int i = 0; i < n; i++) {
		int bad = check_one(&tests[i]);

		printf("%sok %d - %s\n", bad ? "not " : "", i + 1, tests[i].name);
		failed += !!bad;
	}
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

#define TEST(name) static void name(void)
#define T(name)                                                                                              \
	{                                                                                                    \
#name, name                                                                                  \
	}
#define RUN_TESTS(...)                                                                                       \
	int main(void)                                                                                       \
	{                                                                                                    \
		static const struct check_test tests[] = {__VA_ARGS__};                                      \
		return check_run(tests, (int)(sizeof(tests) / sizeof(tests[0])));                            \
	}
#endif
