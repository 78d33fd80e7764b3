/* SPDX-License-Identifier: MIT */
/**
 * @file child.h
 * A process of its own that shares this one's memory: it can give up rights for good, and coverage still counts what it
 * does. It must not fail a CHECK.
 */
#ifndef CAM_TESTS_CHILD_H
#define CAM_TESTS_CHILD_H
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static inline int child_main(void *arg)
{
	int (*const *try)(void) = (int (*const *)(void))arg;

	_exit((*try)());
}

/* Sanitizers know fork() only. */
static inline pid_t child_start(int (*const *try)(void), char *stack, size_t bytes)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
	pid_t pid = fork();

	(void)stack;
	(void)bytes;
	if (!pid)
		child_main((void *)(uintptr_t)try);
	return pid;
#else
	return clone(child_main, stack + bytes, CLONE_VM | CLONE_VFORK | SIGCHLD, (void *)(uintptr_t)try);
#endif
}

/** @return what try() returns there, as the exit status; -1: it has not ended so, or could not be made */
static inline int in_child(int (*try)(void))
{
	const size_t bytes = 1 << 20;
	char *stack = aligned_alloc(16, bytes);
	int status = -1;
	pid_t pid = stack ? child_start(&try, stack, bytes) : -1;
	bool ended = pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status);

	free(stack);
	return ended ? WEXITSTATUS(status) : -1;
}
#endif
