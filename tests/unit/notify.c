/* SPDX-License-Identifier: MIT */
/* What a supervisor gets to read. */
#include "core/supervise/notify.h"
#include "tests/check.h"

#include <errno.h>
#include <stddef.h>
#include <unistd.h>

struct supervisor {
	int fd;
	char folder[64], name[108], message[600];
};

static struct supervisor s;

static void clear(void)
{
	unsetenv("NOTIFY_SOCKET");
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
}

static void bind_to(const struct sockaddr_un *to, size_t len)
{
	s.fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	CHECK(s.fd >= 0);
	CHECK_INT(bind(s.fd, (const struct sockaddr *)to, (socklen_t)len), 0);
	clear();
	CHECK_INT(setenv("NOTIFY_SOCKET", s.name, 1), 0);
}

static void by_path(void)
{
	struct sockaddr_un to = {.sun_family = AF_UNIX};

	snprintf(s.folder, sizeof(s.folder), "/tmp/cam-notify.XXXXXX");
	CHECK(mkdtemp(s.folder));
	snprintf(s.name, sizeof(s.name), "%s/socket", s.folder);
	memcpy(to.sun_path, s.name, strlen(s.name) + 1);
	bind_to(&to, sizeof(to));
}

static void by_abstract_name(void)
{
	struct sockaddr_un to = {.sun_family = AF_UNIX};

	snprintf(s.name, sizeof(s.name), "@cam_server-test-%d", getpid());
	memcpy(to.sun_path + 1, s.name + 1, strlen(s.name) - 1);
	bind_to(&to, offsetof(struct sockaddr_un, sun_path) + strlen(s.name));
}

static const char *message(void)
{
	ssize_t n = recv(s.fd, s.message, sizeof(s.message) - 1, 0);

	s.message[n < 0 ? 0 : n] = '\0';
	return s.message;
}

static void end(void)
{
	close(s.fd);
	if (s.folder[0]) {
		unlink(s.name);
		rmdir(s.folder);
	}
	s = (struct supervisor){0};
}

TEST(messages_reach_a_socket_with_a_path)
{
	struct notify n;

	by_path();
	CHECK_INT(notify_init(&n), 0);
	notify_send(&n, "STATUS=%d of %d", 1, 2);
	CHECK_STR(message(), "STATUS=1 of 2");
	notify_close(&n);
	end();
}

TEST(messages_reach_an_abstract_socket)
{
	struct notify n;

	by_abstract_name();
	CHECK_INT(notify_init(&n), 0);
	notify_send(&n, "READY=1");
	CHECK_STR(message(), "READY=1");
	notify_close(&n);
	end();
}

TEST(variables_are_taken_out_of_the_environment)
{
	struct notify n;

	by_abstract_name();
	setenv("WATCHDOG_USEC", "3000000", 1);
	CHECK_INT(notify_init(&n), 0);
	CHECK_INT(n.watchdog_ns, 3000000000);
	CHECK(!getenv("NOTIFY_SOCKET") && !getenv("WATCHDOG_USEC") && !getenv("WATCHDOG_PID"));
	notify_close(&n);
	end();
}

TEST(a_watchdog_of_another_process_is_not_ours)
{
	struct notify n;

	by_abstract_name();
	setenv("WATCHDOG_USEC", "3000000", 1);
	setenv("WATCHDOG_PID", "1", 1);
	CHECK_INT(notify_init(&n), 0);
	CHECK_INT(n.watchdog_ns, 0);
	notify_close(&n);
	end();
}

TEST(no_socket_and_no_good_name_tell_nobody)
{
	static const char *const bad[] = {"", "/", "@", "relative", "vsock:2:1"};
	struct notify n;

	clear();
	setenv("WATCHDOG_USEC", "3000000", 1);
	CHECK_INT(notify_init(&n), 0);
	CHECK_INT(n.watchdog_ns, 0);
	notify_send(&n, "READY=1");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		setenv("NOTIFY_SOCKET", bad[i], 1);
		CHECK_INT(notify_init(&n), -EINVAL);
		CHECK_INT(n.fd, -1);
		notify_send(&n, "READY=1");
		notify_close(&n);
	}
}

TEST(a_supervisor_that_does_not_read_or_is_gone_holds_nobody_up)
{
	struct notify n;

	by_abstract_name();
	CHECK_INT(notify_init(&n), 0);
	for (int i = 0; i < 10000; i++)
		notify_send(&n, "WATCHDOG=1");
	end();
	notify_send(&n, "STOPPING=1");
	notify_close(&n);
}

RUN_TESTS(T(messages_reach_a_socket_with_a_path), T(messages_reach_an_abstract_socket),
	T(variables_are_taken_out_of_the_environment), T(a_watchdog_of_another_process_is_not_ours),
	T(no_socket_and_no_good_name_tell_nobody),
	T(a_supervisor_that_does_not_read_or_is_gone_holds_nobody_up))
