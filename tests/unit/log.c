/* SPDX-License-Identifier: MIT */
/* What a line of the log looks like, whatever a camera or a browser has put into it. */
#include "core/base/log.h"
#include "tests/check.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

static struct log lg;

static void begin(enum log_level level)
{
	log_init(&lg, memfd_create("log", MFD_CLOEXEC), level);
	CHECK(lg.fd >= 0);
}

/* @return the log without the time, which has 25 characters with its blank; the log is closed */
static const char *end(void)
{
	static char text[4096];
	ssize_t n = pread(lg.fd, text, sizeof(text) - 1, 0);

	close(lg.fd);
	text[n < 0 ? 0 : n] = '\0';
	return n > 25 ? text + 25 : text;
}

TEST(a_line_has_a_time_a_level_and_who_says_it)
{
	begin(LOG_INFO);
	log_line(&lg, LOG_WARN, "front.source", "%d of %s", 3, "them");
	CHECK_STR(end(), "warn front.source: 3 of them\n");
	begin(LOG_INFO);
	log_line(&lg, LOG_INFO, NULL, "up");
	CHECK_STR(end(), "info up\n");
	CHECK_STR(log_level_name(LOG_DEBUG), "debug");
	CHECK_STR(log_level_name((enum log_level)99), "?");
}

TEST(what_is_said_in_it_cannot_begin_another_line_nor_speak_to_a_terminal)
{
	begin(LOG_INFO);
	log_line(&lg, LOG_ERROR, NULL, "a\nb\033[31mc\x7f\td");
	CHECK_STR(end(), "error a\\x0ab\\x1b[31mc\\x7f\\x09d\n");
}

TEST(logins_are_not_shown)
{
	begin(LOG_INFO);
	log_line(&lg, LOG_ERROR, NULL, "rtsp://user:secret@192.0.2.1/x does not answer");
	CHECK(!strstr(end(), "secret"));
}

TEST(lines_above_the_level_are_counted_and_not_written)
{
	begin(LOG_WARN);
	log_line(&lg, LOG_INFO, NULL, "nobody reads this");
	log_line(&lg, LOG_ERROR, NULL, "this");
	CHECK_INT(atomic_load(&lg.lines[LOG_INFO]), 1);
	CHECK_INT(atomic_load(&lg.lines[LOG_ERROR]), 1);
	CHECK_INT(atomic_load(&lg.lost), 0);
	CHECK_STR(end(), "error this\n");
}

TEST(a_reader_that_does_not_read_costs_lines_and_no_time)
{
	int ends[2];

	CHECK_INT(pipe2(ends, O_CLOEXEC), 0);
	log_init(&lg, ends[1], LOG_INFO);
	for (int i = 0; i < 3000; i++)
		log_line(&lg, LOG_INFO, NULL, "%0100d", i);
	CHECK(atomic_load(&lg.lost) > 0);
	CHECK_INT(atomic_load(&lg.lines[LOG_INFO]), 3000);
	close(ends[0]);
	close(ends[1]);
}

TEST(a_long_line_is_cut)
{
	static char text[10000];

	memset(text, 'a', sizeof(text) - 1);
	begin(LOG_INFO);
	log_line(&lg, LOG_INFO, NULL, "%s", text);
	CHECK(strlen(end()) < 2500);
}

RUN_TESTS(T(a_line_has_a_time_a_level_and_who_says_it),
	T(what_is_said_in_it_cannot_begin_another_line_nor_speak_to_a_terminal), T(logins_are_not_shown),
	T(lines_above_the_level_are_counted_and_not_written),
	T(a_reader_that_does_not_read_costs_lines_and_no_time), T(a_long_line_is_cut))
